"""What a Service has been given, and keeps when a client writes it without.

Source: kubernetes pkg/registry/core/service/strategy.go (patchAllocatedValues).
"""

from typing import Any, Final

from minieks.kube.words.objects import Obj

_ADDRESSED: Final = ("ClusterIP", "NodePort", "LoadBalancer")
_WITH_NODE_PORTS: Final = ("NodePort", "LoadBalancer")


def kept(service: Obj, old: Obj) -> Obj:
    """The Service with the addresses and node ports of the stored one where it names none."""
    spec, before = service["spec"], old["spec"]
    spec = _with_addresses(spec, before)
    if _both(spec, before, _WITH_NODE_PORTS):
        spec = _with_node_ports(spec, before)
    return service if spec is service["spec"] else {**service, "spec": spec}


def _with_addresses(spec: Obj, before: Obj) -> Obj:
    if not _both(spec, before, _ADDRESSED):
        return spec
    added: Obj = {}
    if not spec.get("clusterIP"):
        added["clusterIP"] = before.get("clusterIP")
    if not spec.get("clusterIPs") and {**spec, **added}.get("clusterIP") == before.get("clusterIP"):
        added["clusterIPs"] = before.get("clusterIPs")
    for key in ("ipFamilies", "ipFamilyPolicy"):
        if not spec.get(key):
            added[key] = before.get(key)
    found = {key: value for key, value in added.items() if value}
    return {**spec, **found} if found else spec


def _with_node_ports(spec: Obj, before: Obj) -> Obj:
    known = {_port(port): port.get("nodePort") for port in before.get("ports") or ()}
    ports = [
        port if port.get("nodePort") or not known.get(_port(port)) else _given(port, known)
        for port in spec.get("ports") or ()
    ]
    return {**spec, "ports": ports} if ports != spec.get("ports") else spec


def _given(port: Obj, known: dict[Any, Any]) -> Obj:
    return {**port, "nodePort": known[_port(port)]}


def _port(port: Obj) -> tuple[Any, Any]:
    return port.get("port"), port.get("protocol")


def _both(spec: Obj, before: Obj, types: tuple[str, ...]) -> bool:
    return spec.get("type") in types and before.get("type") in types
