"""Durations and moments as people write them: ``24h``, ``1d12h``, ``2026-11-23T00:00:00Z``."""

import re
from typing import Any

import click

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
from minieks.kube.words import times

_UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")


def duration(text: str) -> Micros:
    """A duration such as ``90s``, ``24h``, ``1w2d``; ValueError if it is none, or too long."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text[:40]!r} is not a duration; write it like 24h, 7d or 1h30m")
    length = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if length > LONGEST_RUN:
        raise ValueError(f"{text[:40]!r} is too long; at most {LONGEST_RUN // DAY}d are simulated")
    total = round(length)
    if total <= 0:
        raise ValueError(f"{text!r} is no time at all; write it like 24h")
    return total


class DurationType(click.ParamType[Micros]):
    """A duration option."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Micros:
        """Microseconds; a usage error if the text is no duration."""
        if isinstance(value, int):
            return value
        try:
            return duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class MomentType(click.ParamType[Micros]):
    """A moment option, RFC 3339 with its zone."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Micros:
        """Microseconds since the epoch; a usage error if the text is no moment."""
        if isinstance(value, int):
            return value
        try:
            moment = times.parse(value)
        except ValueError as error:
            self.fail(f"{error}; write it like 2026-11-23T00:00:00Z", param, ctx)
        if not FIRST_MOMENT <= moment <= LAST_MOMENT:
            self.fail(f"{value!r} is not between 1970 and 2200", param, ctx)
        return moment
