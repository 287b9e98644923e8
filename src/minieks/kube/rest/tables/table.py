"""Objects as the rows of a Table, the form in which kubectl asks for them.

    tables = Tables(schemas, definition_of)
    tables.table(Asked("pods", "v1", now), pods) -> {"columnDefinitions": [...], "rows": [...]}

``definition_of`` gives the CustomResourceDefinition of a collection, or None.
Source: kubernetes apiserver pkg/endpoints/handlers/response.go asTable.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from minieks.engine.clock import Micros
from minieks.kube.api.errors import BadRequest
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.schema import SchemaSet
from minieks.kube.rest.tables import custom, pods
from minieks.kube.rest.tables.cells import Printer
from minieks.kube.rest.tables.columns import Columns, Layout
from minieks.kube.rest.tables.printers import PRINTERS, printer_of
from minieks.kube.words.objects import Obj

DefinitionOf: TypeAlias = Callable[[str], Obj | None]

_INCLUDED: Final = ("Metadata", "Object", "None")
_GENERATION: Final = "deprecated.daemonset.template.generation"
_REFUSED: Final = (
    "Unable to convert to Table as requested: includeObject: Invalid value: {}: "
    "must be 'Metadata', 'Object', 'None', or empty"
)


def _unchanged(obj: Obj) -> Obj:
    return obj


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client wants to see.

    ``api_version`` is that of the request; ``include`` is how much of each object goes with its
    row, ``version`` that of meta.k8s.io; ``shown`` makes the object as the request's version has
    it from the stored one.
    """

    collection: str
    api_version: str
    now: Micros
    include: str = "Metadata"
    version: str = "v1"
    shown: Callable[[Obj], Obj] = _unchanged


class Tables:
    """The tables of one cluster."""

    def __init__(self, schemas: SchemaSet, definition_of: DefinitionOf) -> None:
        self._columns = Columns(schemas)
        self._definition_of = definition_of
        self._custom: IdentityMemo[tuple[Layout, Printer]] = IdentityMemo()

    def table(self, asked: Asked, objects: Iterable[Obj]) -> dict[str, Any]:
        """The columns and the rows; raises BadRequest if ``include`` is none of the three."""
        if asked.include not in _INCLUDED:
            quoted = f'"{asked.include}"'
            raise BadRequest(_REFUSED.format(quoted))
        layout, printer = self._kind(asked)
        conditions = pods.conditions if asked.collection == "pods" else _no_conditions
        rows = []
        for obj in objects:
            row: dict[str, Any] = {"cells": layout.row(printer(obj, asked.now))}
            said = conditions(obj)
            if said:
                row["conditions"] = said
            row["object"] = _included(obj, asked)
            rows.append(row)
        return {"columnDefinitions": layout.definitions, "rows": rows}

    def _kind(self, asked: Asked) -> tuple[Layout, Printer]:
        if asked.collection not in PRINTERS:
            definition = self._definition_of(asked.collection)
            if definition is not None:
                return self._of_definition(definition, asked.api_version)
        return self._columns.of(asked.collection), printer_of(asked.collection)

    def _of_definition(self, definition: Obj, api_version: str) -> tuple[Layout, Printer]:
        name = api_version.rpartition("/")[2]
        versions = definition["spec"]["versions"]
        version = next((one for one in versions if one["name"] == name), versions[0])
        known = self._custom.get(version)
        if known is None:
            made = (custom.layout(version, self._columns), custom.printer(version))
            known = self._custom.put(version, made)
        return known


def _no_conditions(obj: Obj) -> Sequence[Mapping[str, str]]:
    return ()


def _included(obj: Obj, asked: Asked) -> Obj | None:
    if asked.include == "None":
        return None
    if asked.include == "Object":
        return asked.shown(obj)
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": f"meta.k8s.io/{asked.version}",
        "metadata": _metadata(obj, asked.collection),
    }


def _metadata(obj: Obj, collection: str) -> Mapping[str, Any]:
    """The metadata as the server itself has it, which keeps one annotation as a field."""
    meta: Mapping[str, Any] = obj["metadata"]
    noted = meta.get("annotations") or {}
    if collection != "daemonsets.apps" or _GENERATION not in noted:
        return meta
    rest = {key: value for key, value in noted.items() if key != _GENERATION}
    kept = {key: value for key, value in meta.items() if key != "annotations"}
    return {**kept, "annotations": rest} if rest else kept
