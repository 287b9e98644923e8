"""Kinds that definitions add; their words are compared with recordings elsewhere."""

from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.errors import ApiError, Invalid
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj


def _definition(schema: dict[str, Any], *, scope: str = "Namespaced") -> Obj:
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": schema}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": scope,
            "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [version],
        },
    }


def _api(schema: dict[str, Any]) -> Api:
    api = Api(Engine(), "1.34")
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    api.create(api.decode(_definition(schema)))
    return api


def _widget(**spec: Any) -> Obj:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "w"},
        "spec": spec,
    }


def test_a_kind_is_served_from_its_definition_to_its_end() -> None:
    api = _api({"type": "object"})
    api.create(api.decode(_widget()))
    api.delete("widgets.example.com", "default", "w")
    api.delete("customresourcedefinitions.apiextensions.k8s.io", "", "widgets.example.com")
    with pytest.raises(ApiError, match="no matches for kind"):
        api.decode(_widget())


def test_a_definition_is_established_as_it_is_created() -> None:
    api = _api({"type": "object"})
    found = api.get("customresourcedefinitions.apiextensions.k8s.io", "", "widgets.example.com")
    assert found is not None
    conditions = {item["type"]: item["status"] for item in found["status"]["conditions"]}
    assert conditions == {"NamesAccepted": "True", "Established": "True"}


def test_unknown_fields_are_told_and_dropped_and_defaults_filled_in() -> None:
    size = {"type": "integer", "default": 3, "maximum": 5}
    api = _api({"type": "object", "properties": {"size": size, "name": {"type": "string"}}})
    warnings: list[str] = []
    made = api.create(api.decode(_widget(name="x", colour="red"), warnings))
    assert made["spec"] == {"name": "x", "size": 3}
    assert warnings == ['unknown field "spec.colour"']


def test_what_the_schema_forbids_is_refused() -> None:
    api = _api({"type": "object", "properties": {"size": {"type": "integer", "maximum": 5}}})
    with pytest.raises(Invalid) as refused:
        api.create(api.decode(_widget(size=6)))
    assert refused.value.message == (
        'Widget.example.com "w" is invalid: spec.size: Invalid value: 6: '
        "spec.size in body should be less than or equal to 5"
    )


def test_rules_that_are_not_evaluated_are_told_once() -> None:
    rules = {"type": "object", "x-kubernetes-validations": [{"rule": "self.a > 1"}]}
    api = _api({**rules, "properties": {"a": {"type": "integer"}}})
    first, second = list[str](), list[str]()
    api.decode(_widget(a=1), first)
    api.decode(_widget(a=1), second)
    assert ["CEL" in text for text in first] == [True]
    assert second == []
