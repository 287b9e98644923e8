"""The columns of a kind's table, with the descriptions that the API gives them.

    Columns(schemas).of("pods") -> Layout

The rows are data: data/table_columns.csv.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from minieks.data.files import read_rows
from minieks.kube.api.schema import SchemaSet
from minieks.kube.rest.tables.cells import Cell

META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_CREATED: Final = f"@{META}.creationTimestamp"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the data file; ``since`` and ``until`` are minor versions, both included."""

    name: str
    type: str
    format: str
    priority: int
    cell: int
    since: int
    until: int
    description: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The definitions of a table's columns, and which of a printer's cells go there."""

    definitions: tuple[Mapping[str, Any], ...]
    places: tuple[int, ...] | None = None
    """None where they are those of the printer in their order."""

    def row(self, cells: Sequence[Cell]) -> list[Cell]:
        """The cells of one row."""
        return list(cells) if self.places is None else [cells[place] for place in self.places]


_DEFAULT: Final = (
    Column("Name", "string", "name", 0, 0, 0, 999, f"@{META}.name"),
    Column("Created At", "date", "", 0, 1, 0, 999, _CREATED),
)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Sequence[Column]]:
    found: dict[str, list[Column]] = {}
    for row in read_rows("table_columns.csv"):
        column = Column(
            name=row["column"],
            type=row["type"],
            format=row["format"],
            priority=int(row["priority"]),
            cell=int(row["cell"]),
            since=int(row["since"] or 0),
            until=int(row["until"] or 999),
            description=row["description"],
        )
        found.setdefault(row["kind"], []).append(column)
    return found


class Columns:
    """The columns of one Kubernetes version."""

    def __init__(self, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._layouts: dict[str, Layout] = {}

    def of(self, collection: str) -> Layout:
        """The columns of a collection; name and creation time if it has none of its own."""
        found = self._layouts.get(collection)
        if found is None:
            minor = self._schemas.minor
            rows = _rows().get(collection, _DEFAULT)
            found = self._layout([one for one in rows if one.since <= minor <= one.until])
            self._layouts[collection] = found
        return found

    def description(self, text: str) -> str:
        """The text itself, or that of the field that it refers to; empty if there is none."""
        if not text.startswith("@"):
            return text
        definition, _, field = text[1:].rpartition(".")
        if not self._schemas.defines(definition):
            return ""
        schema = self._schemas.definition(definition)
        return str(((schema.get("properties") or {}).get(field) or {}).get("description", ""))

    def _layout(self, columns: Sequence[Column]) -> Layout:
        places = tuple(column.cell for column in columns)
        kept = None if places == tuple(range(len(places))) else places
        return Layout(tuple(self._definitions(columns)), kept)

    def _definitions(self, columns: Iterable[Column]) -> Iterable[Mapping[str, Any]]:
        for column in columns:
            yield {
                "name": column.name,
                "type": column.type,
                "format": column.format,
                "description": self.description(column.description),
                "priority": column.priority,
            }
