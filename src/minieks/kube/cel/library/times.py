"""Moments and spans of time as texts. Source: Go's time package, cel-go common/types."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.values import Duration, Timestamp

_SECOND: Final = 10**9
_UNITS: Final = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_PART: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def duration(text: str) -> Duration:
    """A span such as ``1h30m`` or ``-1.5s``; raises EvaluationError with Go's words."""
    body = text.removeprefix("-").removeprefix("+") if text[:1] in ("-", "+") else text
    if body == "0":
        return Duration(0)
    nanos, at = 0, 0
    for match in _PART.finditer(body):
        whole, fraction, unit = match.groups()
        if match.start() != at or not (whole or fraction):
            break
        scale = _UNITS[unit]
        nanos += int(whole or "0") * scale
        nanos += int(fraction or "0") * scale // 10 ** len(fraction or "")
        at = match.end()
    if not body or at != len(body) or nanos >= 2**63:
        raise EvaluationError(f'time: invalid duration "{text}"')
    return Duration(-nanos if text[:1] == "-" else nanos)


def duration_text(value: Duration) -> str:
    """The seconds with what is behind the point, as in ``5400s``."""
    seconds, rest = divmod(abs(value.nanos), _SECOND)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{'-' if value.nanos < 0 else ''}{seconds}{fraction}s"


def timestamp(text: str) -> Timestamp:
    """An RFC 3339 moment; raises EvaluationError with Go's words."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise EvaluationError(_not_a_time(text))
    moment, fraction, zone = match.groups()
    try:
        found = datetime.fromisoformat(moment.upper() + zone.upper().replace("Z", "+00:00"))
    except ValueError:
        raise EvaluationError(_not_a_time(text)) from None
    nanos = int((fraction or "0")[:9].ljust(9, "0"))
    return Timestamp((found - _EPOCH) // timedelta(seconds=1) * _SECOND + nanos)


def _not_a_time(text: str) -> str:
    layout = "2006-01-02T15:04:05Z07:00"
    return f'parsing time "{text}" as "{layout}": cannot parse "{text}" as "2006"'


def timestamp_text(value: Timestamp) -> str:
    """The moment in UTC, as RFC 3339 with as many digits as it has."""
    seconds, rest = divmod(value.nanos, _SECOND)
    moment = _EPOCH + timedelta(seconds=seconds)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def moment(value: Timestamp) -> datetime:
    """The moment in UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=value.nanos // 1000)
