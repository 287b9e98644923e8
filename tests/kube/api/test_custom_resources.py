"""Kinds that definitions add; their words are compared with recordings elsewhere."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.errors import ApiError, Invalid
from minieks.kube.api.server import Api
from minieks.kube.controllers.definitions import CustomResourceCleanupLoop
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


DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"


def test_a_kind_is_served_until_its_definition_and_its_objects_are_gone() -> None:
    api = _api({"type": "object"})
    Runner(api.engine, CustomResourceCleanupLoop(api)).attach(api.store)
    held = _widget()
    held["metadata"] = {"name": "held", "finalizers": ["example.com/hold"]}
    api.create(api.decode(_widget()))
    held = api.create(api.decode(held))
    marked = api.delete(DEFINITIONS, "", "widgets.example.com")
    assert marked["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    assert marked["metadata"]["generation"] == 1
    with pytest.raises(ApiError, match="create not allowed while custom resource definition is"):
        api.create(_widget())
    api.engine.run(api.engine.now() + SECOND)
    assert [one["metadata"]["name"] for one in api.list("widgets.example.com")] == ["held"]
    held = api.list("widgets.example.com")[0]
    api.update({**held, "metadata": {**held["metadata"], "finalizers": []}})
    api.engine.run(api.engine.now() + 10 * SECOND)
    assert api.get(DEFINITIONS, "", "widgets.example.com") is None
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


RULED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"type": "integer"},
        "b": {"type": "integer", "x-kubernetes-validations": [{"rule": "self < 9"}]},
    },
    "x-kubernetes-validations": [
        {"rule": "self.a > 1", "messageExpression": "self.a == 0 ? 'none' : ''", "message": "few"},
        {"rule": "self.a >= oldSelf.a", "message": "shrinks"},
    ],
}


def _complaints(error: Invalid) -> list[str]:
    return [str(found) for found in error.errors]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"a": 2}, [], id="fine; rules about a change do not concern a new object"),
        pytest.param({"a": 0}, ['spec: Invalid value: "object": none'], id="messageExpression"),
        pytest.param({"a": 1}, ['spec: Invalid value: "object": few'], id="message"),
        pytest.param(
            {"a": 2, "b": 9}, ['spec.b: Invalid value: "integer": failed rule: self < 9'], id="none"
        ),
        pytest.param(
            {}, ['spec: Invalid value: "object": no such key: a evaluating rule: few'], id="error"
        ),
    ],
)
def test_rules_are_held_against_new_objects(spec: dict[str, Any], expected: list[str]) -> None:
    api = _api(RULED)
    if not expected:
        api.create(_widget(**spec))
        return
    with pytest.raises(Invalid) as caught:
        api.create(_widget(**spec))
    assert _complaints(caught.value) == expected


def test_rules_about_a_change_are_held_against_updates() -> None:
    api = _api(RULED)
    made = api.create(_widget(a=5))
    with pytest.raises(Invalid, match="shrinks"):
        api.update({**made, "spec": {"a": 4}})
    assert api.update({**made, "spec": {"a": 6}})["spec"] == {"a": 6}


def test_what_was_wrong_before_and_does_not_change_only_warns() -> None:
    api = _api({"type": "object", "x-kubernetes-preserve-unknown-fields": True})
    made = api.create(_widget(a=2, b=20, c="x"))
    definition = api.get(
        "customresourcedefinitions.apiextensions.k8s.io", "", "widgets.example.com"
    )
    assert definition is not None
    spec = _definition({**RULED, "x-kubernetes-preserve-unknown-fields": True})["spec"]
    api.update({**definition, "spec": {**definition["spec"], "versions": spec["versions"]}})
    warnings: list[str] = []
    kept = api.update({**made, "spec": {"a": 2, "b": 20, "c": "y"}}, warnings=warnings)
    assert kept["spec"]["c"] == "y"
    assert warnings == ['spec.b: Invalid value: "integer": failed rule: self < 9']
    with pytest.raises(Invalid, match="failed rule: self < 9"):
        api.update({**kept, "spec": {"a": 2, "b": 21, "c": "y"}})


def test_names_that_another_definition_has_are_not_accepted_until_it_goes() -> None:
    api = _api({"type": "object"})
    other = _definition({"type": "object"})
    other["metadata"] = {"name": "gadgets.example.com"}
    other["spec"] = {**other["spec"], "names": {"plural": "gadgets", "kind": "Widget"}}
    api.create(api.decode(other))
    found = api.get("customresourcedefinitions.apiextensions.k8s.io", "", "gadgets.example.com")
    assert found is not None
    told = {one["type"]: (one["status"], one["reason"]) for one in found["status"]["conditions"]}
    assert told == {
        "NamesAccepted": ("False", "ListKindConflict"),
        "Established": ("False", "NotAccepted"),
    }
    assert found["status"]["acceptedNames"] == {"plural": "gadgets", "kind": ""}
