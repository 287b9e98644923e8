"""When a run begins and how long it lasts, as people write that: ``24h``, ``1d12h``, RFC 3339."""

import re

from minieks.engine.clock import (
    DAY,
    FIRST_MOMENT,
    HOUR,
    LAST_MOMENT,
    LONGEST_RUN,
    MINUTE,
    SECOND,
    Micros,
)
from minieks.engine.errors import UserError
from minieks.kube.words import times

_UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])", re.ASCII)
_SHOWN = 40


def read_length(text: str) -> Micros:
    """How long ``90s``, ``24h`` or ``1w2d`` is; UserError if it is no length to simulate."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UserError(f"{text[:_SHOWN]!r} is no duration", hint="write it like 24h, 7d or 1h30m")
    return bounded(sum(float(number) * _UNITS[unit] for number, unit in parts), repr(text[:_SHOWN]))


def bounded(length: float, written: str) -> Micros:
    """Microseconds, whole; UserError if they are none or more than LONGEST_RUN."""
    if length > LONGEST_RUN:
        raise UserError(
            f"{written} is too long", hint=f"at most {LONGEST_RUN // DAY}d are simulated"
        )
    if not length >= 1:  # also what is no number
        raise UserError(f"{written} is no time at all", hint="write it like 24h")
    return round(length)


def read_moment(text: str) -> Micros:
    """Microseconds since the epoch of an RFC 3339 text; UserError if no run can begin then."""
    try:
        moment = times.parse(text)
    except ValueError as error:
        raise UserError(str(error), hint="write it like 2026-11-23T00:00:00Z") from None
    if not FIRST_MOMENT <= moment <= LAST_MOMENT:
        raise UserError(
            f"{text!r} is not between 1970 and 2200", hint="write it like 2026-11-23T00:00:00Z"
        )
    return moment
