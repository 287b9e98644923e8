"""What happened around a moment: the part of a run's timeline that explains a failure."""

from collections.abc import Iterable
from typing import Final

from minieks.engine.clock import MINUTE, Micros
from minieks.kube.words import times
from minieks.scenario.observe.moments import Moment
from minieks.scenario.script.facts import Miss
from minieks.scenario.script.outcome import StoryLine
from minieks.scenario.script.times import elapsed

AROUND: Final[Micros] = 15 * MINUTE
_LINES: Final = 8
_SCENARIO: Final = "scenario"


def story(miss: Miss, moments: Iterable[Moment], start: Micros) -> tuple[StoryLine, ...]:
    """The most telling moments around a failure, oldest first; none where no moment is to blame."""
    if miss.at is None:
        return ()
    near = [one for one in moments if _overlaps(one, miss.at) and _concerns(one, miss.about)]
    chosen = sorted(near, key=lambda one: _rank(one, miss))[:_LINES]
    return tuple(_line(one, start) for one in sorted(chosen, key=lambda one: one.at))


def _overlaps(moment: Moment, at: Micros) -> bool:
    return moment.at <= at + AROUND and moment.last >= at - AROUND


def _concerns(moment: Moment, about: Iterable[str]) -> bool:
    """Whether it happened to one of these, to a node or to the cluster; to any if none is named."""
    wanted = set(about)
    return (
        not wanted
        or moment.source == _SCENARIO
        or not wanted.isdisjoint(moment.about)
        or any(one.startswith("Node/") for one in moment.about)
    )


def _rank(moment: Moment, miss: Miss) -> tuple[bool, bool, int]:
    """What the scenario did first, then what concerns the workloads, then what is nearest."""
    own = not set(miss.about).isdisjoint(moment.about)
    assert miss.at is not None, "only a failure with a moment has a story"
    return moment.source != _SCENARIO, not own, abs(moment.at - miss.at)


def _line(moment: Moment, start: Micros) -> StoryLine:
    return StoryLine(
        at=times.rfc3339(moment.at),
        elapsed=elapsed(moment.at - start),
        about=tuple(one for one in moment.about if one),
        reason=moment.reason,
        message=moment.text,
        source=moment.source,
        count=moment.count,
    )
