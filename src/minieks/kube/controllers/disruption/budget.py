"""The arithmetic of a PodDisruptionBudget.

Source: kubernetes pkg/controller/disruption/disruption.go (getExpectedPodCount, updatePdbStatus).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from minieks.engine.clock import MINUTE, Micros
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.intstr import scaled_up
from minieks.kube.words.objects import Obj, is_deleting, metadata, name

# So long a pod whose eviction was granted is expected to go; then it counts as healthy again.
DELETION_TIMEOUT: Final[Micros] = 2 * MINUTE


class Expectation(NamedTuple):
    """How many pods there should be, and how many of them must be healthy."""

    pods: int
    healthy: int


def needs_scale(spec: Mapping[str, Any]) -> bool:
    """Whether the budget is relative to what the pods' controllers want."""
    return spec.get("maxUnavailable") is not None or isinstance(spec.get("minAvailable"), str)


def expectation(spec: Mapping[str, Any], scale: int, matching: int) -> Expectation:
    """``scale`` is what the controllers want together, ``matching`` how many pods there are.

    Percentages are rounded up, in favour of the pods for minAvailable, of the evictor otherwise.
    """
    most_missing = spec.get("maxUnavailable")
    if most_missing is not None:
        return Expectation(scale, max(0, scale - scaled_up(most_missing, scale)))
    least = spec.get("minAvailable")
    if isinstance(least, str):
        return Expectation(scale, scaled_up(least, scale))
    return Expectation(matching, int(least or 0))


def still_disrupted(
    disrupted: Mapping[str, str], matching: Iterable[Obj], now: Micros
) -> dict[str, str]:
    """The granted evictions whose pods have yet to begin to go, not older than the timeout."""
    if not disrupted:
        return {}
    here = {name(pod): pod for pod in matching}
    return {
        pod_name: since
        for pod_name, since in disrupted.items()
        if pod_name in here
        and not is_deleting(here[pod_name])
        and times.parse(since) + DELETION_TIMEOUT > now
    }


def healthy(matching: Iterable[Obj], disrupted: Mapping[str, str]) -> int:
    """How many pods are ready and stay."""
    return sum(
        pods.is_ready(pod) and not is_deleting(pod) and name(pod) not in disrupted
        for pod in matching
    )


def status(budget: Obj, expected: Expectation, current: int, disrupted: Mapping[str, str]) -> Obj:
    """The budget's status without its conditions."""
    allowed = max(0, current - expected.healthy) if expected.pods > 0 else 0
    counts = {
        "disruptionsAllowed": allowed,
        "currentHealthy": current,
        "desiredHealthy": expected.healthy,
        "expectedPods": expected.pods,
        "observedGeneration": metadata(budget)["generation"],
    }
    return {**counts, **({"disruptedPods": dict(disrupted)} if disrupted else {})}
