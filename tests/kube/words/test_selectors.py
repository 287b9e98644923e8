"""Selectors, after kubernetes apimachinery pkg/labels and component-helpers nodeaffinity."""

from typing import Any

import pytest

from minieks.kube.words import selectors

LABELS = {"app": "web", "tier": "front", "n": "5", "odd": "five"}


def _expr(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "web", "tier": "back"}}, False),
        ({"matchExpressions": [_expr("app", "In", "api", "web")]}, True),
        ({"matchExpressions": [_expr("app", "NotIn", "api")]}, True),
        ({"matchExpressions": [_expr("gone", "NotIn", "api")]}, True),
        ({"matchExpressions": [_expr("gone", "In", "api")]}, False),
        ({"matchExpressions": [_expr("app", "Exists")]}, True),
        ({"matchExpressions": [_expr("app", "DoesNotExist")]}, False),
    ],
)
def test_a_label_selector_object_matches(selector: dict[str, Any] | None, expected: bool) -> None:
    assert selectors.compile_selector(selector).matches(LABELS) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app!=web", False),
        ("gone!=web", True),
        ("app in (api, web)", True),
        ("app notin (api,web)", False),
        ("app", True),
        ("!app", False),
        ("! gone", True),
        ("app=web,tier in (front,back),!gone", True),
        ("n>4", True),
        ("n<5", False),
        ("odd>1", False),
        ("empty=", False),
    ],
)
def test_a_label_selector_text_matches(text: str, expected: bool) -> None:
    assert selectors.parse(text).matches(LABELS) is expected


@pytest.mark.parametrize("text", ["a=b c", "a in x", "=b", "a=b,", ",", "a>b", "(a)"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(selectors.InvalidSelector):
        selectors.parse(text)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], False),
        ([{}], False),
        ([{"matchExpressions": [_expr("n", "Gt", "4")]}], True),
        ([{"matchExpressions": [_expr("n", "Lt", "4")]}], False),
        ([{"matchExpressions": [_expr("odd", "Gt", "1")]}], False),
        ([{"matchFields": [_expr("metadata.name", "In", "node-1")]}], True),
        ([{"matchFields": [_expr("metadata.name", "NotIn", "node-1")]}], False),
        ([{"matchExpressions": [_expr("gone", "Exists")]}, {"matchLabels": {}}], False),
        (
            [
                {"matchExpressions": [_expr("gone", "Exists")]},
                {"matchExpressions": [_expr("app", "Exists")]},
            ],
            True,
        ),
    ],
)
def test_a_node_selector_matches(terms: list[dict[str, Any]], expected: bool) -> None:
    selector = selectors.node_selector({"nodeSelectorTerms": terms})
    assert selector.matches(LABELS, "node-1") is expected


def test_the_same_selector_object_is_compiled_once() -> None:
    written = {"matchLabels": {"app": "web"}}
    assert selectors.compile_selector(written) is selectors.compile_selector(written)
