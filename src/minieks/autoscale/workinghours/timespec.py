"""Time specifications: ``Mon-Fri 07:30-20:30 Europe/Berlin``, several of them joined by commas.

Recurring: a range of weekdays, which may wrap, and of minutes of the day, the end exclusive.
Absolute: two moments with their offsets, joined by ``-``, both inclusive. ``always`` and ``never``
only stand alone. A list is read from left to right until one matches, so that what is wrong behind
a match goes unnoticed.
Source: py-kube-downscaler kube_downscaler/helper.py matches_time_spec.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from minieks.engine.clock import Micros

WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_RECURRING: Final = re.compile(
    r"([a-zA-Z]{3})-([a-zA-Z]{3}) (\d\d):(\d\d)-(\d\d):(\d\d) ([a-zA-Z/_]+)"
)
_WITHOUT_DAYS: Final = re.compile(r"\d\d:\d\d-\d\d:\d\d [a-zA-Z/_]+")
_WITHOUT_ZONE: Final = re.compile(r".*\d\d")
_MOMENT: Final = r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[-+]\d{2}:\d{2})"
_ABSOLUTE: Final = re.compile(f"{_MOMENT}-{_MOMENT}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class InvalidTimeSpec(ValueError):
    """A text that is no time specification, in the program's own words."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """Weekdays (0 is Monday) and minutes of the day, in a zone."""

    first_day: int
    last_day: int
    begin: int
    end: int
    zone: ZoneInfo

    def matches(self, at: Micros) -> bool:
        """Whether the moment is in it."""
        local = moment(at).astimezone(self.zone)
        return self._is_day(local.weekday()) and (
            self.begin <= local.hour * 60 + local.minute < self.end
        )

    def _is_day(self, day: int) -> bool:
        if self.first_day > self.last_day:
            return day >= self.first_day or day <= self.last_day
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Absolute:
    """From one moment to another, both included."""

    begin: Micros
    end: Micros

    def matches(self, at: Micros) -> bool:
        """Whether the moment is in it."""
        return self.begin <= at <= self.end


Span: TypeAlias = Recurring | Absolute


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a specification may leave out: ``DEFAULT_TIMEZONE`` and ``DEFAULT_WEEKFRAME``."""

    timezone: str = ""
    weekframe: str = ""


NO_DEFAULTS: Final = Defaults()


def matches(spec: str, at: Micros, defaults: Defaults = NO_DEFAULTS) -> bool:
    """Whether a time specification matches a moment, in microseconds since the epoch.

    Raises InvalidTimeSpec if what has to be read of it is wrong.
    """
    if spec.lower() in ("always", "never"):
        return spec.lower() == "always"
    return any(read(part.strip(), defaults).matches(at) for part in spec.split(","))


@lru_cache(maxsize=4096)
def read(part: str, defaults: Defaults = NO_DEFAULTS) -> Span:
    """One specification of a list; raises InvalidTimeSpec."""
    absolute = _ABSOLUTE.fullmatch(part)
    if absolute is None:
        part = _completed(part, defaults)
        recurring = _RECURRING.fullmatch(part)
        if recurring is None:
            raise InvalidTimeSpec(
                f'Time spec value "{part}" does not match format ("Mon-Fri 06:30-20:30'
                ' Europe/Berlin" or "2019-01-01T00:00:00+00:00-2019-01-02T12:34:56+00:00")'
            )
        return _recurring(*recurring.groups())
    begin, end = (_micros(text) for text in absolute.groups())
    return Absolute(begin, end)


def _completed(part: str, defaults: Defaults) -> str:
    if _WITHOUT_ZONE.fullmatch(part):
        if not defaults.timezone:
            raise InvalidTimeSpec(
                "No default timezone defined in environment variable 'DEFAULT_TIMEZONE'"
            )
        part = f"{part} {defaults.timezone}"
    if _WITHOUT_DAYS.fullmatch(part):
        if not defaults.weekframe:
            raise InvalidTimeSpec(
                "No default week frame defined in environment variable 'DEFAULT_WEEKFRAME'"
            )
        part = f"{defaults.weekframe} {part}"
    return part


def _recurring(*texts: str) -> Recurring:
    first, last, from_hour, from_minute, to_hour, to_minute, zone = texts
    return Recurring(
        first_day=_weekday(first),
        last_day=_weekday(last),
        begin=int(from_hour) * 60 + int(from_minute),
        end=int(to_hour) * 60 + int(to_minute),
        zone=_zone(zone),
    )


def _weekday(text: str) -> int:
    if text.upper() not in WEEKDAYS:
        raise InvalidTimeSpec(f"'{text.upper()}' is not in list")
    return WEEKDAYS.index(text.upper())


def _zone(name: str) -> ZoneInfo:
    """A zone by its name in any case, as pytz finds it."""
    known = _zone_names().get(name.lower())
    if known is None:
        raise InvalidTimeSpec(f"'{name}'")
    return ZoneInfo(known)


@cache
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}


def moment(at: Micros) -> datetime:
    """Microseconds since the epoch as a date and time in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def _micros(text: str) -> Micros:
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    except ValueError as error:
        raise InvalidTimeSpec(str(error)) from None
