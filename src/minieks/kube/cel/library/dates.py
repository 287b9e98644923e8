"""Parts of moments and spans. Source: cel-go common/types/timestamp.go and duration.go."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.times import moment
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Duration, Timestamp

_OFFSET: Final = re.compile(r"([+-]?)(\d\d?):(\d\d)")
_PARTS: Final[dict[str, Callable[[datetime], int]]] = {
    "getFullYear": lambda at: at.year,
    "getMonth": lambda at: at.month - 1,
    "getDate": lambda at: at.day,
    "getDayOfMonth": lambda at: at.day - 1,
    "getDayOfWeek": lambda at: at.isoweekday() % 7,
    "getDayOfYear": lambda at: at.timetuple().tm_yday - 1,
    "getHours": lambda at: at.hour,
    "getMinutes": lambda at: at.minute,
    "getSeconds": lambda at: at.second,
    "getMilliseconds": lambda at: at.microsecond // 1000,
}
_SPANS: Final = {
    "getHours": 3600 * 10**9,
    "getMinutes": 60 * 10**9,
    "getSeconds": 10**9,
    "getMilliseconds": 10**6,
}


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        span = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-span if sign == "-" else span)
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EvaluationError(f"unknown time zone {name}") from None


def _part(read: Callable[[datetime], int]) -> Callable[..., int]:
    def run(value: Timestamp, zone: str = "UTC") -> int:
        return read(moment(value).astimezone(_zone(zone)))

    return run


def _units(unit: int) -> Callable[[Duration], int]:
    return lambda value: int(abs(value.nanos) // unit) * (-1 if value.nanos < 0 else 1)


def _rows() -> list[Row]:
    rows: list[Row] = []
    for name, read in _PARTS.items():
        rows.append((name, "timestamp.() -> int", _part(read)))
        rows.append((name, "timestamp.(string) -> int", _part(read)))
    rows += [(name, "duration.() -> int", _units(unit)) for name, unit in _SPANS.items()]
    return rows


ROWS: Final[tuple[Row, ...]] = tuple(_rows())
