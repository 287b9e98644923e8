"""What a pod asks for: requests, limits and quality of service.

Amounts are whole numbers: cpu in thousandths of a core, every other resource in units (bytes).
Source: kubernetes component-helpers ``resource/helpers.go`` and ``pkg/apis/core/v1/helper/qos``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

Amounts: TypeAlias = dict[str, int]
QosClass: TypeAlias = Literal["Guaranteed", "Burstable", "BestEffort"]

DEFAULT_MILLI_CPU: Final = 100
DEFAULT_MEMORY: Final = 200 * 1024 * 1024
NON_MISSING: Final = {"cpu": DEFAULT_MILLI_CPU * 1000, "memory": DEFAULT_MEMORY * 1000}
"""What a container without a request counts for when nodes are scored, in thousandths."""

_NOTHING: Final[Mapping[str, Any]] = {}
_STATUSES: Final = (
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
)
# While adding up, cpu is kept in millionths and the rest in thousandths, so that the sum and not
# each part is rounded up.
_OfContainer: TypeAlias = Callable[[Mapping[str, Any]], Amounts]


def is_sidecar(init_container: Mapping[str, Any]) -> bool:
    """Whether an init container keeps running beside the pod's own: restartPolicy Always."""
    return init_container.get("restartPolicy") == "Always"


def requests(pod: Obj, *, pod_level: bool = True, in_place: bool = True) -> Amounts:
    """The pod's effective request, with overhead.

    ``pod_level``: whether ``spec.resources`` counts (from 1.34 by default). ``in_place``: whether
    a running container's resized resources count (from 1.33 by default).
    """
    return _rounded(_fine_requests(pod, _requests_reader(pod, in_place), pod_level=pod_level))


def nonzero_requests(pod: Obj, *, pod_level: bool = True, in_place: bool = True) -> Amounts:
    """The cpu and memory that the scheduler scores with: 100m and 200Mi where a container has none.

    With pod-level requests only what is missing there gets a default.
    Source: kubernetes pkg/scheduler/framework/types.go CalculateResource.
    """
    missing: Mapping[str, int] = NON_MISSING
    if pod_level and _pod_level(pod, "requests"):
        known = _fine_requests(pod, _requests_reader(pod, in_place), pod_level=True)
        missing = {name: amount for name, amount in NON_MISSING.items() if name not in known}
    reader = _requests_reader(pod, in_place, missing)
    fine = _fine_requests(pod, reader, pod_level=pod_level)
    return {name: -(-fine.get(name, 0) // 1000) for name in ("cpu", "memory")}


def limits(pod: Obj, *, pod_level: bool = True) -> Amounts:
    """The pod's effective limits; overhead counts only where there is a limit."""
    found = _aggregated(pod, lambda container: _amounts(_resources(container, "limits")))
    if pod_level:
        found.update(_pod_level(pod, "limits"))
    for name, amount in _amounts(_spec(pod).get("overhead")).items():
        if name in found:
            found[name] += amount
    return _rounded(found)


def container_requests(container: Mapping[str, Any]) -> Amounts:
    """The requests of one container."""
    return _rounded(_amounts(_resources(container, "requests")))


def container_limits(container: Mapping[str, Any]) -> Amounts:
    """The limits of one container."""
    return _rounded(_amounts(_resources(container, "limits")))


def containers(pod: Obj) -> Iterator[Mapping[str, Any]]:
    """The init containers, then the others."""
    spec = _spec(pod)
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()


def qos_class(pod: Obj) -> QosClass:
    """Guaranteed, Burstable or BestEffort, from cpu and memory of all containers or the pod's own.

    Source: kubernetes pkg/apis/core/v1/helper/qos ComputePodQOS.
    """
    own = _spec(pod).get("resources") or _NOTHING
    parts = [own] if own.get("requests") or own.get("limits") else _container_resources(pod)
    asked, capped, all_capped = _qos_sums(parts)
    if not asked and not capped:
        return "BestEffort"
    if all_capped and asked == capped:
        return "Guaranteed"
    return "Burstable"


def _container_resources(pod: Obj) -> list[Mapping[str, Any]]:
    return [container.get("resources") or _NOTHING for container in containers(pod)]


def _qos_sums(parts: Iterable[Mapping[str, Any]]) -> tuple[Amounts, Amounts, bool]:
    asked: Amounts = {}
    capped: Amounts = {}
    all_capped = True
    for part in parts:
        _add(asked, _compute(part.get("requests")))
        found = _compute(part.get("limits"))
        _add(capped, found)
        all_capped = all_capped and len(found) == 2
    return asked, capped, all_capped


def _compute(resources: Mapping[str, Any] | None) -> Amounts:
    """The positive cpu and memory of a resource list."""
    return {
        name: amount
        for name, amount in _amounts(resources).items()
        if amount > 0 and name in ("cpu", "memory")
    }


def _spec(pod: Obj) -> Mapping[str, Any]:
    return pod.get("spec") or _NOTHING


def _resources(container: Mapping[str, Any], part: str) -> Mapping[str, Any] | None:
    return (container.get("resources") or _NOTHING).get(part)


def _amounts(resources: Mapping[str, Any] | None) -> Amounts:
    """A resource list in thousandths (cpu: millionths)."""
    if not resources:
        return {}
    return {
        name: quantity.milli(text) * 1000 if name == "cpu" else quantity.milli(text)
        for name, text in resources.items()
    }


def _rounded(fine: Amounts) -> Amounts:
    return {name: -(-amount // 1000) for name, amount in fine.items()}


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _raise_to(total: Amounts, least: Amounts) -> None:
    for name, amount in least.items():
        if amount > total.get(name, -1):
            total[name] = amount


def _aggregated(pod: Obj, of_container: _OfContainer) -> Amounts:
    """The sum of what runs at once, or the dearest step of initialisation if that is more."""
    spec = _spec(pod)
    total: Amounts = {}
    for container in spec.get("containers") or ():
        _add(total, of_container(container))
    sidecars: Amounts = {}
    dearest: Amounts = {}
    for container in spec.get("initContainers") or ():
        own = of_container(container)
        if is_sidecar(container):
            _add(total, own)
            _add(sidecars, own)
            own = dict(sidecars)
        else:
            _add(own, sidecars)
        _raise_to(dearest, own)
    _raise_to(total, dearest)
    return total


def _fine_requests(pod: Obj, of_container: _OfContainer, *, pod_level: bool) -> Amounts:
    total = _aggregated(pod, of_container)
    if pod_level:
        total.update(_pod_level(pod, "requests"))
    overhead = _spec(pod).get("overhead")
    if overhead:
        _add(total, _amounts(overhead))
    return total


def _pod_level(pod: Obj, part: str) -> Amounts:
    """What ``spec.resources`` says of the resources that it may name."""
    own = _spec(pod).get("resources")
    if not own:
        return {}
    return {
        name: amount
        for name, amount in _amounts(own.get(part)).items()
        if name in ("cpu", "memory") or name.startswith("hugepages-")
    }


def _requests_reader(
    pod: Obj, in_place: bool, missing: Mapping[str, int] = _NOTHING
) -> _OfContainer:
    """How one container's request is read: with resizes, and with defaults for what is missing."""
    changed = resized(pod) if in_place else {}
    if not changed and not missing:
        return lambda container: _amounts(_resources(container, "requests"))

    def read(container: Mapping[str, Any]) -> Amounts:
        found = _with_resize(pod, container, changed)
        for name, amount in missing.items():
            found.setdefault(name, amount)
        return found

    return read


def resized(pod: Obj) -> dict[str, Mapping[str, Any]]:
    """The statuses of containers that have other resources than their spec asks for, by name."""
    status = pod.get("status")
    if not status:
        return {}
    found: dict[str, Mapping[str, Any]] = {}
    for part, told in _STATUSES:
        items = status.get(told) or ()
        if any("resources" in item or "allocatedResources" in item for item in items):
            asked = {item["name"]: item.get("resources") for item in _spec(pod).get(part) or ()}
            found |= {item["name"]: item for item in items if _differs(item, asked)}
    return found


def _differs(status: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether a container's status tells other resources; mostly it tells the very same dicts."""
    wanted = asked.get(status["name"]) or _NOTHING
    told = status.get("resources", wanted)
    if told is not wanted and told != wanted:
        return True
    requests = wanted.get("requests")
    return bool(status.get("allocatedResources", requests) != requests)


def _with_resize(
    pod: Obj, container: Mapping[str, Any], changed: Mapping[str, Mapping[str, Any]]
) -> Amounts:
    """The most of what is asked, allocated and in force; what is infeasible is not asked."""
    status = changed.get(container.get("name", ""))
    found = _amounts(_resources(container, "requests"))
    if status is None:
        return found
    if _resize_infeasible(pod):
        found = {}
    _raise_to(found, _amounts(_resources(status, "requests")))
    _raise_to(found, _amounts(status.get("allocatedResources")))
    return found


def _resize_infeasible(pod: Obj) -> bool:
    return any(
        item.get("type") == "PodResizePending" and item.get("reason") == "Infeasible"
        for item in (pod.get("status") or _NOTHING).get("conditions") or ()
    )
