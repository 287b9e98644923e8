"""Until when a sync that sees the same again decides the same again.

An autoscaler is looked at every 15 s, and nearly always nothing has changed. What changes by
itself is what the controller remembers: recommendations and rescales leave their windows; and how
it looks upon pods that are young.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.hpa.limits import DOWN_LIMIT, UP_LIMIT, Limited, Request, window
from minieks.kube.hpa.memory import Memory
from minieks.kube.hpa.settings import Settings
from minieks.kube.kinds import pods as kind
from minieks.kube.usage.sampling import FRESH, SCRAPE_PERIOD, SCRAPE_TAKES
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

_MEASURED_AFTER: Final[Micros] = FRESH + SCRAPE_PERIOD + SCRAPE_TAKES
_TRUSTED_AFTER: Final[Micros] = 2 * SCRAPE_PERIOD + SCRAPE_TAKES


def holds_without_behavior(
    request: Request, found: Limited, memory: Memory, period: Micros
) -> Micros | None:
    """The moment at which a higher recommendation is forgotten; None if none is followed."""
    if found.stabilized == request.wanted:
        return None
    followed = [one.at for one in memory.recommendations if one.replicas == found.stabilized]
    return max(followed) + period


def holds_with_behavior(
    request: Request, found: Limited, memory: Memory, behavior: Mapping[str, Any]
) -> Micros | None:
    """The first moment at which what is remembered allows something else; None if none does."""
    moments = [
        *_windows(request, memory, behavior),
        *_rates(request, found, memory, behavior),
    ]
    return min(moments, default=None)


def _windows(request: Request, memory: Memory, behavior: Mapping[str, Any]) -> Iterator[Micros]:
    """When the lowest and the highest recommendation of their windows leave them."""
    for direction, extreme in (("scaleUp", min), ("scaleDown", max)):
        length = window(behavior[direction])
        recent = [one for one in memory.recommendations if one.at > request.now - length]
        bound = extreme([request.wanted, *(one.replicas for one in recent)])
        if bound != request.wanted:
            yield max(one.at for one in recent if one.replicas == bound) + length


def _rates(
    request: Request, found: Limited, memory: Memory, behavior: Mapping[str, Any]
) -> Iterator[Micros]:
    """When rescales are too long ago to count, if the rate of change is what limits."""
    if found.limit not in (UP_LIMIT, DOWN_LIMIT):
        return
    for rules in behavior.values():
        for policy in rules["policies"]:
            for event in (*memory.ups, *memory.downs):
                leaves = event.at + policy["periodSeconds"] * SECOND
                if leaves > request.now:
                    yield leaves


def settles(pods: Iterable[Obj], now: Micros, settings: Settings) -> Micros | None:
    """When some of the pods are looked upon otherwise though they stay the same; None for never.

    ``now`` while one of them is so young that each scrape tells something new of it.
    """
    found: Micros | None = None
    for pod in pods:
        moment = _settles(pod, now, settings)
        if moment is not None and (found is None or moment < found):
            found = moment
    return found


def _settles(pod: Obj, now: Micros, settings: Settings) -> Micros | None:
    status = pod.get("status") or {}
    if kind.phase(pod) != "Running":
        return None
    for one in status.get("containerStatuses") or ():
        started = ((one.get("state") or {}).get("running") or {}).get("startedAt")
        if started and now < times.parse(started) + _MEASURED_AFTER:
            return now
    ready = kind.condition(pod, "Ready")
    if ready is None or not status.get("startTime"):
        return None
    if now < times.parse(ready["lastTransitionTime"]) + _TRUSTED_AFTER:
        return now
    grown = times.parse(status["startTime"]) + settings.cpu_initialization_period
    return grown if ready["status"] == "False" and grown > now else None
