from copy import deepcopy
from typing import Any

import pytest

from kube_applying import LATER, TIME, built_in, entries, scales, widget, widgets
from minieks.kube.api.apply import lastapplied, scale
from minieks.kube.api.apply.managed import with_old_times
from minieks.kube.api.errors import ApiError
from minieks.kube.words.objects import Obj


def applied(live: Obj | None, manager: str = "me", *, force: bool = False, **spec: Any) -> Obj:
    return widgets().applied(live, widget(**spec), manager, TIME, force)


def updated(live: Obj | None, manager: str = "u", **spec: Any) -> Obj:
    kept = {} if live is None else {"managedFields": live["metadata"].get("managedFields")}
    new = widget(**spec)
    return widgets().updated(live, {**new, "metadata": {**new["metadata"], **kept}}, manager, TIME)


# Source of all rules: structured-merge-diff merge/update_test.go and its neighbours.
@pytest.mark.parametrize(
    ("spec", "owned"),
    [
        pytest.param({"text": "x"}, {"f:text": {}}, id="scalar"),
        pytest.param({"map": {"a": "1"}}, {"f:map": {"f:a": {}}}, id="map"),
        pytest.param({"map": {}}, {"f:map": {}}, id="empty-map"),
        pytest.param({"whole": {"a": "1"}}, {"f:whole": {}}, id="atomic-map"),
        pytest.param({"list": ["a"]}, {"f:list": {}}, id="atomic-list"),
        pytest.param({"set": ["a"]}, {"f:set": {'v:"a"': {}}}, id="set"),
        pytest.param(
            {"items": [{"name": "a"}]},
            {"f:items": {'k:{"name":"a","side":"left"}': {".": {}, "f:name": {}}}},
            id="list-map-with-a-default-key",
        ),
        pytest.param(
            {"any": {"a": {"b": [1]}, "c": None}},
            {"f:any": {"f:a": {".": {}, "f:b": {}}, "f:c": {}}},
            id="unknown-fields",
        ),
        pytest.param({"text": None}, {"f:text": {}}, id="null"),
    ],
)
def test_who_applies_owns_what_it_says(spec: dict[str, Any], owned: dict[str, Any]) -> None:
    assert entries(applied(None, **spec)) == {"me": owned}


def test_who_creates_owns_all_containers_too() -> None:
    found = updated(None, map={"a": "1"}, items=[{"name": "a", "side": "left"}])
    assert entries(found) == {
        "u": {
            ".": {},
            "f:map": {".": {}, "f:a": {}},
            "f:items": {
                ".": {},
                'k:{"name":"a","side":"left"}': {".": {}, "f:name": {}, "f:side": {}},
            },
        }
    }


def test_what_is_applied_no_longer_goes() -> None:
    live = applied(None, text="x", map={"a": "1", "b": "2"}, set=["a", "b"])
    found = applied(live, map={"a": "1"}, set=["b"])
    assert found["spec"] == {"map": {"a": "1"}, "set": ["b"]}


def test_what_another_owns_stays_though_it_is_applied_no_longer() -> None:
    live = applied(applied(None, "me", text="x", number=1), "you", text="x")
    found = applied(live, "me")
    assert found["spec"] == {"text": "x"}
    assert entries(found) == {"me": {}, "you": {"f:text": {}}}


def test_items_of_others_stay_when_ones_own_go() -> None:
    live = applied(applied(None, "me", items=[{"name": "a", "value": "1"}]), "you", set=["s"])
    live = applied(live, "you", items=[{"name": "b"}, {"name": "a"}])
    found = applied(live, "me", items=[])
    assert found["spec"]["items"] == [{"name": "b"}, {"name": "a"}]


def test_an_equal_value_is_shared() -> None:
    found = applied(applied(None, "me", text="x"), "you", text="x")
    assert entries(found) == {"me": {"f:text": {}}, "you": {"f:text": {}}}


def test_who_only_shares_has_no_time() -> None:
    found = applied(applied(None, "me", text="x"), "you", text="x")
    times = {entry["manager"]: entry.get("time") for entry in found["metadata"]["managedFields"]}
    assert times == {"me": TIME, "you": None}


def test_another_value_is_a_conflict() -> None:
    live = applied(updated(None, "u", text="x", number=1), "me", map={"a": "1"})
    with pytest.raises(ApiError) as refusal:
        applied(live, "you", text="y", number=2, map={"a": "2"})
    assert refusal.value.code == 409
    assert refusal.value.message == (
        'Apply failed with 3 conflicts: conflicts with "me":\n- .spec.map.a\n'
        'conflicts with "u" using example.com/v1:\n- .spec.number\n- .spec.text'
    )
    causes = refusal.value.details["causes"]
    assert causes[0] == {
        "reason": "FieldManagerConflict",
        "message": 'conflict with "me"',
        "field": ".spec.map.a",
    }


def test_one_conflict_is_told_in_one_line() -> None:
    live = widgets("v1", "status").updated(
        applied(None, number=1), {**widget(number=1), "status": {"text": "x"}}, "u", TIME
    )
    with pytest.raises(ApiError) as refusal:
        widgets("v1", "status").applied(
            live, {**widget(), "status": {"text": "y"}}, "me", TIME, False
        )
    assert refusal.value.message == (
        'Apply failed with 1 conflict: conflict with "u" with subresource "status" using'
        " example.com/v1: .status.text"
    )


def test_force_takes_the_field_from_others() -> None:
    live = updated(None, "u", text="x", number=1)
    found = applied(live, text="y", force=True)
    assert found["spec"] == {"text": "y", "number": 1}
    assert entries(found) == {"me": {"f:text": {}}, "u": {".": {}, "f:number": {}}}


def test_an_update_takes_the_fields_that_it_changes() -> None:
    live = applied(None, text="x", map={"a": "1", "b": "2"})
    found = updated(live, "u", text="y", map={"a": "1"})
    assert entries(found) == {"me": {"f:map": {"f:a": {}}}, "u": {"f:text": {}}}


def test_an_update_that_changes_nothing_owns_nothing() -> None:
    live = applied(None, text="x")
    assert updated(live, "u", text="x")["metadata"] == live["metadata"]


def test_a_manager_that_owns_nothing_is_not_told() -> None:
    assert "managedFields" not in widgets().applied(
        None, {"apiVersion": "example.com/v1", "kind": "Widget"}, "me", TIME, False
    ).get("metadata", {})


@pytest.mark.parametrize("sent", [[], [{}]])
def test_an_empty_list_makes_the_server_forget_all_managers(sent: list[Obj]) -> None:
    live = applied(None, text="x")
    new = {**live, "metadata": {**live["metadata"], "managedFields": sent}}
    assert "managedFields" not in widgets().updated(live, new, "u", TIME)["metadata"]


@pytest.mark.parametrize(
    "fields", [["a"], {"x": {}}, {"": {}}, {"k:1": {}}, {"k:{": {}}, {"i:x": {}}, {"f:a": 1}]
)
def test_managers_that_a_client_garbles_are_those_of_before(fields: Any) -> None:
    live = applied(None, text="x")
    entry = {"manager": "z", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": fields}
    new = {**live, "metadata": {**live["metadata"], "managedFields": [entry]}}
    assert widgets().updated(live, new, "u", TIME)["metadata"] == live["metadata"]


def test_who_was_not_tracked_becomes_before_first_apply() -> None:
    found = applied(widget(text="x"), "me", number=1)
    assert entries(found) == {
        "before-first-apply": {".": {}, "f:text": {}},
        "me": {"f:number": {}},
    }


def test_what_is_applied_in_another_version_is_the_same_field() -> None:
    live = applied(None, text="x", number=1)
    found = widgets("v2").applied(live, widget("v2", text="y"), "me", LATER, False)
    assert found["spec"] == {"text": "y"}
    (entry,) = found["metadata"]["managedFields"]
    assert (entry["apiVersion"], entry["time"]) == ("example.com/v2", LATER)


def test_status_is_owned_only_through_its_subresource() -> None:
    config = {**widget(text="x"), "status": {"text": "y"}}
    assert entries(widgets().applied(None, config, "me", TIME, False)) == {"me": {"f:text": {}}}
    found = widgets("v1", "status").applied(applied(None, text="x"), config, "s", TIME, False)
    (entry,) = (one for one in found["metadata"]["managedFields"] if one["manager"] == "s")
    assert entry["fieldsV1"] == {"f:status": {"f:text": {}}}
    assert entry["subresource"] == "status"


def test_more_than_ten_updaters_become_ancient_changes() -> None:
    live = updated(None, "u0", text="x")
    for position in range(1, 13):
        spec = {**live["spec"], "map": {**live["spec"].get("map", {}), f"k{position}": "1"}}
        new = {**live, "spec": spec}
        live = widgets().updated(live, new, f"u{position:02}", f"2026-01-01T00:00:{position:02}Z")
    names = [entry["manager"] for entry in live["metadata"]["managedFields"]]
    assert len(names) == 10
    assert names[0] == "ancient-changes"
    assert entries(live)["ancient-changes"].keys() == {".", "f:text", "f:map"}


@pytest.mark.parametrize(
    ("live", "config", "result"),
    [
        (["a", "b"], ["b", "a"], ["b", "a"]),
        (["a", "b"], ["c"], ["a", "b", "c"]),
        (["x", "a", "y", "b", "z"], ["b", "a"], ["x", "y", "b", "z", "a"]),
        (["a", "x"], ["n", "a"], ["n", "a", "x"]),
        ([], ["a"], ["a"]),
    ],
)
def test_a_merged_list_is_in_the_order_of_the_applied_one(
    live: list[str], config: list[str], result: list[str]
) -> None:
    before = updated(None, "u", set=live)
    assert applied(before, set=config)["spec"]["set"] == result


def test_kubectl_takes_over_what_it_applied_as_a_client() -> None:
    note = '{"apiVersion":"example.com/v1","kind":"Widget","spec":{"text":"x","number":1}}'
    meta = {"name": "w", "annotations": {lastapplied.ANNOTATION: note}}
    live = widgets().updated(
        None, {**widget(text="x", number=2), "metadata": meta}, "kubectl-client-side-apply", TIME
    )
    with pytest.raises(ApiError, match=r"1 conflict: .*\.spec\.number"):
        applied(live, "kubectl", text="y", number=3)
    with pytest.raises(ApiError, match="conflict"):
        applied(live, "me", text="y")
    found = applied(live, "kubectl", text="y")
    assert found["spec"] == {"text": "y", "number": 2}
    assert found["metadata"]["annotations"][lastapplied.ANNOTATION] == (
        '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},'
        '"spec":{"text":"y"}}\n'
    )


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"nope": 1}, ".spec.nope: field not declared in schema"),
        (
            {"text": 5},
            ".spec.text: expected string, got &value.valueUnstructured{Value:5}",
        ),
        ({"number": "x"}, ".spec.number: expected numeric (int or float), got string"),
        ({"map": ["a"]}, ".spec.map: expected map, got &{[a]}"),
        ({"set": {"a": 1}}, ".spec.set: expected list, got &{map[a:1]}"),
        ({"set": ["a", "a"]}, '.spec.set: duplicate entries for key [="a"]'),
        (
            {"items": [{"name": "a"}, {"name": "a", "side": "left"}]},
            '.spec.items: duplicate entries for key [name="a",side="left"]',
        ),
        (
            {"items": [None]},
            ".spec.items: element 0: associative list with keys may not have a null element",
        ),
        (
            {"text": 5, "nope": 1},
            "errors:\n"
            "  .spec.text: expected string, got &value.valueUnstructured{Value:5}\n"
            "  .spec.nope: field not declared in schema",
        ),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(spec: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as refusal:
        applied(None, **spec)
    about = "failed to create typed patch object (/w; example.com/v1, Kind=Widget): "
    assert (refusal.value.code, refusal.value.message) == (500, about + text)


def test_another_kind_cannot_be_applied() -> None:
    with pytest.raises(ApiError, match="invalid object type: /v1, Kind=Pod"):
        widgets().applied(None, {"apiVersion": "v1", "kind": "Pod"}, "me", TIME, False)


def test_managers_cannot_be_applied() -> None:
    config = {**widget(), "metadata": {"name": "w", "managedFields": []}}
    with pytest.raises(ApiError, match=r"metadata\.managedFields must be nil"):
        widgets().applied(None, config, "me", TIME, False)


def test_structs_that_are_never_absent_are_nobodys() -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "labels": {"a": "b"}},
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}},
        },
        "status": {"replicas": 3},
    }
    (entry,) = built_in("Deployment").updated(None, deployment, "me", TIME)["metadata"][
        "managedFields"
    ]
    assert entry["fieldsV1"] == {
        "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
        "f:spec": {
            "f:replicas": {},
            "f:strategy": {"f:type": {}},
            "f:template": {
                "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
                "f:spec": {"f:containers": {}},
            },
        },
    }


def test_who_scales_owns_the_replicas() -> None:
    path = ("spec", "replicas")
    live = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}}
    config = {**live, "spec": {"replicas": 1, "paused": True}}
    parent = built_in("Deployment").applied(live, config, "me", TIME, False)
    seen = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d"}}
    shown = scale.shown(parent, {**seen, "spec": {"replicas": 1}}, path)
    with pytest.raises(ApiError, match=r'conflict with "me": \.spec\.replicas'):
        scales().applied(shown, {**seen, "spec": {"replicas": 2}}, "s", LATER, False)
    scaled = scales().updated(shown, {**shown, "spec": {"replicas": 2}}, "s", LATER)
    found = scale.written(parent, scaled, path, "apps/v1")
    named = {entry["manager"]: entry for entry in found["metadata"]["managedFields"]}
    assert named["me"]["fieldsV1"] == {"f:spec": {"f:paused": {}}}
    assert named["s"] == {
        "manager": "s",
        "operation": "Update",
        "apiVersion": "apps/v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
        "subresource": "scale",
    }


def test_another_time_alone_is_no_change() -> None:
    old = applied(None, text="x")
    new = widgets().applied(None, widget(text="x"), "me", LATER, False)
    assert new != old
    assert with_old_times(old, new) == old
    other = widgets().applied(None, widget(text="x"), "you", LATER, False)
    assert with_old_times(old, other) is other


def test_what_is_stored_is_never_changed() -> None:
    live = applied(None, text="x", items=[{"name": "a"}], map={"a": "1"})
    before = deepcopy(live)
    applied(live, text="y", items=[{"name": "b"}])
    updated(live, "u", map={"a": "2"})
    assert live == before
