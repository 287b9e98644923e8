"""Validation of Services, Endpoints and EndpointSlices.

Source: kubernetes pkg/apis/core/validation/validation.go ValidateService,
pkg/apis/discovery/validation, pkg/registry/core/service/storage/alloc.go (families, node ports).
"""

import ipaddress
from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import complaints, internal, one_of, port_or_name
from minieks.kube.api.validation.meta import IMMUTABLE, labels
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_PORT: Final = ("Name", "Protocol", "AppProtocol", "Port", "TargetPort", "NodePort")
_NODE_PORTS: Final = range(30000, 32768)
_TRAFFIC: Final = ("PreferClose", "PreferSameZone", "PreferSameNode")
_LOAD_BALANCER_ONLY: Final = "may only be used when `type` is 'LoadBalancer'"
_ADDRESS_TYPES: Final = ("FQDN", "IPv4", "IPv6")


def service(obj: Obj) -> Iterator[FieldError]:
    """A Service."""
    spec = obj.get("spec") or {}
    type_ = spec.get("type", "ClusterIP")
    headless = spec.get("clusterIP") == "None"
    if not spec.get("ports") and not headless and type_ != "ExternalName":
        yield required("spec.ports")
    yield from _by_type(spec, type_, headless)
    yield from _ports(spec.get("ports") or [], "spec.ports")
    yield from labels(spec.get("selector"), "spec.selector")
    yield from _affinity(spec)
    yield from _addresses(spec, type_)
    if type_ not in _TYPES:
        yield not_supported("spec.type", type_, _TYPES)
    yield from _load_balancer(spec, type_)
    yield from _traffic(spec, type_)
    yield from _families(spec, type_)
    yield from _node_ports(spec)


def _by_type(spec: Obj, type_: str, headless: bool) -> Iterator[FieldError]:
    if type_ in ("LoadBalancer", "NodePort") and headless:
        text = f"may not be set to 'None' for {type_} services"
        yield invalid("spec.clusterIPs[0]", "None", text)
    if type_ != "ExternalName":
        return
    if spec.get("clusterIP"):
        yield forbidden("spec.clusterIPs", "may not be set for ExternalName services")
    external = (spec.get("externalName") or "").removesuffix(".")
    if not external:
        yield required("spec.externalName")
    else:
        yield from complaints("spec.externalName", external, names.dns_subdomain)


def _ports(ports: list[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for position, port in enumerate(ports):
        place = f"{path}[{position}]"
        name = port.get("name") or ""
        if not name and len(ports) > 1:
            yield required(f"{place}.name")
        elif name:
            yield from complaints(f"{place}.name", name, names.dns_label)
            if name in seen:
                yield duplicate(f"{place}.name", name)
            seen.add(name)
        yield from _port(port, place)
    yield from _duplicate_ports(ports, path)


def _port(port: Obj, path: str) -> Iterator[FieldError]:
    number = port.get("port") or 0
    for text in names.port_number(number):
        yield invalid(f"{path}.port", number, text)
    yield from one_of(port, "protocol", path, _PROTOCOLS)
    if "targetPort" in port:
        yield from port_or_name(port["targetPort"], f"{path}.targetPort")
    if port.get("appProtocol"):
        yield from complaints(f"{path}.appProtocol", port["appProtocol"], names.qualified_name)


def _duplicate_ports(ports: list[Obj], path: str) -> Iterator[FieldError]:
    taken: set[tuple[Any, Any]] = set()
    for position, port in enumerate(ports):
        key = (port.get("protocol", "TCP"), port.get("port"))
        if key in taken:
            shown = internal(_PORT, Name="", Protocol=key[0], Port=key[1], TargetPort=0, NodePort=0)
            yield duplicate(f"{path}[{position}]", shown)
        taken.add(key)


def _affinity(spec: Obj) -> Iterator[FieldError]:
    found = spec.get("sessionAffinity", "None")
    if found not in ("ClientIP", "None"):
        yield not_supported("spec.sessionAffinity", found, ("ClientIP", "None"))
    client = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
    seconds = client.get("timeoutSeconds")
    if found == "ClientIP" and seconds is not None and not 0 < seconds <= 86400:
        path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
        yield invalid(path, seconds, "must be greater than 0 and less than 86400")


def _addresses(spec: Obj, type_: str) -> Iterator[FieldError]:
    first = spec.get("clusterIP")
    if first and first != "None" and type_ != "ExternalName":
        yield from complaints("spec.clusterIPs[0]", first, names.ip_address)
    for position, address in enumerate(spec.get("externalIPs") or ()):
        path = f"spec.externalIPs[{position}]"
        wrong = list(complaints(path, address, names.ip_address))
        yield from wrong or special_address(address, path)


def special_address(address: str, path: str) -> Iterator[FieldError]:
    """Addresses that no other machine can be reached at."""
    found = ipaddress.ip_address(address)
    if found.is_unspecified:
        yield invalid(path, address, f"may not be unspecified ({address})")
    if found.is_loopback:
        text = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        yield invalid(path, address, text)
    if found.is_link_local:
        text = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        yield invalid(path, address, text)


def _load_balancer(spec: Obj, type_: str) -> Iterator[FieldError]:
    if type_ == "LoadBalancer":
        for position, cidr in enumerate(spec.get("loadBalancerSourceRanges") or ()):
            path = f"spec.loadBalancerSourceRanges[{position}]"
            yield from complaints(path, cidr, names.cidr)
        if spec.get("loadBalancerClass"):
            yield from complaints(
                "spec.loadBalancerClass", spec["loadBalancerClass"], names.qualified_name
            )
        return
    if spec.get("loadBalancerSourceRanges"):
        yield forbidden("spec.loadBalancerSourceRanges", _LOAD_BALANCER_ONLY)
    for key in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
        if spec.get(key) is not None:
            yield forbidden(f"spec.{key}", _LOAD_BALANCER_ONLY)


def _traffic(spec: Obj, type_: str) -> Iterator[FieldError]:
    policies = ("Cluster", "Local")
    yield from one_of(spec, "externalTrafficPolicy", "spec", policies)
    port = spec.get("healthCheckNodePort")
    local = spec.get("externalTrafficPolicy") == "Local"
    if port and not (type_ == "LoadBalancer" and local):
        text = (
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        )
        yield invalid("spec.healthCheckNodePort", port, text)
    yield from one_of(spec, "internalTrafficPolicy", "spec", policies)
    yield from one_of(spec, "trafficDistribution", "spec", _TRAFFIC)


def _families(spec: Obj, type_: str) -> Iterator[FieldError]:
    """The clusters emulated here have IPv4 addresses for Services, as EKS clusters by default."""
    if type_ == "ExternalName":
        return
    for position, family in enumerate(spec.get("ipFamilies") or ()):
        if family != "IPv4":
            path = f"spec.ipFamilies[{position}]"
            yield invalid(path, family, "not configured on this cluster")
    if spec.get("ipFamilyPolicy") == "RequireDualStack":
        text = "this cluster is not configured for dual-stack services"
        yield invalid("spec.ipFamilyPolicy", "RequireDualStack", text)


def _node_ports(spec: Obj) -> Iterator[FieldError]:
    for position, port in enumerate(spec.get("ports") or ()):
        number = port.get("nodePort")
        if number and number not in _NODE_PORTS:
            text = (
                "provided port is not in the valid range. The range of valid ports is 30000-32767"
            )
            yield invalid(f"spec.ports[{position}].nodePort", number, text)


def service_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A Service keeps its address and its load balancer's class."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    types = {after.get("type"), before.get("type")}
    address, kept_address = after.get("clusterIP"), before.get("clusterIP")
    fixed = "ExternalName" not in types and address and kept_address
    if fixed and address != kept_address:
        yield invalid("spec.clusterIPs[0]", [address], "may not change once set")
    if types == {"LoadBalancer"}:
        kept = before.get("loadBalancerClass")
        if after.get("loadBalancerClass") != kept:
            text = "may not change once set"
            yield invalid("spec.loadBalancerClass", after.get("loadBalancerClass"), text)


def endpoints(obj: Obj) -> Iterator[FieldError]:
    """An Endpoints object."""
    for position, subset in enumerate(obj.get("subsets") or ()):
        path = f"subsets[{position}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield required(path, "must specify `addresses` or `notReadyAddresses`")
        for key in ("addresses", "notReadyAddresses"):
            for index, address in enumerate(subset.get(key) or ()):
                yield from _endpoint_address(address, f"{path}.{key}[{index}].ip")
        ports = subset.get("ports") or []
        for index, port in enumerate(ports):
            yield from _endpoint_port(port, len(ports) > 1, f"{path}.ports[{index}]")


def _endpoint_address(address: Obj, path: str) -> Iterator[FieldError]:
    found = address.get("ip", "")
    wrong = list(complaints(path, found, names.ip_address))
    yield from wrong or special_address(found, path)


def _endpoint_port(port: Obj, needs_name: bool, path: str) -> Iterator[FieldError]:
    if needs_name and not port.get("name"):
        yield required(f"{path}.name")
    number = port.get("port") or 0
    for text in names.port_number(number):
        yield invalid(f"{path}.port", number, text)
    yield from one_of(port, "protocol", path, _PROTOCOLS)


def endpoint_slice(obj: Obj) -> Iterator[FieldError]:
    """An EndpointSlice."""
    type_ = obj.get("addressType") or ""
    if not type_:
        yield required("addressType")
    elif type_ not in _ADDRESS_TYPES:
        yield not_supported("addressType", type_, _ADDRESS_TYPES)
    for position, endpoint in enumerate(obj.get("endpoints") or ()):
        path = f"endpoints[{position}]"
        if not endpoint.get("addresses"):
            yield required(f"{path}.addresses", "must contain at least 1 address")
        for index, address in enumerate(endpoint.get("addresses") or ()):
            place = f"{path}.addresses[{index}]"
            if type_ in ("IPv4", "IPv6"):
                wrong = list(complaints(place, address, names.ip_address))
                yield from wrong or special_address(address, place)
        if endpoint.get("hostname"):
            yield from complaints(f"{path}.hostname", endpoint["hostname"], names.dns_label)


def endpoint_slice_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The address type stays."""
    if new.get("addressType") != old.get("addressType"):
        yield invalid("addressType", new.get("addressType"), IMMUTABLE)
