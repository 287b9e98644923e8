"""The columns of custom resources: those of their definition, else name and age.

Source: kubernetes apiextensions-apiserver pkg/registry/customresource/tableconvertor.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from minieks.engine.clock import Micros
from minieks.kube.rest.tables import ages, jsonpath
from minieks.kube.rest.tables.cells import Cell, Printer, name
from minieks.kube.rest.tables.columns import META, Columns, Layout
from minieks.kube.words.objects import Obj

_TOLD: Final = "Custom resource definition column (in JSONPath format): {}"
_AGE: Final = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


def layout(version: Mapping[str, Any], columns: Columns) -> Layout:
    """The columns of one version of a definition, as ``spec.versions`` has it."""
    described = columns.description(f"@{META}.name")
    first = {"name": "Name", "type": "string", "format": "name", "description": described}
    found = [{**first, "priority": 0}]
    own = version.get("additionalPrinterColumns") or ()
    for column in own or (_age(columns),):
        told = column.get("description") or _TOLD.format(column["jsonPath"])
        found.append(
            {
                "name": column["name"],
                "type": column["type"],
                "format": column.get("format", ""),
                "description": told,
                "priority": column.get("priority", 0),
            }
        )
    return Layout(tuple(found))


def _age(columns: Columns) -> Mapping[str, Any]:
    return {**_AGE, "description": columns.description(f"@{META}.creationTimestamp")}


def printer(version: Mapping[str, Any]) -> Printer:
    """What makes the rows of one version of a definition."""
    columns = version.get("additionalPrinterColumns") or (_AGE,)
    paths = [(jsonpath.compiled(one["jsonPath"]), one["type"]) for one in columns]

    def cells(obj: Obj, now: Micros) -> Sequence[Cell]:
        return (name(obj), *(_cell(type_, path(obj), now) for path, type_ in paths))

    return cells


def _cell(type_: str, values: Sequence[Any], now: Micros) -> Cell:
    """The first value, if it is of the column's type; a column of strings shows any value."""
    value = values[0] if values else None
    if value is None:
        return None
    if type_ == "string":
        return _text(value)
    if type_ == "boolean":
        return value if isinstance(value, bool) else None
    if type_ == "date":
        return _date(value, now) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if type_ == "integer" else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:g}"
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _date(text: str, now: Micros) -> str:
    try:
        return ages.since(text, now)
    except ValueError:
        return "<invalid>"
