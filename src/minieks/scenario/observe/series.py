"""A number over time, kept as the moments of its changes: what does not change costs nothing."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from minieks.engine.clock import Micros


class Span(NamedTuple):
    """A value and the time during which it held."""

    begins: Micros
    ends: Micros
    value: float


class Series:
    """A step function; before its first point it is nothing."""

    __slots__ = ("moments", "values")

    def __init__(self) -> None:
        self.moments: list[Micros] = []
        self.values: list[float] = []

    def put(self, at: Micros, value: float) -> None:
        """From ``at`` on it is ``value``; of several at one moment the last counts."""
        if self.moments and self.moments[-1] == at:
            self.values[-1] = value
        elif not self.values or self.values[-1] != value:
            self.moments.append(at)
            self.values.append(value)

    def at(self, moment: Micros) -> float:
        """What it was at a moment; 0 before it began."""
        index = bisect_right(self.moments, moment)
        return self.values[index - 1] if index else 0.0

    def between(self, begins: Micros, ends: Micros) -> Iterator[Span]:
        """What it was from one moment to another, in pieces; one piece if they are the same."""
        index, since = bisect_right(self.moments, begins), begins
        value = self.values[index - 1] if index else 0.0
        while index < len(self.moments) and self.moments[index] < ends:
            yield Span(since, self.moments[index], value)
            since, value = self.moments[index], self.values[index]
            index += 1
        yield Span(since, ends, value)

    def restart(self, now: Micros) -> None:
        """Forget the past."""
        last = self.values[-1] if self.values else 0.0
        self.moments, self.values = [now], [last]

    @property
    def last(self) -> float:
        """What it is now."""
        return self.values[-1] if self.values else 0.0
