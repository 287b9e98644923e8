"""Cron schedules as the CronJob API reads them.

Source: robfig/cron v3 parser.go (ParseStandard), kubernetes pkg/apis/batch/validation.
"""

import re
from typing import Final
from zoneinfo import available_timezones

from minieks.kube.words import cron

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final[tuple[tuple[int, int, dict[str, int]], ...]] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number + 1 for number, name in enumerate(_MONTHS)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS: Final = frozenset(
    {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
)


def schedule_complaint(schedule: str) -> str:
    """What is wrong with a schedule; "" if nothing."""
    if "TZ" in schedule:
        return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
    if schedule.startswith("@"):
        return _descriptor(schedule)
    fields = schedule.split()
    if len(fields) != 5:
        return f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]"
    for field, (least, most, names) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            wrong = _range(part, least, most, names)
            if wrong:
                return wrong
    return ""


def _descriptor(text: str) -> str:
    if text in _DESCRIPTORS:
        return ""
    try:
        cron.parse(text)
    except cron.InvalidSchedule as wrong:
        return str(wrong)
    return ""


def _number(text: str, names: dict[str, int]) -> int | str:
    """The number; a text with the complaint if it is none."""
    if text.lower() in names:
        return names[text.lower()]
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if re.fullmatch(r"-[0-9]+", text):
        return f"negative number ({text}) not allowed: {text}"
    return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'


def _range(part: str, least: int, most: int, names: dict[str, int]) -> str:
    pieces = part.split("/")
    bounds = pieces[0].split("-")
    if len(pieces) > 2:
        return f"too many slashes: {part}"
    if len(bounds) > 2:
        return f"too many hyphens: {part}"
    if bounds[0] in ("*", "?"):
        start: int | str = least
        end: int | str = most
    else:
        start = _number(bounds[0], names)
        end = _number(bounds[1], names) if len(bounds) == 2 else start
        if len(bounds) == 1 and len(pieces) == 2:
            end = most
    step = _number(pieces[1], {}) if len(pieces) == 2 else 1
    for number in (start, end, step):
        if isinstance(number, str):
            return number
    assert isinstance(start, int)
    assert isinstance(end, int)
    return _bounds(part, (start, end), (least, most), step == 0)


def _bounds(part: str, found: tuple[int, int], allowed: tuple[int, int], no_step: bool) -> str:
    start, end = found
    least, most = allowed
    if start < least:
        return f"beginning of range ({start}) below minimum ({least}): {part}"
    if end > most:
        return f"end of range ({end}) above maximum ({most}): {part}"
    if start > end:
        return f"beginning of range ({start}) beyond end of range ({end}): {part}"
    return f"step of range should be a positive number: {part}" if no_step else ""


def time_zone_complaint(zone: str) -> str:
    """What is wrong with a time zone's name; "" if nothing."""
    if not zone:
        return "timeZone must be nil or non-empty string"
    if zone.lower() == "local":
        return (
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        )
    return "" if zone in available_timezones() else f"unknown time zone {zone}"
