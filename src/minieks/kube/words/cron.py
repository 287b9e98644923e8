"""Cron schedules in five fields, and when they come next, exact where clocks change.

The rules are those of robfig/cron v3 (parser.go, spec.go) as kube-controller-manager uses it:
an hour that is skipped has no runs, an hour that comes twice has them twice.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import durations

_YEARS_AHEAD: Final = 5
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DESCRIPTORS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_LONGEST_DURATION: Final = (2**63 - 1) / 10**9  # seconds; Go counts nanoseconds in 64 bits
_LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class InvalidSchedule(ValueError):
    """A text that is no schedule; the message says why, in the words of the real parser."""


@dataclass(frozen=True, slots=True)
class _Field:
    """The numbers that a field allows, and what they are called."""

    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Field(0, 59),
    _Field(0, 23),
    _Field(1, 31),
    _Field(1, 12, ("", *_MONTHS)),
    _Field(0, 6, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments that match five fields; or each ``every`` seconds if that is not 0.

    ``day_star`` and ``weekday_star`` say that the field was a star: then both must match, else
    either does.
    """

    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    day_star: bool = False
    weekday_star: bool = False
    every: int = 0

    def next_after(self, moment: Micros, zone: str = "UTC") -> Micros | None:
        """The first matching moment after ``moment``; None if there is none within five years."""
        if self.every:
            return (moment // SECOND + self.every) * SECOND
        found = _search(self, moment // SECOND + 1, _zone(zone))
        return None if found is None else found * SECOND

    def matches_day(self, day: datetime) -> bool:
        """Whether the day of the month and the day of the week allow this day."""
        in_month = day.day in self.days
        in_week = (day.weekday() + 1) % 7 in self.weekdays
        if self.day_star or self.weekday_star:
            return in_month and in_week
        return in_month or in_week


def never_fires(schedule: str) -> bool:
    """Whether a valid schedule has no moment at all, such as ``0 0 30 2 *``."""
    parsed = parse(schedule)
    if parsed.every or (not parsed.day_star and not parsed.weekday_star):
        return False
    return all(min(parsed.days) > _LONGEST_MONTHS[month - 1] for month in parsed.months)


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule:
    """The schedule of a text in five fields or with a descriptor; raises InvalidSchedule."""
    text = text.strip()
    if not text:
        raise InvalidSchedule("empty spec string")
    if text.startswith("@"):
        return _descriptor(text)
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise InvalidSchedule(f"expected exactly 5 fields, found {len(parts)}: [{' '.join(parts)}]")
    sets = [_values(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = sets
    stars = _is_star(parts[2]), _is_star(parts[4])
    return Schedule(minutes, hours, days, months, weekdays, *stars)


def _descriptor(text: str) -> Schedule:
    if text in _DESCRIPTORS:
        return parse(_DESCRIPTORS[text])
    if text.startswith("@every "):
        return Schedule(every=_seconds(text))
    raise InvalidSchedule(f"unrecognized descriptor: {text}")


def _seconds(text: str) -> int:
    """Whole seconds of ``@every``; what is shorter than one, or negative, is one."""
    duration = text.removeprefix("@every ")
    try:
        seconds = durations.seconds(duration.removeprefix("-").removeprefix("+"))
    except ValueError:
        seconds = math.inf
    if seconds > _LONGEST_DURATION:
        raise InvalidSchedule(
            f'failed to parse duration {text}: time: invalid duration "{duration}"'
        )
    return 1 if duration.startswith("-") else max(1, int(seconds))


def _is_star(part: str) -> bool:
    """Whether one of the field's ranges is a star with no step above 1."""
    return any(item in ("*", "?", "*/1", "?/1") for item in part.split(","))


def _values(part: str, field: _Field) -> frozenset[int]:
    return frozenset(number for item in part.split(",") for number in _range(item, field))


def _range(item: str, field: _Field) -> range:
    span, slash, step_text = item.partition("/")
    if "/" in step_text:
        raise InvalidSchedule(f"too many slashes: {item}")
    low_text, dash, high_text = span.partition("-")
    if "-" in high_text:
        raise InvalidSchedule(f"too many hyphens: {item}")
    if low_text in ("*", "?"):
        low, high = field.low, field.high
    else:
        low = _number(low_text, field)
        high = _number(high_text, field) if dash else low
        if slash and not dash:
            high = field.high
    step = _integer(step_text) if slash else 1
    _check(item, field, low, high, step)
    return range(low, high + 1, step)


def _check(item: str, field: _Field, low: int, high: int, step: int) -> None:
    if low < field.low:
        raise InvalidSchedule(f"beginning of range ({low}) below minimum ({field.low}): {item}")
    if high > field.high:
        raise InvalidSchedule(f"end of range ({high}) above maximum ({field.high}): {item}")
    if low > high:
        raise InvalidSchedule(f"beginning of range ({low}) beyond end of range ({high}): {item}")
    if step == 0:
        raise InvalidSchedule(f"step of range should be a positive number: {item}")


def _number(text: str, field: _Field) -> int:
    if text and text.lower() in field.names:
        return field.names.index(text.lower())
    return _integer(text)


def _integer(text: str) -> int:
    if re.fullmatch(r"-?\d+", text, re.ASCII) is None:
        raise InvalidSchedule(
            f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
        )
    number = int(text)
    if number < 0:
        raise InvalidSchedule(f"negative number ({number}) not allowed: {text}")
    return number


# The search, in seconds since the epoch ---------------------------------------------------------


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _local(seconds: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(seconds, zone)


def _offset(seconds: int, zone: ZoneInfo) -> int:
    found = _local(seconds, zone).utcoffset()
    return int((found or timedelta()).total_seconds())


def _moment(wall: datetime, zone: ZoneInfo) -> int:
    """The second of a wall time, chosen as Go's time.Date does where the clock is changed."""
    as_utc = int(wall.replace(tzinfo=UTC).timestamp())
    guess = as_utc - _offset(as_utc, zone)
    return as_utc - _offset(guess, zone)


def _midnight(seconds: int, zone: ZoneInfo, days: int = 0) -> int:
    wall = _local(seconds, zone).replace(tzinfo=None, hour=0, minute=0, second=0)
    return _moment(wall + timedelta(days=days), zone)


def _search(schedule: Schedule, start: int, zone: ZoneInfo) -> int | None:
    last_year = _local(start, zone).year + _YEARS_AHEAD
    at = start + -start % 60
    for day in _days(schedule, at, zone):
        if _local(day, zone).year > last_year:
            return None
        found = _within(schedule, day, zone)
        if found is not None:
            return found
    return None


def _days(schedule: Schedule, at: int, zone: ZoneInfo) -> Iterator[int]:
    """The moment itself if its day matches, then the beginning of each matching day."""
    for _ in range(366 * (_YEARS_AHEAD + 2)):
        day = _local(at, zone)
        if day.month not in schedule.months:
            at = _next_month(day, zone)
            continue
        if schedule.matches_day(day):
            yield at
        at = _next_day(at, zone)


def _next_month(day: datetime, zone: ZoneInfo) -> int:
    first = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=UTC)
    return _moment(first.replace(tzinfo=None), zone)


def _next_day(at: int, zone: ZoneInfo) -> int:
    """The first hour of the next day; where midnight does not exist, what comes in its place."""
    found = _midnight(at, zone, days=1)
    hour = _local(found, zone).hour
    if hour > 12:
        return found + (24 - hour) * 3600
    return found


def _within(schedule: Schedule, at: int, zone: ZoneInfo) -> int | None:
    """The first match from ``at`` to the end of its day, counting real hours."""
    day = _local(at, zone).day
    while (local := _local(at, zone)).day == day:
        if local.hour in schedule.hours:
            for minute in range(local.minute, 60):
                if minute in schedule.minutes:
                    return at + (minute - local.minute) * 60
        at += 3600 - (local.minute * 60)
    return None
