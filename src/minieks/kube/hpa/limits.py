"""From what metrics ask for to what is done: stabilisation, rates of change, bounds.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go normalizeDesiredReplicas and
normalizeDesiredReplicasWithBehaviors.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.kube.hpa import gomath
from minieks.kube.hpa.memory import Memory, Recommendation


@dataclass(frozen=True, slots=True)
class Request:
    """What metrics ask for, and the bounds of the spec."""

    current: int
    wanted: int
    least: int
    most: int
    now: Micros


class Said(NamedTuple):
    """What a condition says: reason and message."""

    reason: str
    message: str


class Limited(NamedTuple):
    """What is left of a request after stabilisation, and after rates and bounds, and why."""

    stabilized: int
    replicas: int
    stabilization: Said
    limit: Said

    @property
    def is_limited(self) -> bool:
        """Whether rates or bounds changed it."""
        return self.replicas != self.stabilized


READY: Final = Said("ReadyForNewScale", "recommended size matches current size")
DOWN_STABILIZED: Final = Said(
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, "
    "applying the highest recent recommendation",
)
UP_STABILIZED: Final = Said(
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)
WITHIN: Final = Said("DesiredWithinRange", "the desired count is within the acceptable range")
TOO_MANY: Final = Said(
    "TooManyReplicas", "the desired replica count is more than the maximum replica count"
)
TOO_FEW: Final = Said(
    "TooFewReplicas", "the desired replica count is less than the minimum replica count"
)
UP_LIMIT: Final = Said(
    "ScaleUpLimit",
    "the desired replica count is increasing faster than the maximum scale rate",
)
DOWN_LIMIT: Final = Said(
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
)
_LEAST_RISE: Final = 4
_RISE: Final = 2


def without_behavior(request: Request, memory: Memory, window: Micros) -> Limited:
    """The rules of an autoscaler without ``spec.behavior``.

    The highest recommendation of the window counts; replicas at most double, or become 4.
    """
    since = request.now - window
    recent = [one.replicas for one in memory.recommendations if one.at >= since]
    stabilized = max(request.wanted, *recent) if recent else request.wanted
    said = READY if stabilized == request.wanted else DOWN_STABILIZED
    replicas, why = _doubled_at_most(request, stabilized)
    return Limited(stabilized, replicas, said, why)


def _doubled_at_most(request: Request, wanted: int) -> tuple[int, Said]:
    if wanted < request.least:
        return request.least, TOO_FEW
    rise = max(_RISE * request.current, _LEAST_RISE)
    most, why = (rise, UP_LIMIT) if request.most > rise else (request.most, TOO_MANY)
    return (most, why) if wanted > most else (wanted, WITHIN)


def with_behavior(request: Request, memory: Memory, behavior: Mapping[str, Any]) -> Limited:
    """The rules of ``spec.behavior``, which is complete."""
    stabilized = _stabilized(request, memory.recommendations, behavior)
    said = READY
    if stabilized != request.wanted:
        said = UP_STABILIZED if request.wanted >= request.current else DOWN_STABILIZED
    replicas, why = _at_allowed_rate(request, stabilized, memory, behavior)
    return Limited(stabilized, replicas, said, why)


def window(rules: Mapping[str, Any]) -> Micros:
    """The stabilisation window of one direction."""
    return int(rules["stabilizationWindowSeconds"]) * SECOND


def _stabilized(
    request: Request, known: Sequence[Recommendation], behavior: Mapping[str, Any]
) -> int:
    """As near to the current replicas as recent recommendations allow."""
    up = down = request.wanted
    since_up = request.now - window(behavior["scaleUp"])
    since_down = request.now - window(behavior["scaleDown"])
    for one in known:
        if one.at > since_up:
            up = min(up, one.replicas)
        if one.at > since_down:
            down = max(down, one.replicas)
    return min(max(request.current, up), down)


def _at_allowed_rate(
    request: Request, wanted: int, memory: Memory, behavior: Mapping[str, Any]
) -> tuple[int, Said]:
    if wanted > request.current:
        most, why = _most(request, memory, behavior["scaleUp"])
        return (most, why) if wanted > most else (wanted, WITHIN)
    if wanted < request.current:
        least, why = _least(request, memory, behavior["scaleDown"])
        return (least, why) if wanted < least else (wanted, WITHIN)
    return wanted, WITHIN


def _most(request: Request, memory: Memory, rules: Mapping[str, Any]) -> tuple[int, Said]:
    prefer = min if rules["selectPolicy"] == "Min" else max
    limit = max(_limit(request, memory, rules, prefer, _raised), request.current)
    return (limit, UP_LIMIT) if request.most > limit else (request.most, TOO_MANY)


def _least(request: Request, memory: Memory, rules: Mapping[str, Any]) -> tuple[int, Said]:
    prefer = max if rules["selectPolicy"] == "Min" else min
    limit = min(_limit(request, memory, rules, prefer, _lowered), request.current)
    return (limit, DOWN_LIMIT) if request.least < limit else (request.least, TOO_FEW)


def _limit(
    request: Request,
    memory: Memory,
    rules: Mapping[str, Any],
    prefer: Callable[[Sequence[int]], int],
    allowed: Callable[[int, Mapping[str, Any]], int],
) -> int:
    """How far the preferred policy lets replicas go."""
    if rules["selectPolicy"] == "Disabled":
        return request.current
    return prefer(
        [
            allowed(
                memory.period_start(request.current, policy["periodSeconds"], request.now), policy
            )
            for policy in rules["policies"]
        ]
    )


def _raised(start: int, policy: Mapping[str, Any]) -> int:
    if policy["type"] == "Pods":
        return gomath.wrapped32(start + int(policy["value"]))
    return gomath.int32(gomath.ceiling(float(start) * (1 + float(policy["value"]) / 100)))


def _lowered(start: int, policy: Mapping[str, Any]) -> int:
    if policy["type"] == "Pods":
        return gomath.wrapped32(start - int(policy["value"]))
    return gomath.int32(float(start) * (1 - float(policy["value"]) / 100))
