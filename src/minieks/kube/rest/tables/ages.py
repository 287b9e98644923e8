"""How long ago something was, as kubectl shows it: ``5s``, ``3m20s``, ``2d3h``.

Source: kubernetes apimachinery pkg/util/duration/duration.go HumanDuration.
"""

from collections.abc import Callable
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import times

UNKNOWN: Final = "<unknown>"
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_YEAR: Final = 365 * _DAY


def human_duration(length: Micros) -> str:
    """A length of time in two units at most; clocks may differ by a second."""
    seconds = abs(length) // SECOND * (1 if length >= 0 else -1)
    if seconds < 0:
        return "0s" if seconds == -1 else "<invalid>"
    return next(write(seconds) for below, write in _STEPS if seconds < below)


def since(moment: str | None, now: Micros) -> str:
    """How long ago an RFC 3339 time was; ``<unknown>`` if it is not set."""
    return human_duration(now - times.parse(moment)) if moment else UNKNOWN


def between(start: str, end: str) -> str:
    """The length of time between two RFC 3339 times."""
    return human_duration(times.parse(end) - times.parse(start))


def _one(unit: str, size: int) -> Callable[[int], str]:
    return lambda seconds: f"{seconds // size}{unit}"


def _two(large: str, size: int, small: str, part: int) -> Callable[[int], str]:
    def write(seconds: int) -> str:
        rest = seconds % size // part
        return f"{seconds // size}{large}" + (f"{rest}{small}" if rest else "")

    return write


_STEPS: Final[tuple[tuple[float, Callable[[int], str]], ...]] = (
    (2 * _MINUTE, _one("s", 1)),
    (10 * _MINUTE, _two("m", _MINUTE, "s", 1)),
    (3 * _HOUR, _one("m", _MINUTE)),
    (8 * _HOUR, _two("h", _HOUR, "m", _MINUTE)),
    (2 * _DAY, _one("h", _HOUR)),
    (8 * _DAY, _two("d", _DAY, "h", _HOUR)),
    (2 * _YEAR, _one("d", _DAY)),
    (8 * _YEAR, _two("y", _YEAR, "d", _DAY)),
    (float("inf"), _one("y", _YEAR)),
)
