"""Which pods are worth replacing, in which order, and how many of a workload at once.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/updater/priority/{priority_processor,
update_priority_calculator}.go, pkg/updater/restriction/pods_restriction_factory.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.autoscale.vpa.applying import OBSERVED
from minieks.autoscale.vpa.policies import amounts_of
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.engine.clock import HOUR, MINUTE, Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations

LIFETIME: Final[Micros] = 12 * HOUR
"""A pod that asks for about the right amount may live at least so long."""
SIGNIFICANT: Final = 0.1
"""The sum of the relative changes that is worth a new pod."""
QUICK_OOM: Final[Micros] = 10 * MINUTE
TOLERANCE: Final = 0.5
MIN_REPLICAS: Final = 2
_IN_MILLI: Final = {"cpu": 1, "memory": 1000}


@dataclass(frozen=True, slots=True)
class Priority:
    """How much a pod wants a change."""

    outside: bool
    """Whether a request is outside of its bounds, or missing."""
    grows: bool
    difference: float

    def order(self) -> tuple[bool, float]:
        """Sorts those first that want to grow, then by how much changes."""
        return (not self.grows, -self.difference)


def priority(pod: Obj, found: Mapping[str, ContainerRecommendation]) -> Priority:
    """How far a pod's requests are from what is recommended for its containers."""
    outside = grows = False
    requested, recommended = dict[str, int](), dict[str, int]()
    for container in _observed(pod):
        wanted = found.get(container["name"])
        if wanted is None:
            continue
        requests = amounts_of(in_force(pod, container).get("requests"))
        for resource, target in wanted.target.items():
            recommended[resource] = recommended.get(resource, 0) + target
            request = requests.get(resource)
            if request is None:
                outside = grows = True
                continue
            requested[resource] = requested.get(resource, 0) + request
            grows = grows or target > request
            least, most = wanted.lower_bound.get(resource), wanted.upper_bound.get(resource)
            outside = outside or (least is not None and request < least)
            outside = outside or (most is not None and request > most)
    return Priority(outside, grows, _difference(requested, recommended))


def in_force(pod: Obj, container: Mapping[str, Any]) -> Mapping[str, Any]:
    """A container's resources as its status tells them, else as it asks for them."""
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        if status["name"] == container["name"] and status.get("resources") is not None:
            found: Mapping[str, Any] = status["resources"]
            return found
    return container.get("resources") or {}


def _difference(requested: Mapping[str, int], recommended: Mapping[str, int]) -> float:
    total = 0.0
    for resource, wanted in recommended.items():
        unit = _IN_MILLI[resource]
        asked = max(float(requested.get(resource, 0) * unit), 1.0)
        total += abs(asked - float(wanted * unit)) / asked
    return total


def _observed(pod: Obj) -> list[Mapping[str, Any]]:
    """The containers that the admission controller saw; all, if it saw none."""
    seen = annotations(pod).get(OBSERVED)
    names = None if seen is None else {one.strip() for one in seen.split(",")}
    return [one for one in pod["spec"]["containers"] if names is None or one["name"] in names]


def is_candidate(pod: Obj, wants: Priority, now: Micros, *, scaled: frozenset[str]) -> bool:
    """Whether a pod may be replaced; ``scaled`` are the containers that are not switched off."""
    quick = has_quick_oom(pod, scaled)
    if quick and wants.difference == 0:
        return False
    if wants.outside or quick:
        return True
    old = old_at(pod)
    return old is not None and now >= old and wants.difference >= SIGNIFICANT


def old_at(pod: Obj) -> Micros | None:
    """When a pod has lived long enough to be replaced without need; None before it starts."""
    started = (pod.get("status") or {}).get("startTime")
    return times.parse(started) + LIFETIME if started else None


def has_quick_oom(pod: Obj, scaled: frozenset[str]) -> bool:
    """Whether a container was last killed for want of memory soon after its start."""
    seen = {one["name"] for one in _observed(pod)} & scaled
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        ended = (status.get("lastState") or {}).get("terminated") or {}
        if status["name"] not in seen or ended.get("reason") != "OOMKilled":
            continue
        if times.parse(ended["finishedAt"]) - times.parse(ended["startedAt"]) < QUICK_OOM:
            return True
    return False


@dataclass(slots=True)
class Group:
    """The pods of one controller in one round of the updater."""

    configured: int
    running: int
    disrupted: int = 0
    """Evicted or resized in this round."""

    @property
    def tolerance(self) -> int:
        """How many may be missing."""
        return int(self.configured * TOLERANCE)

    def may_lose_one(self) -> bool:
        """Whether enough would be left; a group for which that is never so may lose one."""
        if self.running - self.disrupted > self.configured - self.tolerance:
            return True
        return self.configured == self.running and self.tolerance == 0 and self.disrupted == 0
