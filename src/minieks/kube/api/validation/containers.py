"""Validation of containers.

Source: kubernetes pkg/apis/core/validation/validation.go validateContainerCommon,
validateContainers, validateInitContainers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation import environment, probes, resources, security
from minieks.kube.api.validation.checks import complaints, one_of, remembered
from minieks.kube.api.validation.volumes import mount
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
_ONLY_SIDECARS: Final = "may not be set for init containers without restartPolicy=Always"


@dataclass(frozen=True)
class PodContext:
    """What containers need to know of their pod."""

    volumes: Mapping[str, Any]
    claims: frozenset[str]
    grace: int
    host_network: bool


def regular(found: list[Obj], path: str, pod: PodContext) -> Iterator[FieldError]:
    """The containers of a pod."""
    if not found:
        yield required(path)
        return
    seen: set[str] = set()
    for position, container in enumerate(found):
        place = f"{path}[{position}]"
        yield from common(container, place, pod)
        yield from _unique(container, seen, place)
        yield from _running(container, place, pod)
    yield from _host_port_conflicts(found, path)


def init(found: list[Obj], others: list[Obj], path: str, pod: PodContext) -> Iterator[FieldError]:
    """The init containers of a pod."""
    seen = {container.get("name", "") for container in others}
    for position, container in enumerate(found):
        place = f"{path}[{position}]"
        yield from common(container, place, pod)
        yield from _unique(container, seen, place)
        if container.get("restartPolicy") == "Always":
            yield from _running(container, place, pod)
            continue
        for key in ("lifecycle", *_PROBES):
            if container.get(key) is not None:
                yield forbidden(f"{place}.{key}", _ONLY_SIDECARS)


def _unique(container: Obj, seen: set[str], path: str) -> Iterator[FieldError]:
    name = container.get("name", "")
    if name in seen and name:
        yield duplicate(f"{path}.name", name)
    seen.add(name)


def _running(container: Obj, path: str, pod: PodContext) -> Iterator[FieldError]:
    if container.get("lifecycle") is not None:
        yield from probes.lifecycle(container["lifecycle"], f"{path}.lifecycle", pod.grace)
    for key in _PROBES:
        if container.get(key) is not None:
            yield from probes.probe(container[key], f"{path}.{key}", key, pod.grace)


def common(container: Obj, path: str, pod: PodContext) -> Iterator[FieldError]:
    """What holds for containers of every sort."""
    yield from _names(container, path)
    policy = container.get("terminationMessagePolicy", "File")
    if policy not in ("File", "FallbackToLogsOnError"):
        supported = ("File", "FallbackToLogsOnError")
        yield not_supported(f"{path}.terminationMessagePolicy", policy, supported)
    for key, check in _PARTS.items():
        if container.get(key):
            yield from check(container[key], f"{path}.{key}")
    if pod.host_network:
        yield from _host_network(container, path)
    if container.get("volumeMounts"):
        yield from _mounts(container, path, pod)
    yield from one_of(container, "imagePullPolicy", path, _PULL_POLICIES)
    if container.get("resources"):
        yield from resources.requirements(container["resources"], f"{path}.resources", pod.claims)
    if container.get("securityContext"):
        yield from security.container_context(
            container["securityContext"], f"{path}.securityContext"
        )


def _names(container: Obj, path: str) -> Iterator[FieldError]:
    if not container.get("name"):
        yield required(f"{path}.name")
    else:
        yield from complaints(f"{path}.name", container["name"], names.dns_label)
    image = container.get("image") or ""
    if not image:
        yield required(f"{path}.image")
    elif image != image.strip():
        text = "must not have leading or trailing whitespace"
        yield invalid(f"{path}.image", image, text)


@remembered
def _ports(found: list[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for position, port in enumerate(found):
        place = f"{path}[{position}]"
        name = port.get("name")
        if name:
            wrong = list(complaints(f"{place}.name", name, names.port_name))
            yield from wrong or ([duplicate(f"{place}.name", name)] if name in seen else ())
            seen.add(name)
        number = port.get("containerPort") or 0
        if not number:
            yield required(f"{place}.containerPort")
        else:
            yield from _number(number, f"{place}.containerPort")
        if port.get("hostPort"):
            yield from _number(port["hostPort"], f"{place}.hostPort")
        yield from one_of(port, "protocol", place, _PROTOCOLS)


def _number(value: int, path: str) -> Iterator[FieldError]:
    for text in names.port_number(value):
        yield invalid(path, value, text)


_PARTS: Final[Mapping[str, Callable[[list[Obj], str], Any]]] = {
    "ports": _ports,
    "env": environment.variables,
    "envFrom": environment.sources,
}


def _host_network(container: Obj, path: str) -> Iterator[FieldError]:
    for position, port in enumerate(container.get("ports") or ()):
        host = port.get("hostPort")
        if host is not None and host != port.get("containerPort"):
            text = "must match `containerPort` when `hostNetwork` is true"
            yield invalid(f"{path}.ports[{position}].hostPort", host, text)


def _host_port_conflicts(found: list[Obj], path: str) -> Iterator[FieldError]:
    taken: set[str] = set()
    for position, container in enumerate(found):
        for index, port in enumerate(container.get("ports") or ()):
            host = port.get("hostPort")
            if not host:
                continue
            key = f"{port.get('protocol', 'TCP')}/{port.get('hostIP', '')}/{host}"
            if key in taken:
                yield duplicate(f"{path}[{position}].ports[{index}].hostPort", key)
            taken.add(key)


def _mounts(container: Obj, path: str, pod: PodContext) -> Iterator[FieldError]:
    listed = f"{path}.volumeMounts"
    seen: set[str] = set()
    for position, one in enumerate(container["volumeMounts"]):
        place = f"{listed}[{position}]"
        yield from mount(one, (listed, place), pod.volumes, container)
        target = one.get("mountPath")
        if target and target in seen:
            yield invalid(f"{place}.mountPath", target, "must be unique")
        seen.add(target)
