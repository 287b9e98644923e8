"""Virtual and wall time behind one interface.

Time is a whole number of microseconds since the Unix epoch, so that equal moments are equal and
a minute is never 60.000001 seconds on a bill.
"""

import time
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Protocol, TypeAlias

Micros: TypeAlias = int

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR

FIRST_MOMENT: Micros = DAY
LAST_MOMENT: Micros = 7_258_118_400 * SECOND
"""The moments at which a run may begin: from 1970-01-02 to 2200-01-01."""
LONGEST_RUN: Micros = 3660 * DAY
"""Ten years, which no run has needed yet; a longer one is a slip of the pen."""


def micros(seconds: float) -> Micros:
    """A duration in seconds as whole microseconds, rounded to the nearest."""
    return round(seconds * SECOND)


class Clock(Protocol):
    """What time it is, and whether moving on is ours to decide."""

    def now(self) -> Micros:
        """Microseconds since the epoch; never goes back."""

    def advance(self, to: Micros) -> None:
        """Let the moment ``to`` come, if this clock can; a moment already past is no error."""


class VirtualClock:
    """Time that jumps to the next event and stands still in between."""

    def __init__(self, start: Micros = 0) -> None:
        self._moment = [start]
        # It is asked for several times a step: so no function of Python is called for it.
        self.now: Callable[[], Micros] = partial(itemgetter(0), self._moment)
        """The moment last jumped to."""

    def advance(self, to: Micros) -> None:
        """Jump to ``to``; never back."""
        self._moment[0] = max(self._moment[0], to)


class WallClock:
    """The machine's time, from ``start``, ``speed`` times as fast.

    Nobody waits in here: whoever serves clients asks the engine when its next event is due and
    waits in its own way, so ``advance`` has nothing to do.
    """

    def __init__(
        self,
        start: Micros,
        speed: float = 1.0,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._start = start
        self._speed = speed
        self._monotonic_ns = monotonic_ns
        self._origin = monotonic_ns()

    def now(self) -> Micros:
        """The start plus the time gone by since then, times the speed."""
        return self._start + int((self._monotonic_ns() - self._origin) * self._speed) // 1000

    def advance(self, to: Micros) -> None:
        """Nothing: this clock moves by itself."""

    def seconds_until(self, moment: Micros) -> float:
        """How many seconds of the machine's own time until ``moment``; 0 if it is past."""
        return max(0.0, (moment - self.now()) / SECOND / self._speed)
