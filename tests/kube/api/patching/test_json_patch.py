from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.api.patching import json_patch

DOCUMENT = {"a": {"b": 1, "x/y": 2, "m~n": 3}, "list": ["p", "q", "r"], "empty": None}


def apply(document: Any, *operations: dict[str, Any]) -> Any:
    return json_patch.apply(document, json_patch.operations(list(operations)))


# RFC 6902, section 4, and what github.com/evanphx/json-patch v4 makes of it.
@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        pytest.param({"op": "add", "path": "/n", "value": 1}, {"n": 1}, id="add-member"),
        pytest.param(
            {"op": "add", "path": "/list/1", "value": "z"},
            {"list": ["p", "z", "q", "r"]},
            id="add-in-list",
        ),
        pytest.param(
            {"op": "add", "path": "/list/3", "value": "z"},
            {"list": ["p", "q", "r", "z"]},
            id="add-behind-the-last",
        ),
        pytest.param(
            {"op": "add", "path": "/list/-", "value": "z"},
            {"list": ["p", "q", "r", "z"]},
            id="append",
        ),
        pytest.param(
            {"op": "remove", "path": "/list/0"}, {"list": ["q", "r"]}, id="remove-from-list"
        ),
        pytest.param(
            {"op": "replace", "path": "/list/00", "value": "z"},
            {"list": ["z", "q", "r"]},
            id="leading-zeros-are-taken",
        ),
        pytest.param(
            {"op": "replace", "path": "/list/-1", "value": "z"},
            {"list": ["p", "q", "z"]},
            id="counting-from-the-end",
        ),
        pytest.param(
            {"op": "replace", "path": "/new", "value": 1}, {"new": 1}, id="replace-adds-a-member"
        ),
        pytest.param({"op": "copy", "from": "/nope", "path": "/n"}, {"n": None}, id="copy-nothing"),
        pytest.param(
            {"op": "move", "from": "/list/0", "path": "/list/2"},
            {"list": ["q", "r", "p"]},
            id="move-in-list",
        ),
        pytest.param({"op": "test", "path": "/nope", "value": None}, {}, id="test-absent-is-null"),
        pytest.param({"op": "test", "path": "/list", "value": ["p", "q", "r"]}, {}, id="test"),
        pytest.param(
            {"op": "add", "path": "a/n", "value": 1}, {"n": 1}, id="no-slash-skips-the-first-part"
        ),
    ],
)
def test_an_operation_changes_the_document(
    operation: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert apply(DOCUMENT, operation) == {**DOCUMENT, **changed}


def test_pointers_are_unescaped() -> None:
    found = apply(
        DOCUMENT,
        {"op": "replace", "path": "/a/x~1y", "value": "slash"},
        {"op": "remove", "path": "/a/m~0n"},
    )
    assert found["a"] == {"b": 1, "x/y": "slash"}


def test_the_whole_document_is_replaced() -> None:
    assert apply(DOCUMENT, {"op": "replace", "path": "", "value": {"k": 1}}) == {"k": 1}


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "frob", "path": "/a"}, id="unknown-operation"),
        pytest.param({"op": "add", "value": 1}, id="no-path"),
        pytest.param({"op": "remove", "path": "/nope"}, id="remove-absent"),
        pytest.param({"op": "remove", "path": "/list/3"}, id="remove-behind-the-last"),
        pytest.param({"op": "add", "path": "/list/4", "value": 1}, id="add-too-far"),
        pytest.param({"op": "replace", "path": "/list/x", "value": 1}, id="index-is-no-number"),
        pytest.param({"op": "add", "path": "/nope/x", "value": 1}, id="no-parent"),
        pytest.param({"op": "add", "path": "/a/b/c", "value": 1}, id="parent-is-scalar"),
        pytest.param({"op": "test", "path": "/a/b", "value": True}, id="true-is-not-one"),
        pytest.param({"op": "move", "from": "/list/9", "path": "/n"}, id="move-nothing"),
        pytest.param({"op": "replace", "path": "", "value": 1}, id="whole-by-a-scalar"),
    ],
)
def test_what_cannot_be_done_is_refused_without_a_reason(operation: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="the server rejected our request") as refusal:
        apply(DOCUMENT, operation)
    assert refusal.value.to_status()["code"] == 422
    assert refusal.value.to_status()["details"] == {}


@pytest.mark.parametrize("patch", [{"op": "add"}, ["add"], "add", None])
def test_a_patch_that_is_no_list_of_operations_cannot_be_decoded(patch: Any) -> None:
    with pytest.raises(BadRequest, match="error decoding patch: json: cannot unmarshal"):
        json_patch.operations(patch)


def test_too_many_operations_are_too_large() -> None:
    with pytest.raises(ApiError, match="is 10000, got 10001"):
        json_patch.operations([{"op": "test", "path": "/a"}] * 10_001)


def test_copies_may_not_make_a_document_of_any_size() -> None:
    doubling = [{"op": "copy", "from": "/a", "path": "/a/-"}] * 30
    with pytest.raises(ApiError, match="accumulated size increase") as refusal:
        apply({"a": ["x" * 100]}, *doubling)
    assert refusal.value.code == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4)


def _escaped(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


@given(OBJECTS, st.text(max_size=3), JSON)
def test_what_was_added_is_found_and_can_be_removed(
    document: dict[str, Any], key: str, value: Any
) -> None:
    before = deepcopy(document)
    path = _escaped(key)
    added = apply(document, {"op": "add", "path": path, "value": value})
    tested = apply(added, {"op": "test", "path": path, "value": value})
    removed = apply(tested, {"op": "remove", "path": path})
    assert removed == {name: kept for name, kept in document.items() if name != key}
    assert document == before


@given(OBJECTS, st.data())
def test_moving_away_and_back_changes_nothing(
    document: dict[str, Any], data: st.DataObject
) -> None:
    draw: Callable[..., Any] = data.draw
    key = draw(st.sampled_from(sorted(document)))
    away = "/" + "z" * 9
    there = {"op": "move", "from": _escaped(key), "path": away}
    back = {"op": "move", "from": away, "path": _escaped(key)}
    assert apply(document, there, back) == document


def test_a_container_is_copied_once_however_many_operations_change_it() -> None:
    class Counted(dict[str, int]):
        copies = 0

        def copy(self) -> dict[str, int]:
            Counted.copies += 1
            return super().copy()

    inner = Counted({f"k{n}": n for n in range(9)})

    made = apply(
        {"a": inner},
        *({"op": "replace", "path": f"/a/k{n}", "value": -n} for n in range(9)),
        {"op": "remove", "path": "/a/k8"},
    )

    assert made == {"a": {f"k{n}": -n for n in range(8)}}
    assert inner["k8"] == 8
    assert Counted.copies == 1


def test_what_is_copied_is_another_value() -> None:
    made = apply(
        {"a": {"b": {"c": 1}}},
        {"op": "add", "path": "/a/b/d", "value": 2},
        {"op": "copy", "from": "/a", "path": "/e"},
        {"op": "replace", "path": "/a/b/c", "value": 3},
    )

    assert made == {"a": {"b": {"c": 3, "d": 2}}, "e": {"b": {"c": 1, "d": 2}}}
