"""Paths into custom resources."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.rest.tables import jsonpath

OBJECT = {
    "metadata": {"labels": {"a.b/c": "x"}},
    "spec": {"n": 3, "l": [{"t": "a", "x": 1}, {"t": "b", "x": 2}], "o": {"k": "v"}},
}


# Source: kubernetes client-go util/jsonpath/jsonpath_test.go.
@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.n", [3]),
        ("{.spec.n}", [3]),
        ("$.spec.n", [3]),
        (".spec.nothing", []),
        (".spec.n.deeper", []),
        (".spec.l[0].x", [1]),
        (".spec.l[-1].x", [2]),
        (".spec.l[7].x", []),
        (".spec.l[*].x", [1, 2]),
        (".spec.l[0:1].t", ["a"]),
        (".spec.l[0,1].t", ["a", "b"]),
        ('.spec.l[?(@.t=="b")].x', [2]),
        (".spec.l[?(@.x>1)].t", ["b"]),
        (".spec.l[?(@.x!=1)].t", ["b"]),
        (".spec.l[?(@.missing)].t", []),
        (".spec['o']['k']", ["v"]),
        (r".metadata.labels.a\.b/c", ["x"]),
        (".metadata.labels['a.b/c']", ["x"]),
        (".spec.o.*", ["v"]),
        ("..k", ["v"]),
        (".spec.l[?(@.t==1)].x", []),
    ],
)
def test_a_path_finds_the_values(path: str, found: list[Any]) -> None:
    assert jsonpath.compiled(path)(OBJECT) == found


@pytest.mark.parametrize("path", [".spec.l[", ".spec.l[x]", ".spec.l[?(@.a==b)]", ".a]b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(jsonpath.InvalidPath):
        jsonpath.compiled(path)


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        found = jsonpath.compiled(text)(OBJECT)
    except jsonpath.InvalidPath:
        return
    assert isinstance(found, list)
