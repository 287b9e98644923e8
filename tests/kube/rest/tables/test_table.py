"""Tables: columns of every kind, rows, and how much of each object goes with its row."""

import re
from typing import Any

import pytest

from minieks.data.files import read_rows
from minieks.kube.api.errors import BadRequest
from minieks.kube.api.schema import SchemaSet
from minieks.kube.kinds import resources
from minieks.kube.rest.tables.printers import PRINTERS, printer_of
from minieks.kube.rest.tables.table import Asked, Tables
from minieks.kube.words import times

NOW = times.parse("2026-11-23T00:05:00Z")
SCHEMAS = SchemaSet.for_version("1.34")
META = {"name": "x", "namespace": "n", "creationTimestamp": "2026-11-23T00:00:00Z"}
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": META, "data": {"a": "1"}}


def _nothing(collection: str) -> None:
    return None


def _table(collection: str, *objects: dict[str, Any], **more: Any) -> dict[str, Any]:
    return Tables(SCHEMAS, _nothing).table(Asked(collection, "v1", NOW, **more), objects)


def _names(table: dict[str, Any]) -> list[str]:
    return [column["name"] for column in table["columnDefinitions"]]


@pytest.mark.parametrize(
    "collection",
    sorted({one.collection for one in resources.built_in(SCHEMAS.has, 34) if one.collection}),
)
def test_every_kind_can_be_shown_however_little_its_object_says(collection: str) -> None:
    row = printer_of(collection)({"metadata": dict(META)}, NOW)
    columns = Tables(SCHEMAS, _nothing).table(Asked(collection, "v1", NOW), ())
    # An IPAddress has a cell more than columns, as the real one.
    assert len(row) - len(columns["columnDefinitions"]) in (0, 1)
    assert "x" in row


def test_every_column_belongs_to_a_printer() -> None:
    assert {row["kind"] for row in read_rows("table_columns.csv")} == set(PRINTERS)


def test_descriptions_that_refer_to_a_field_find_it() -> None:
    told = {row["description"] for row in read_rows("table_columns.csv")}
    for one in told:
        reference = re.fullmatch(r"@(.+)\.(\w+)", one)
        if reference:
            assert reference[2] in SCHEMAS.definition(reference[1])["properties"], one


@pytest.mark.parametrize(
    ("include", "kind"), [("Metadata", "PartialObjectMetadata"), ("Object", "ConfigMap")]
)
def test_a_row_carries_as_much_of_its_object_as_is_asked(include: str, kind: str) -> None:
    row = _table("configmaps", CONFIG, include=include)["rows"][0]
    assert row["cells"] == ["x", 1, "5m"]
    assert row["object"]["kind"] == kind


def test_a_row_may_go_without_its_object() -> None:
    assert _table("configmaps", CONFIG, include="None")["rows"][0]["object"] is None


def test_any_other_part_of_an_object_is_refused() -> None:
    with pytest.raises(BadRequest, match='includeObject: Invalid value: "Foo"'):
        _table("configmaps", CONFIG, include="Foo")


# Source: kubernetes pkg/printers/internalversion/printers.go of 1.32 and 1.35.
@pytest.mark.parametrize(
    ("version", "collection", "names"),
    [
        ("1.32", "resourcequotas", ["Name", "Age", "Request", "Limit"]),
        ("1.34", "resourcequotas", ["Name", "Request", "Limit", "Age"]),
        ("1.34", "serviceaccounts", ["Name", "Secrets", "Age"]),
        ("1.35", "serviceaccounts", ["Name", "Age"]),
    ],
)
def test_columns_differ_by_version(version: str, collection: str, names: list[str]) -> None:
    tables = Tables(SchemaSet.for_version(version), _nothing)
    account = {"metadata": META, "secrets": [{"name": "s"}]}
    found = tables.table(Asked(collection, "v1", NOW), (account,))
    assert _names(found) == names
    assert found["rows"][0]["cells"][names.index("Age")] == "5m"


COLUMNS: list[dict[str, Any]] = [
    {"name": "Text", "type": "string", "jsonPath": ".spec.a"},
    {"name": "Number", "type": "integer", "jsonPath": ".spec.b", "priority": 1},
    {"name": "When", "type": "date", "jsonPath": ".spec.c"},
]


def _definition(columns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"spec": {"versions": [{"name": "v1", "additionalPrinterColumns": columns}]}}


@pytest.mark.parametrize(
    ("spec", "cells"),
    [
        ({"a": "x", "b": 2, "c": "2026-11-23T00:04:00Z"}, ["x", "x", 2, "60s"]),
        ({"a": {"k": 1}, "b": "2", "c": "soon"}, ["x", '{"k":1}', None, "<invalid>"]),
        ({}, ["x", None, None, None]),
        ({"a": 5, "b": 2.9, "c": 1}, ["x", "5", 2, None]),
        ({"a": True, "b": True}, ["x", "true", None, None]),
    ],
    ids=["as said", "of other types", "nothing", "numbers", "truth"],
)
def test_custom_columns_show_values_of_their_type(spec: dict[str, Any], cells: list[Any]) -> None:
    obj = {"apiVersion": "g/v1", "kind": "K", "metadata": META, "spec": spec}
    tables = Tables(SCHEMAS, lambda collection: _definition(COLUMNS))
    found = tables.table(Asked("ks.g", "g/v1", NOW), (obj,))
    assert found["rows"][0]["cells"] == cells
    assert _names(found) == ["Name", "Text", "Number", "When"]


def test_custom_resources_without_columns_show_their_age() -> None:
    tables = Tables(SCHEMAS, lambda collection: _definition([]))
    found = tables.table(Asked("ks.g", "g/v1", NOW), ({"metadata": META},))
    assert _names(found) == ["Name", "Age"]
    assert found["rows"][0]["cells"] == ["x", "5m"]


@pytest.mark.parametrize("more", [{}, {"own": "1"}], ids=["alone", "beside another"])
def test_a_daemon_sets_template_generation_is_no_annotation_there(more: dict[str, str]) -> None:
    noted = {"deprecated.daemonset.template.generation": "1", **more}
    obj = {"metadata": {**META, "annotations": noted}}
    row = _table("daemonsets.apps", obj)["rows"][0]
    assert row["object"]["metadata"].get("annotations", {}) == more
