"""What every part of the load file's reader has at hand."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.kube.words import quantity
from minieks.scenario.readers.places import Document, FieldPath
from minieks.scenario.readers.sources import Written
from minieks.scenario.readers.span import read_length, read_moment

_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
Series = Mapping[str, Written]
"""The texts of the files that a load file names, by the names that it gives them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One load file that is being read, the run that it is for, and the files beside it."""

    document: Document
    start: Micros
    end: Micros | None
    files: Callable[[str], Written]
    zone: tzinfo = UTC

    def error(self, path: FieldPath, message: str, hint: str = "") -> UserError:
        """A UserError about a field, to be raised."""
        return self.document.error(path, message, hint)

    def number(self, path: FieldPath, value: Any) -> float:
        """A number of zero or more, or a quantity (``250m``, ``1Gi``)."""
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise ValueError
            found = float(value) if not isinstance(value, str) else float(quantity.parse(value))
        except ValueError:
            raise self.error(
                path, f"{value!r} is no number", "write a number, or a quantity such as 250m or 1Gi"
            ) from None
        if not math.isfinite(found) or found < 0:
            hint = "load is zero or more; leave the entry out where nothing is known"
            raise self.error(path, f"{value} is no load", hint)
        return found

    def length(self, path: FieldPath, value: Any) -> Micros:
        """A duration such as ``90s``."""
        return self._read(path, value, read_length, "write it like 90s, 10m or 1h")

    def moment(self, path: FieldPath, value: Any) -> Micros:
        """A moment in RFC 3339, or a duration since the run begins; ``0s`` is its beginning."""
        if value in ("0s", 0, "0"):
            return self.start
        if isinstance(value, str) and value[:4].isdecimal() and value[4:5] == "-":
            return self._read(path, value, read_moment, "write it as 2026-11-23T08:00:00Z")
        return self.start + self.length(path, value)

    def part(self, path: FieldPath, value: Any) -> float:
        """A percentage as a part of 1."""
        found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
        if found is None or float(found[1]) > 100:
            raise self.error(path, f"{value!r} is no percentage", "write it like 10%")
        return float(found[1]) / 100

    def time_zone(self, path: FieldPath, value: Any) -> tzinfo:
        """A time zone by its name in the IANA database."""
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = "name it as the IANA database does: Europe/Berlin, UTC"
            raise self.error(path, f"{value!r} is no time zone", hint) from None

    def _read(
        self, path: FieldPath, value: Any, read: Callable[[str], Micros], hint: str
    ) -> Micros:
        try:
            return read(str(value))
        except UserError as error:
            raise self.error(path, error.message, error.hint or hint) from None
