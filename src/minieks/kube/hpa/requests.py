"""What pods request of a resource, in thousandths.

Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go calculateRequests.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.hpa.failures import Unavailable
from minieks.kube.kinds import pods as kind
from minieks.kube.kinds.podresources import is_sidecar
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj, name

_NOTHING: Final[Mapping[str, Any]] = {}


def requests(
    pods: tuple[Obj, ...], resource: str, container: str, *, pod_level: bool
) -> Mapping[str, int]:
    """The request of each pod, or of one of its containers; raises Unavailable if one has none."""
    known = _KNOWN.get(pods)
    if known is None:
        known = _KNOWN.put(pods, {})
    asked = (resource, container, pod_level)
    found = known.get(asked)
    if found is None:
        found = {name(pod): _request(pod, resource, container, pod_level) for pod in pods}
        known[asked] = found
    return found


_Asked: TypeAlias = tuple[str, str, bool]
_KNOWN: Final[IdentityMemo[dict[_Asked, Mapping[str, int]]]] = IdentityMemo(2048)


def _request(pod: Obj, resource: str, container: str, pod_level: bool) -> int:
    if pod_level and not container and _has_own_requests(pod):
        return _of_pod(pod, resource)
    if container:
        return _of_container(pod, resource, container)
    return sum(_milli(pod, one, resource) for one in _running(pod))


def _has_own_requests(pod: Obj) -> bool:
    own = (pod["spec"].get("resources") or _NOTHING).get("requests") or _NOTHING
    return any(one in ("cpu", "memory") or one.startswith("hugepages-") for one in own)


def _of_pod(pod: Obj, resource: str) -> int:
    """As the scheduler counts: the pod's own, else that of all its containers."""
    found = kind.requests(pod, in_place=False)
    if resource not in found:
        raise Unavailable(f"missing pod-level request for {resource} in Pod {name(pod)}")
    return found[resource] * (1 if resource == "cpu" else 1000)


def _of_container(pod: Obj, resource: str, container: str) -> int:
    for one in _running(pod):
        if one["name"] == container:
            return _milli(pod, one, resource)
    raise Unavailable(f"container {container} not found in Pod {name(pod)}")


def _running(pod: Obj) -> Iterator[Mapping[str, Any]]:
    """The containers that run all the time: the pod's own and its sidecars."""
    yield from pod["spec"]["containers"]
    yield from filter(is_sidecar, pod["spec"].get("initContainers") or ())


def _milli(pod: Obj, container: Mapping[str, Any], resource: str) -> int:
    found = (container.get("resources") or _NOTHING).get("requests") or _NOTHING
    if resource not in found:
        place = f"in container {container['name']} of Pod {name(pod)}"
        raise Unavailable(f"missing request for {resource} {place}")
    return quantity.milli(found[resource])
