"""Strict reading by shape: what Go's decoder refuses is refused with place and remedy."""

from typing import Any

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.readers.shapes import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    TEXT,
    TEXT_MAP,
    TEXTS,
    Either,
    Fields,
    ListOf,
    conform,
)
from minieks.scenario.readers.yamltext import load_documents

SHAPE = Fields(
    {
        "name": TEXT,
        "count": INTEGER,
        "share": NUMBER,
        "on_": BOOLEAN,
        "names": TEXTS,
        "labels": TEXT_MAP,
        "any": ANYTHING,
        "inner": ListOf(Fields({"minSize": INTEGER, "maxSize": INTEGER})),
        "taints": Either(TEXT_MAP, ListOf(Fields({"key": TEXT}))),
    },
    hints={"old": "it is called name now"},
)


def read(text: str) -> Any:
    return conform(load_documents(text, "f.yaml")[0], SHAPE)


# text, where, message, hint
WRONG = [
    ("number for text", "name: 1", "f.yaml:1", "name: expected text, got 1", '"1"'),
    ("float for text", "name: 1.30", "f.yaml:1", "name: expected text, got 1.3", '"1.30"'),
    ("boolean for text", "name: yes", "f.yaml:1", "name: expected text, got true", '"true"'),
    ("text for a number", "count: two", "f.yaml:1", "count: expected an integer, got 'two'", ""),
    ("fraction", "count: 1.5", "f.yaml:1", "count: expected an integer, got 1.5", ""),
    ("boolean for a number", "count: true", "f.yaml:1", "expected an integer, got true", ""),
    ("text for boolean", "on_: 'yes'", "f.yaml:1", "on_: expected true or false", ""),
    ("text for a list", "names: a", "f.yaml:1", "names: expected a list, got 'a'", "- item"),
    ("mapping for a list", "inner: {}", "f.yaml:1", "inner: expected a list, got a mapping", ""),
    ("list for a mapping", "labels: [a]", "f.yaml:1", "labels: expected a mapping, got a list", ""),
    ("empty item", "names:\n- a\n-\n", "f.yaml:3", "names[1]: is empty", "remove"),
    ("unknown", "zzz: 1", "f.yaml:1", 'zzz: unknown field "zzz"', "the fields here are any, count"),
    ("misspelt", "inner:\n- minSze: 1", "f.yaml:2", "inner[0].minSze: unknown field", "minSize"),
    ("other case", "inner:\n- minsize: 1", "f.yaml:2", "unknown field", "did you mean minSize?"),
    ("known to be gone", "old: 1", "f.yaml:1", "unknown field", "it is called name now"),
    ("label", "labels: {a/b: 1}", "f.yaml:1", "labels[a/b]: expected text, got 1", '"1"'),
    ("either", "taints: 1", "f.yaml:1", "taints: expected a mapping, got 1", ""),
    ("not a mapping", "[1]", "f.yaml:1", "expected a mapping, got a list", ""),
]


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_wrong_value_is_refused(text: str, where: str, message: str, hint: str) -> None:
    with pytest.raises(UserError) as caught:
        read(text)
    assert caught.value.where == where
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint


def test_nulls_are_as_good_as_absent() -> None:
    assert read("name:\ncount: ~\ninner: [{minSize: null, maxSize: 1}]") == {
        "inner": [{"maxSize": 1}]
    }


def test_a_whole_number_is_a_number_and_1_point_0_an_integer() -> None:
    assert read("share: 1\ncount: 1.0") == {"share": 1, "count": 1}


def test_a_document_inside_is_taken_as_it_is() -> None:
    assert read("any: {a: [1, null, {b: ~}]}") == {"any": {"a": [1, None, {"b": None}]}}


def test_either_spelling_is_read() -> None:
    assert read("taints: {a: b}") == {"taints": {"a": "b"}}
    assert read("taints: [{key: a}]") == {"taints": [{"key": "a"}]}
