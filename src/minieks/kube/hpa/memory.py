"""What the controller remembers of one HorizontalPodAutoscaler, as a value.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go (recommendations, scaleUpEvents,
scaleDownEvents). It is in memory only: a restart of the controller forgets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from minieks.engine.clock import SECOND, Micros


class Recommendation(NamedTuple):
    """A number of replicas that metrics asked for, and when it was asked for last."""

    replicas: int
    at: Micros


class ScaleEvent(NamedTuple):
    """By how many replicas a rescale changed its target, without sign."""

    change: int
    at: Micros


@dataclass(frozen=True, slots=True)
class Memory:
    """Recommendations and rescales, oldest first as far as they are still of use."""

    recommendations: tuple[Recommendation, ...] = ()
    ups: tuple[ScaleEvent, ...] = ()
    downs: tuple[ScaleEvent, ...] = ()

    def recommended(self, replicas: int, now: Micros, keep: Micros) -> "Memory":
        """With one more recommendation, without those that are older than ``keep``.

        Of equal ones in a row the last alone can matter: it leaves each window last.
        """
        known = self.recommendations
        if known and known[-1].replicas == replicas:
            known = known[:-1]
        kept = tuple(one for one in known if one.at >= now - keep)
        return Memory((*kept, Recommendation(replicas, now)), self.ups, self.downs)

    def still(self, at: Micros) -> "Memory":
        """With the last recommendation repeated until a moment."""
        *others, last = self.recommendations
        if last.at >= at:
            return self
        return Memory((*others, Recommendation(last.replicas, at)), self.ups, self.downs)

    def rescaled(self, change: int, now: Micros, longest: Micros) -> "Memory":
        """With one more rescale; ``longest`` is the longest period of the direction's policies.

        It takes the place of the last event of its direction that is older than that. Nothing
        else is forgotten, though policies of the other direction may look further back.
        """
        event = ScaleEvent(abs(change), now)
        if change > 0:
            return replace(self, ups=_stored(self.ups, event, now - longest))
        return replace(self, downs=_stored(self.downs, event, now - longest))

    def period_start(self, current: int, seconds: int, now: Micros) -> int:
        """How many replicas there were before the rescales of the last ``seconds``."""
        since = now - seconds * SECOND
        return current - _sum_after(self.ups, since) + _sum_after(self.downs, since)


NOTHING = Memory()
"""What a controller that has just started remembers."""


def _stored(
    events: tuple[ScaleEvent, ...], event: ScaleEvent, cutoff: Micros
) -> tuple[ScaleEvent, ...]:
    outdated = [index for index, one in enumerate(events) if one.at < cutoff]
    if not outdated:
        return (*events, event)
    return (*events[: outdated[-1]], event, *events[outdated[-1] + 1 :])


def _sum_after(events: Sequence[ScaleEvent], since: Micros) -> int:
    return sum(one.change for one in events if one.at > since)
