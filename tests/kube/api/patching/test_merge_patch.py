from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.patching import merge_patch


# The table of RFC 7386, appendix A.
@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_as_the_rfc_says(document: Any, patch: Any, result: Any) -> None:
    assert merge_patch.apply(document, patch) == result


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


def difference(old: Any, new: Any) -> Any:
    """The merge patch from one document without nulls to another."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    gone: dict[str, Any] = {key: None for key in old if key not in new}
    changed = {
        key: difference(old[key], value) if key in old else value
        for key, value in new.items()
        if key not in old or old[key] != value or type(old[key]) is not type(value)
    }
    return {**gone, **changed}


@given(OBJECTS, OBJECTS)
def test_the_difference_of_two_documents_leads_from_one_to_the_other(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert merge_patch.apply(old, difference(old, new)) == new


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_applied_twice_does_no_more_than_once(
    document: dict[str, Any], patch: dict[str, Any]
) -> None:
    before = deepcopy((document, patch))
    once = merge_patch.apply(document, patch)
    assert merge_patch.apply(once, patch) == once
    assert (document, patch) == before
