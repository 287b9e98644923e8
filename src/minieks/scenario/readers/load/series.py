"""Recorded series: CSV, and the JSON of a Prometheus range query.

Source of the latter: prometheus.io, "HTTP API", range queries (resultType ``matrix``).
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.load.curves import Point, Steps
from minieks.scenario.readers.sources import Written
from minieks.scenario.readers.span import read_moment


def from_csv(written: Written, column: str) -> Steps:
    """The series in a CSV file: a header, moments in its first column, numbers in ``column``.

    Without ``column`` they are in the second. Moments are RFC 3339 or seconds since 1970.
    """
    rows = list(csv.reader(io.StringIO(written.text)))
    if len(rows) < 2 or len(rows[0]) < 2:
        hint = "a header line, then lines of a moment and numbers"
        raise UserError("has no series", where=written.file, hint=hint)
    index = _column(written, rows[0], column)
    return Steps(tuple(_ascending(written, _of_rows(written, rows, index))))


def _column(written: Written, header: list[str], column: str) -> int:
    if not column:
        return 1
    if column not in header:
        hint = f"it has {', '.join(header[1:])}"
        raise UserError(f"has no column {column!r}", where=f"{written.file}:1", hint=hint)
    return header.index(column)


def _of_rows(written: Written, rows: list[list[str]], index: int) -> Iterator[tuple[int, Point]]:
    for line, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if index >= len(row):
            hint = "each line has as many values as the header"
            raise UserError("the line is too short", where=f"{written.file}:{line}", hint=hint)
        where = f"{written.file}:{line}"
        yield line, Point(_moment(row[0], where), _value(row[index], where))


def from_prometheus(written: Written, labels: Mapping[str, str]) -> Steps:
    """The sum of the series with these labels in the answer to a range query."""
    try:
        answer = orjson.loads(written.text)
        found = [
            one["values"]
            for one in answer.get("data", answer)["result"]
            if labels.items() <= one["metric"].items()
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        hint = "save what /api/v1/query_range answers"
        raise UserError("is no range query's answer", where=written.file, hint=hint) from None
    if not found:
        hint = "look at the labels, and at what the query found"
        raise UserError("no series has these labels", where=written.file, hint=hint)
    sums: dict[Micros, float] = {}
    for moment, text in (sample for values in found for sample in values):
        at = _moment(str(moment), written.file)
        sums[at] = sums.get(at, 0.0) + _value(text, written.file)
    points = enumerate((Point(at, sums[at]) for at in sorted(sums)), start=1)
    return Steps(tuple(_ascending(written, points)))


def _moment(text: str, where: str) -> Micros:
    try:
        return round(float(text) * SECOND)
    except ValueError:
        pass
    try:
        return read_moment(text)
    except UserError as error:
        raise UserError(error.message, where=where, hint=error.hint) from None


def _value(text: Any, where: str) -> float:
    try:
        found = float(text)
    except (ValueError, TypeError):
        raise UserError(f"{text!r} is no number", where=where, hint="mend or drop it") from None
    if not math.isfinite(found) or found < 0:
        hint = "load is zero or more; drop the samples at which nothing is known"
        raise UserError(f"{text} is no load", where=where, hint=hint)
    return found


def _ascending(written: Written, points: Iterable[tuple[int, Point]]) -> Iterator[Point]:
    """The points; UserError where time goes back."""
    last: Micros | None = None
    for line, point in points:
        if last is not None and point.at <= last:
            where = f"{written.file}:{line}"
            raise UserError("is not later than the line before", where=where, hint="sort it")
        last = point.at
        yield point
