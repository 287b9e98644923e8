"""The numbers of a run over time in a file: JSON, CSV or Parquet, by the file's name.

A number holds from a moment on until its next one; where nothing changed nothing is written.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from minieks.engine.errors import UserError
from minieks.kube.words import times

if TYPE_CHECKING:
    from minieks.scenario.summary.curves import Curve

SCHEMA: Final = "minieks.dev/series/v1"


class Row(NamedTuple):
    """A number from a moment on."""

    time: str
    what: str
    of: str
    unit: str
    value: float


def check_series_file(file: Path) -> None:
    """UserError if there is no way to write such a file."""
    writer = _WRITERS.get(file.suffix)
    if writer is None:
        endings = ", ".join(_WRITERS)
        raise UserError(
            f"{file.suffix or 'no ending'} is no format",
            where=str(file),
            hint=f"end its name in {endings}",
        )
    if file.suffix == ".parquet":
        _pyarrow(file)


def write_series(curves: Iterable["Curve"], file: Path) -> None:
    """Write all points; UserError if the file cannot be written."""
    try:
        file.write_bytes(_WRITERS[file.suffix](list(curves)))
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise UserError(reason, where=str(file), hint="name another file with --series") from error


def rows(curves: Iterable["Curve"]) -> Iterator[Row]:
    """The points of all curves, one curve after another."""
    for curve in curves:
        series = curve.series
        for moment, value in zip(series.moments, series.values, strict=True):
            yield Row(times.rfc3339(moment), curve.what, curve.of, curve.unit, value)


def _json(curves: list["Curve"]) -> bytes:
    found = [
        {
            "what": one.what,
            "of": one.of,
            "unit": one.unit,
            "points": [(row.time, row.value) for row in rows([one])],
        }
        for one in curves
    ]
    return orjson.dumps({"schema": SCHEMA, "series": found}, option=orjson.OPT_APPEND_NEWLINE)


def _csv(curves: list["Curve"]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows(curves))
    return text.getvalue().encode()


def _parquet(curves: list["Curve"]) -> bytes:
    arrow, parquet = _pyarrow(Path())
    found = list(rows(curves))
    columns = {name: [getattr(row, name) for row in found] for name in Row._fields}
    columns["time"] = [times.parse(row.time) for row in found]
    moment = arrow.timestamp("us", tz="UTC")
    written = arrow.BufferOutputStream()
    parquet.write_table(
        arrow.table({**columns, "time": arrow.array(columns["time"], type=moment)}), written
    )
    data: bytes = written.getvalue().to_pybytes()
    return data


def _pyarrow(file: Path) -> tuple[Any, Any]:
    """The library that writes Parquet; UserError if it is not installed."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise UserError(
            "Parquet is written by pyarrow, which is not installed",
            where=str(file),
            hint="pip install 'minieks[parquet]', or end the file's name in .csv or .json",
        ) from None


_WRITERS: Final[Mapping[str, Callable[[list["Curve"]], bytes]]] = {
    ".csv": _csv,
    ".json": _json,
    ".parquet": _parquet,
}
