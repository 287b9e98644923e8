"""Curves: numbers over time that stay the same between changes, so that only changes cost.

What rises or falls evenly is a staircase whose steps are at most a twentieth of its height: less
than an autoscaler's tolerance, and seldom enough that a week of many curves is soon over.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from math import ceil
from random import Random
from typing import Final, NamedTuple, Protocol

from minieks.engine.clock import SECOND, Micros

_PART: Final = 0.05
_SHORTEST: Final[Micros] = 15 * SECOND
_DAYS_KEPT: Final = 8


class Curve(Protocol):
    """A number over time."""

    def at(self, moment: Micros) -> float:
        """The number at a moment."""

    def next_change(self, after: Micros) -> Micros | None:
        """The first moment after one at which the number may be another; None for never."""


class Point(NamedTuple):
    """A number that holds from a moment on."""

    at: Micros
    value: float


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    value: float

    def at(self, moment: Micros) -> float:
        """The same at any moment."""
        del moment
        return self.value

    def next_change(self, after: Micros) -> Micros | None:
        """Never."""
        del after
        return None


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbers that hold from given moments on, ascending; before the first, the first one's."""

    points: Sequence[Point]

    def at(self, moment: Micros) -> float:
        """That of the last point until then."""
        index = bisect_right(self.points, moment, key=lambda point: point.at)
        return self.points[max(0, index - 1)].value

    def next_change(self, after: Micros) -> Micros | None:
        """The next point."""
        index = bisect_right(self.points, after, key=lambda point: point.at)
        return self.points[index].at if index < len(self.points) else None


class TimeOfDay(NamedTuple):
    """A number at a time of day."""

    at: time
    value: float


@dataclass(frozen=True, slots=True)
class Weekly:
    """Numbers at times of day, for each day of the week (Monday first), in a time zone.

    On days on which clocks change, times are those that clocks show. ``even``: between two times
    it rises or falls evenly, over midnight too; else it holds until the next.
    """

    days: Sequence[Sequence[TimeOfDay]]
    zone: tzinfo = UTC
    even: bool = True
    _known: dict[date, Steps] = field(default_factory=dict, compare=False, repr=False)

    def at(self, moment: Micros) -> float:
        """That of the day's staircase."""
        return self._of(self._date(moment)).at(moment)

    def next_change(self, after: Micros) -> Micros | None:
        """The next step of the day, or the first of the next."""
        day = self._date(after)
        found = self._of(day).next_change(after)
        return found or self._of(day + timedelta(days=1)).next_change(after)

    def _date(self, moment: Micros) -> date:
        return datetime.fromtimestamp(moment // SECOND, self.zone).date()

    def _of(self, day: date) -> Steps:
        """The staircase of a day, from the last time of the day before."""
        known = self._known.get(day)
        if known is None:
            if len(self._known) >= _DAYS_KEPT:
                self._known.clear()
            known = self._known[day] = Steps(tuple(self._points(day)))
        return known

    def _points(self, day: date) -> Iterator[Point]:
        before, after = day - timedelta(days=1), day + timedelta(days=1)
        corners = [
            self._corner(before, self._times(before)[-1]),
            *(self._corner(day, one) for one in self._times(day)),
            self._corner(after, self._times(after)[0]),
        ]
        yield from staircase(corners) if self.even else corners

    def _times(self, day: date) -> Sequence[TimeOfDay]:
        return self.days[day.weekday()]

    def _corner(self, day: date, one: TimeOfDay) -> Point:
        moment = datetime.combine(day, one.at, self.zone)
        return Point(int(moment.timestamp()) * SECOND, one.value)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A piece of another curve, over and over."""

    curve: Curve
    begins: Micros
    length: Micros

    def at(self, moment: Micros) -> float:
        """That of the piece."""
        return self.curve.at(self._inside(moment))

    def next_change(self, after: Micros) -> Micros | None:
        """The next one of the piece, or its beginning."""
        inside = self._inside(after)
        found, end = self.curve.next_change(inside), self.begins + self.length
        return after - inside + (end if found is None else min(found, end))

    def _inside(self, moment: Micros) -> Micros:
        return self.begins + (moment - self.begins) % self.length


@dataclass(frozen=True, slots=True)
class Spikes:
    """A curve that is a number of times as high for a while, once or every so often."""

    curve: Curve
    begins: Micros
    lasts: Micros
    times: float
    every: Micros | None = None

    def at(self, moment: Micros) -> float:
        """The curve's, higher during a spike."""
        value = self.curve.at(moment)
        return value * self.times if self._inside(moment) else value

    def _since(self, moment: Micros) -> Micros:
        """How long ago the last spike began; negative before the first."""
        since = moment - self.begins
        return since if since < 0 or self.every is None else since % self.every

    def _inside(self, moment: Micros) -> bool:
        return 0 <= self._since(moment) < self.lasts

    def next_change(self, after: Micros) -> Micros | None:
        """The curve's, or a spike's beginning or end."""
        since, found = self._since(after), self.curve.next_change(after)
        begun = after - since
        own: Micros | None = begun
        if since >= self.lasts:
            own = None if self.every is None else begun + self.every
        elif since >= 0:
            own = begun + self.lasts
        return _first(found, own)


@dataclass(frozen=True, slots=True)
class Noise:
    """A curve that is off by chance: by up to a part of it, anew every so often."""

    curve: Curve
    part: float
    every: Micros
    seed: str

    def at(self, moment: Micros) -> float:
        """The same chance for the same seed and time."""
        drawn = Random(f"{self.seed}/{moment // self.every}").uniform(-self.part, self.part)
        return self.curve.at(moment) * (1 + drawn)

    def next_change(self, after: Micros) -> Micros | None:
        """The curve's, or the next draw."""
        return _first(self.curve.next_change(after), after - after % self.every + self.every)


def staircase(corners: Sequence[Point]) -> Iterator[Point]:
    """The steps of a line through corners, each as high as the line at its middle."""
    for one, other in pairwise(corners):
        length, rise = other.at - one.at, other.value - one.value
        highest = max(abs(one.value), abs(other.value))
        count = ceil(abs(rise) / (highest * _PART)) if highest else 1
        count = max(1, min(count, length // _SHORTEST))
        for step in range(count):
            yield Point(one.at + length * step // count, one.value + rise * (step + 0.5) / count)
    yield corners[-1]


def _first(one: Micros | None, other: Micros | None) -> Micros | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
