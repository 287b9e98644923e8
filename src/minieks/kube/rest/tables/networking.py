"""The rows of Services, Ingresses, endpoints and their like.

Source: kubernetes pkg/printers/internalversion/printers.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.kube.rest.tables.cells import (
    NONE,
    UNKNOWN,
    UNSET,
    Cell,
    age,
    cut,
    joined,
    label_selector,
    name,
    spec,
    status,
)
from minieks.kube.words.objects import Obj

_NOTHING: Final[Mapping[str, Any]] = {}
_SHOWN: Final = 3


def service(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Service."""
    wanted = spec(obj)
    return (
        name(obj),
        wanted.get("type", ""),
        wanted.get("clusterIP") or NONE,
        _external(obj),
        ",".join(map(_port, wanted.get("ports") or ())) or NONE,
        age(obj, now),
        joined(wanted.get("selector")),
    )


def _port(port: Mapping[str, Any]) -> str:
    outside = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{outside}/{port.get('protocol', 'TCP')}"


def _external(obj: Obj) -> str:
    kind, addresses = spec(obj).get("type"), list(spec(obj).get("externalIPs") or ())
    if kind in ("ClusterIP", "NodePort"):
        return ",".join(addresses) or NONE
    if kind == "LoadBalancer":
        return ",".join([*_balancers(obj), *addresses]) or "<pending>"
    return str(spec(obj).get("externalName", "")) if kind == "ExternalName" else UNKNOWN


def _balancers(obj: Obj) -> list[str]:
    """The load balancer's addresses, each once, sorted."""
    points = (status(obj).get("loadBalancer") or _NOTHING).get("ingress") or ()
    found = {str(point.get("ip") or point.get("hostname") or "") for point in points}
    return sorted(found - {""})


def ingress(obj: Obj, now: Micros) -> Sequence[Cell]:
    """An Ingress."""
    return (
        name(obj),
        spec(obj).get("ingressClassName") or NONE,
        _hosts(spec(obj).get("rules") or ()),
        ",".join(_balancers(obj)),
        "80, 443" if spec(obj).get("tls") else "80",
        age(obj, now),
    )


def _hosts(rules: Sequence[Mapping[str, Any]]) -> str:
    hosts = [rule["host"] for rule in rules if rule.get("host")]
    if len(hosts) <= _SHOWN:
        return ",".join(hosts) or "*"
    return f"{','.join(hosts[:_SHOWN])} + {len(rules) - _SHOWN} more..."


def ingress_class(obj: Obj, now: Micros) -> Sequence[Cell]:
    """An IngressClass."""
    return (name(obj), spec(obj).get("controller", ""), _parameters(obj), age(obj, now))


def _parameters(obj: Obj) -> str:
    found = spec(obj).get("parameters")
    if not found:
        return NONE
    group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
    return f"{found.get('kind', '')}{group}/{found.get('name', '')}"


def endpoints(obj: Obj, now: Micros) -> Sequence[Cell]:
    """The Endpoints of a Service."""
    found = [
        _address(str(address["ip"]), port["port"])
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    # Subsets without an address that is ready have nothing to show.
    shown = cut(found, _SHOWN) if obj.get("subsets") else NONE
    return (name(obj), shown, age(obj, now))


def _address(ip: str, port: int) -> str:
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def endpoint_slice(obj: Obj, now: Micros) -> Sequence[Cell]:
    """An EndpointSlice."""
    ports = [str(one.get("port") or one.get("name") or "*") for one in obj.get("ports") or ()]
    found = [
        address for one in obj.get("endpoints") or () for address in one.get("addresses") or ()
    ]
    shown = (cut(ports, _SHOWN) or UNSET, cut(found, _SHOWN) or UNSET)
    return (name(obj), obj.get("addressType", ""), *shown, age(obj, now))


def network_policy(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A NetworkPolicy."""
    return (name(obj), label_selector(spec(obj).get("podSelector")), age(obj, now))


def ip_address(obj: Obj, now: Micros) -> Sequence[Cell]:
    """An IPAddress. Its age has no column, and is told all the same."""
    found = spec(obj).get("parentRef") or _NOTHING
    parts = [found.get(key) for key in ("group", "resource", "namespace", "name")]
    return (name(obj), "/".join(part for part in parts if part) or NONE, age(obj, now))


def service_cidr(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ServiceCIDR."""
    return (name(obj), ",".join(spec(obj).get("cidrs") or ()), age(obj, now))
