"""Validation of Ingresses, IngressClasses and NetworkPolicies.

Source: kubernetes pkg/apis/networking/validation/validation.go.
"""

import ipaddress
from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import (
    complaints,
    domain_prefixed_path,
    label_selector,
    one_of,
    port_or_name,
)
from minieks.kube.api.validation.meta import IMMUTABLE
from minieks.kube.words import names
from minieks.kube.words.objects import Obj, annotations

_CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"
_PATH_TYPES: Final = ("Exact", "ImplementationSpecific", "Prefix")
_NOT_IN_PATHS: Final = ("//", "/./", "/../", "%2f", "%2F")
_NOT_AT_END: Final = ("/..", "/.")
_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_NO_BACKEND: Final = "resource or service backend is required"


def ingress(obj: Obj) -> Iterator[FieldError]:
    """A new Ingress."""
    spec = obj.get("spec") or {}
    old = annotations(obj).get(_CLASS_ANNOTATION)
    if old is not None and spec.get("ingressClassName") not in (None, old):
        text = "must match `ingressClassName` when both are specified"
        yield invalid(f"annotations.{_CLASS_ANNOTATION}", old, text)
    yield from ingress_spec(spec)


def ingress_spec(spec: Obj) -> Iterator[FieldError]:
    """The spec of an Ingress."""
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        text = "either `defaultBackend` or `rules` must be specified"
        yield invalid("spec", None, text)
    if spec.get("defaultBackend") is not None:
        yield from _backend(spec["defaultBackend"], "spec.defaultBackend")
    for position, rule in enumerate(spec.get("rules") or ()):
        yield from _rule(rule, f"spec.rules[{position}]")
    for position, tls in enumerate(spec.get("tls") or ()):
        for index, host in enumerate(tls.get("hosts") or ()):
            check = names.wildcard_subdomain if "*" in host else names.dns_subdomain
            yield from complaints(f"spec.tls[{position}].hosts[{index}]", host, check)
    if spec.get("ingressClassName"):
        yield from complaints(
            "spec.ingressClassName", spec["ingressClassName"], names.dns_subdomain
        )


def _rule(rule: Obj, path: str) -> Iterator[FieldError]:
    host = rule.get("host") or ""
    if host:
        if not names.ip_address(host):
            text = "must be a DNS name, not an IP address"
            yield invalid(f"{path}.host", host, text)
        check = names.wildcard_subdomain if "*" in host else names.dns_subdomain
        yield from complaints(f"{path}.host", host, check)
    http = rule.get("http")
    if http is None:
        return
    if not http.get("paths"):
        yield required(f"{path}.http.paths")
    for position, one in enumerate(http.get("paths") or ()):
        yield from _path(one, f"{path}.http.paths[{position}]")


def _path(obj: Obj, path: str) -> Iterator[FieldError]:
    type_, found = obj.get("pathType"), obj.get("path") or ""
    if type_ is None:
        yield required(f"{path}.pathType", "pathType must be specified")
    elif type_ in ("Exact", "Prefix"):
        if not found.startswith("/"):
            yield invalid(f"{path}.path", found, "must be an absolute path")
        for part in _NOT_IN_PATHS:
            if part in found:
                yield invalid(f"{path}.path", found, f"must not contain '{part}'")
        for part in _NOT_AT_END:
            if found.endswith(part):
                yield invalid(f"{path}.path", found, f"cannot end with '{part}'")
    elif type_ == "ImplementationSpecific":
        if found and not found.startswith("/"):
            yield invalid(f"{path}.path", found, "must be an absolute path")
    else:
        yield not_supported(f"{path}.pathType", type_, _PATH_TYPES)
    yield from _backend(obj.get("backend") or {}, f"{path}.backend")


def _backend(backend: Obj, path: str) -> Iterator[FieldError]:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        yield invalid(path, "", "cannot set both resource and service backends")
    elif service is not None:
        yield from _service(service, path)
    elif resource is not None:
        for key in ("kind", "name"):
            if not resource.get(key):
                yield required(f"{path}.resource.{key}", f"{key} is required")
    else:
        yield invalid(path, "", _NO_BACKEND)


def _service(service: Obj, path: str) -> Iterator[FieldError]:
    name = service.get("name") or ""
    if not name:
        yield required(f"{path}.service.name")
    else:
        yield from complaints(f"{path}.service.name", name, names.dns_1035_label)
    port = service.get("port") or {}
    number, port_name = port.get("number") or 0, port.get("name") or ""
    if number and port_name:
        yield invalid(path, "", "cannot set both port name & port number")
    elif port_name:
        yield from complaints(f"{path}.service.port.name", port_name, names.port_name)
    elif number:
        for text in names.port_number(number):
            yield invalid(f"{path}.service.port.number", number, text)
    else:
        yield required(path, "port name or number is required")


def ingress_class(obj: Obj) -> Iterator[FieldError]:
    """An IngressClass."""
    spec = obj.get("spec") or {}
    controller = spec.get("controller") or ""
    if len(controller) > 250:
        yield invalid("spec.controller", controller, "must be no more than 250 characters")
    yield from domain_prefixed_path(controller, "spec.controller")


def ingress_class_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The controller stays."""
    after = (new.get("spec") or {}).get("controller")
    if after != (old.get("spec") or {}).get("controller"):
        yield invalid("spec.controller", after, IMMUTABLE)


def network_policy(obj: Obj) -> Iterator[FieldError]:
    """A NetworkPolicy."""
    spec = obj.get("spec") or {}
    yield from label_selector(spec.get("podSelector") or {}, "spec.podSelector")
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for position, rule in enumerate(spec.get(direction) or ()):
            path = f"spec.{direction}[{position}]"
            for index, port in enumerate(rule.get("ports") or ()):
                yield from _policy_port(port, f"{path}.ports[{index}]")
            for index, peer in enumerate(rule.get(peers) or ()):
                yield from _peer(peer, f"{path}.{peers}[{index}]")
    for type_ in spec.get("policyTypes") or ():
        if type_ not in ("Ingress", "Egress"):
            yield not_supported("spec.policyTypes", type_, ("Egress", "Ingress"))


def _policy_port(port: Obj, path: str) -> Iterator[FieldError]:
    yield from one_of(port, "protocol", path, _PROTOCOLS)
    found, end = port.get("port"), port.get("endPort")
    if found is not None:
        yield from port_or_name(found, f"{path}.port")
        if isinstance(found, int) and end is not None:
            if end < found:
                text = "must be greater than or equal to `port`"
                yield invalid(f"{path}.endPort", found, text)
            for text in names.port_number(end):
                yield invalid(f"{path}.endPort", end, text)
        elif end is not None:
            text = "may not be specified when `port` is non-numeric"
            yield invalid(f"{path}.endPort", end, text)
    elif end is not None:
        yield invalid(f"{path}.endPort", end, "may not be specified when `port` is not specified")


def _peer(peer: Obj, path: str) -> Iterator[FieldError]:
    given = [
        key for key in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(key) is not None
    ]
    for key in given:
        if key != "ipBlock":
            yield from label_selector(peer[key], f"{path}.{key}")
    if "ipBlock" in given:
        yield from _block(peer["ipBlock"], f"{path}.ipBlock")
    if not given:
        yield required(path, "must specify a peer")
    elif len(given) > 1 and "ipBlock" in given:
        yield forbidden(path, "may not specify both ipBlock and another peer")


def _block(block: Obj, path: str) -> Iterator[FieldError]:
    cidr = block.get("cidr") or ""
    if not cidr:
        yield required(f"{path}.cidr")
        return
    wrong = list(complaints(f"{path}.cidr", cidr, names.cidr))
    yield from wrong
    if wrong:
        return
    around = ipaddress.ip_network(cidr, strict=False)
    for position, part in enumerate(block.get("except") or ()):
        place = f"{path}.except[{position}]"
        bad = list(complaints(place, part, names.cidr))
        yield from bad
        if not bad and not _is_strict_part(ipaddress.ip_network(part, strict=False), around):
            yield invalid(place, part, "must be a strict subset of `cidr`")


def _is_strict_part(
    part: ipaddress.IPv4Network | ipaddress.IPv6Network,
    whole: ipaddress.IPv4Network | ipaddress.IPv6Network,
) -> bool:
    if isinstance(part, ipaddress.IPv4Network) and isinstance(whole, ipaddress.IPv4Network):
        return part != whole and part.subnet_of(whole)
    if isinstance(part, ipaddress.IPv6Network) and isinstance(whole, ipaddress.IPv6Network):
        return part != whole and part.subnet_of(whole)
    return False
