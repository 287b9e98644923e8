"""When a time specification will next say something else, so that nobody has to ask until then.

What it says can change only at the ends of its spans, at midnight, and where the zone's clocks are
put forward or back.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from minieks.autoscale.workinghours.timespec import (
    NO_DEFAULTS,
    Absolute,
    Defaults,
    InvalidTimeSpec,
    Span,
    matches,
    moment,
    read,
)
from minieks.engine.clock import DAY, MINUTE, Micros

_DAYS: Final = 8
"""All weekdays, and one more because the first has begun."""


def state(spec: str, at: Micros, defaults: Defaults = NO_DEFAULTS) -> bool | str:
    """Whether the specification matches, or what is wrong with it."""
    try:
        return matches(spec, at, defaults)
    except InvalidTimeSpec as error:
        return str(error)


def next_change(spec: str, at: Micros, defaults: Defaults = NO_DEFAULTS) -> Micros | None:
    """The first moment after ``at`` when `state` may be another; None if it never will be.

    Where nothing changes for a week but may later, that is the moment to ask again.
    """
    if spec.lower() in ("always", "never"):
        return None
    now = state(spec, at, defaults)
    candidates = {one for part in spec.split(",") for one in _candidates(part, at, defaults)}
    if not candidates:
        return None
    upcoming = sorted(one for one in candidates if one > at)
    for one in upcoming:
        if state(spec, one, defaults) != now:
            return one
    return upcoming[-1] if upcoming else None


def _candidates(part: str, at: Micros, defaults: Defaults) -> Iterator[Micros]:
    try:
        span: Span = read(part.strip(), defaults)
    except InvalidTimeSpec:
        return
    if isinstance(span, Absolute):
        yield from (span.begin, span.end + 1)
        return
    first = at // DAY - 1
    for day in range(first, first + _DAYS + 2):
        yield from _of_day(span.zone, span.begin, span.end, day)


@lru_cache(maxsize=8192)
def _of_day(zone: ZoneInfo, begin: int, end: int, day: int) -> tuple[Micros, ...]:
    """The moments of a day, counted from the epoch, at which something may change."""
    midnight = moment(day * DAY).replace(tzinfo=None)
    found = [
        _micros(midnight + timedelta(minutes=minutes), zone, fold)
        for minutes in {0, begin, end}
        for fold in (0, 1)
    ]
    return (*found, *_transition(zone, day))


def _micros(local: datetime, zone: ZoneInfo, fold: int) -> Micros:
    there = local.replace(tzinfo=zone, fold=fold)
    return (there - moment(0)) // timedelta(microseconds=1)


def _transition(zone: ZoneInfo, day: int) -> Iterator[Micros]:
    """The minute of the day, in UTC, at which the zone's offset changes, if it does."""
    low, high = day * DAY, (day + 1) * DAY
    if _offset(zone, low) == _offset(zone, high):
        return
    while high - low > MINUTE:
        middle = (low + high) // 2 // MINUTE * MINUTE
        if _offset(zone, middle) == _offset(zone, low):
            low = middle
        else:
            high = middle
    yield high


def _offset(zone: ZoneInfo, at: Micros) -> timedelta | None:
    return moment(at).astimezone(zone).utcoffset()
