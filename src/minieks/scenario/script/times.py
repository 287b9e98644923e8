"""Times of a run in words, and windows of it."""

from dataclasses import dataclass
from typing import Final

from minieks.engine.clock import DAY, HOUR, MINUTE, SECOND, Micros
from minieks.kube.words import times
from minieks.scenario.script.tables import Field
from minieks.scenario.script.values import MOMENT

WINDOW: Final = (
    Field("at", MOMENT, "at this moment"),
    Field("since", MOMENT, "from then on"),
    Field("until", MOMENT, "until then"),
)
"""The fields of a `Window`."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a run: a moment, or from one to another; all of it by default."""

    at: Micros | None = None
    since: Micros | None = None
    until: Micros | None = None

    @property
    def wording(self) -> str:
        """In words, to follow what is expected."""
        if self.at is not None:
            return f" at {times.rfc3339(self.at)}"
        since = f" from {times.rfc3339(self.since)}" if self.since is not None else ""
        return since + (f" until {times.rfc3339(self.until)}" if self.until is not None else "")

    def ends(self, begins: Micros, ends: Micros) -> tuple[Micros, Micros]:
        """Where it begins and ends in a run."""
        if self.at is not None:
            return self.at, self.at
        return (
            begins if self.since is None else self.since,
            ends if self.until is None else self.until,
        )


WHOLE_RUN: Final = Window()


def elapsed(span: Micros) -> str:
    """A time since the start, as a clock that counts days: ``day 2 08:15:00``."""
    days, rest = divmod(span, DAY)
    clock = f"{rest // HOUR:02d}:{rest % HOUR // MINUTE:02d}:{rest % MINUTE // SECOND:02d}"
    return f"day {days + 1} {clock}" if days else clock


def lasting(span: Micros) -> str:
    """A duration in its two largest units: ``1h05m``, ``90s``."""
    whole = round(span / SECOND)
    if whole < 120:
        return f"{whole}s"
    minutes, seconds = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes}m{seconds:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"
