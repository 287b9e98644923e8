"""What null means: nothing in a field, a zero value in a list or a map."""

from typing import Any

import pytest

from minieks.kube.api.schema import SchemaSet

# encoding/json: "The JSON null value unmarshals into … a no-op"; an element stays at its zero.
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a field", {"spec": {"nodeName": None}}, {"spec": {}}),
    ("the spec", {"spec": None}, {"spec": {}}),
    ("no spec", {}, {"spec": {}}),
    ("a struct in a list", {"spec": {"containers": [None]}}, {"spec": {"containers": [{}]}}),
    (
        "a text in a list",
        {"spec": {"containers": [{"args": ["a", None]}]}},
        {"spec": {"containers": [{"args": ["a", ""]}]}},
    ),
    (
        "a text in a map",
        {"spec": {"nodeSelector": {"a": None}}},
        {"spec": {"nodeSelector": {"a": ""}}},
    ),
    (
        "a quantity in a map",
        {"spec": {"overhead": {"cpu": None}}},
        {"spec": {"overhead": {"cpu": 0}}},
    ),
]


@pytest.mark.parametrize(("given", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_null_is_what_go_makes_of_it(given: dict[str, Any], expected: dict[str, Any]) -> None:
    head = {"apiVersion": "v1", "kind": "Pod"}
    assert SchemaSet.for_version("1.34").decoded({**head, **given}) == {**head, **expected}


def test_free_json_keeps_its_nulls() -> None:
    schema = {"type": "object", "default": {"a": None}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {"versions": [{"schema": {"openAPIV3Schema": schema}}]},
    }
    assert SchemaSet.for_version("1.34").decoded(definition) == definition


def test_an_object_without_nulls_is_not_copied() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": {}}
    assert SchemaSet.for_version("1.34").decoded(pod) is pod


def test_a_spec_that_is_seen_again_does_not_hide_other_nulls() -> None:
    schemas, spec = SchemaSet.for_version("1.34"), {"nodeName": "n"}
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": spec}
    assert schemas.decoded(pod) is pod
    again = {**pod, "metadata": {"name": "a", "labels": None}}
    assert schemas.decoded(again) == {**pod, "metadata": {"name": "a"}}


def test_nulls_of_an_object_without_a_spec_are_found() -> None:
    found = {"apiVersion": "v1", "kind": "ConfigMap", "data": None}
    assert "data" not in SchemaSet.for_version("1.34").decoded(found)
