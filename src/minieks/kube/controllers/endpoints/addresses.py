"""One pod as an endpoint of a Service, and the ports it is reached by.

Source: kubernetes staging k8s.io/endpointslice/{utils,reconciler}.go.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, is_deleting, name, namespace, uid


class Port(NamedTuple):
    """A port as a slice lists it."""

    name: str
    port: int
    protocol: str
    app_protocol: str = ""

    def listed(self) -> Obj:
        """The entry of ``ports``."""
        entry: Obj = {"name": self.name, "port": self.port, "protocol": self.protocol}
        return {**entry, "appProtocol": self.app_protocol} if self.app_protocol else entry


def is_included(pod: Obj) -> bool:
    """Whether the pod has an address and has not ended."""
    return not pods.is_terminal(pod) and bool((pod.get("status") or {}).get("podIP"))


def address_type(service: Obj) -> str:
    """IPv4 or IPv6, the Service's first family."""
    families = service["spec"].get("ipFamilies") or ("IPv4",)
    return str(families[0])


def ports_of(service: Obj, pod: Obj) -> tuple[Port, ...]:
    """The Service's ports at this pod, sorted; a named port that the pod lacks is left out."""
    found = []
    for port in service["spec"].get("ports") or ():
        number = _target(port, pod)
        if number is not None:
            protocol = port.get("protocol") or "TCP"
            app_protocol = port.get("appProtocol") or ""
            found.append(Port(port.get("name") or "", number, protocol, app_protocol))
    return tuple(sorted(found))


def _target(port: Mapping[str, Any], pod: Obj) -> int | None:
    wanted = port.get("targetPort") or port["port"]
    if isinstance(wanted, int):
        return wanted
    for container in pods.containers(pod):
        for declared in container.get("ports") or ():
            same = (declared.get("protocol") or "TCP") == (port.get("protocol") or "TCP")
            if declared.get("name") == wanted and same:
                return int(declared["containerPort"])
    return None


def endpoint(service: Obj, pod: Obj, zone: str) -> Obj:
    """The pod, in this zone, as an entry of ``endpoints``."""
    serving, terminating = pods.is_ready(pod), is_deleting(pod)
    published = bool(service["spec"].get("publishNotReadyAddresses"))
    found: Obj = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": published or (serving and not terminating),
            "serving": serving,
            "terminating": terminating,
        },
        "targetRef": {
            "kind": "Pod",
            "namespace": namespace(pod),
            "name": name(pod),
            "uid": uid(pod),
        },
    }
    if pods.node_name(pod):
        found["nodeName"] = pods.node_name(pod)
    if zone:
        found["zone"] = zone
    hostname = _hostname(service, pod)
    return {**found, "hostname": hostname} if hostname else found


def address(entry: Mapping[str, Any]) -> Obj:
    """An entry of ``endpoints`` as an address of the older form."""
    found: Obj = {"ip": entry["addresses"][0], "targetRef": entry["targetRef"]}
    for field in ("hostname", "nodeName"):
        if field in entry:
            found[field] = entry[field]
    return found


class Entry(NamedTuple):
    """A pod's part in a Service: the ports it is reached by, and how either form lists it."""

    ports: tuple[Port, ...]
    endpoint: Obj
    address: Obj


# Both loops ask, and each of them for every pod of a Service when one pod changes.
_KNOWN: Final[IdentityMemo[tuple[Obj, str, Entry]]] = IdentityMemo(1 << 16)


def entry(service: Obj, pod: Obj, node: Obj | None) -> Entry:
    """The pod, which runs on this node, in this Service; the same one until something changes."""
    zone = "" if node is None else nodes.zone(node)
    known = _KNOWN.get(pod)
    if known is not None and known[0] is service and known[1] == zone:
        return known[2]
    listed = endpoint(service, pod, zone)
    made = Entry(ports_of(service, pod), listed, address(listed))
    _KNOWN.put(pod, (service, zone, made))
    return made


def _hostname(service: Obj, pod: Obj) -> str:
    """The pod's own name in DNS, if its subdomain is the Service."""
    spec = pod["spec"]
    return str(spec.get("hostname") or "") if spec.get("subdomain") == name(service) else ""
