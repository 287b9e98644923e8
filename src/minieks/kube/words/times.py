"""Kubernetes' time formats: RFC 3339 in UTC, to the second (Time) or microsecond (MicroTime)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WITHOUT_ZONE = datetime(1970, 1, 1)  # noqa: DTZ001 - isoformat then writes no zone
_SECOND = 1_000_000


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return (_EPOCH_WITHOUT_ZONE + timedelta(seconds=seconds)).isoformat()


def rfc3339(micros: int) -> str:
    """``metav1.Time``: whole seconds, cut not rounded, as in ``2026-11-23T00:00:00Z``."""
    return _second(micros // _SECOND) + "Z"


def rfc3339_micro(micros: int) -> str:
    """``metav1.MicroTime``: six decimals, as in ``2026-11-23T00:00:00.000000Z``."""
    return f"{_second(micros // _SECOND)}.{micros % _SECOND:06d}Z"


@lru_cache(maxsize=65536)
def parse(text: str) -> int:
    """Microseconds since the epoch of an RFC 3339 text; ValueError if it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it as 2026-11-23T00:00:00Z")
    return (moment - _EPOCH) // timedelta(microseconds=1)
