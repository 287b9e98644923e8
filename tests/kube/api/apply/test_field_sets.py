import json
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.apply import paths

Path: TypeAlias = tuple[str, ...]

ELEMENTS = st.sampled_from(["f:a", "f:b", 'k:{"name":"x"}', 'v:"y"'])
PATHS = st.frozensets(st.lists(ELEMENTS, min_size=1, max_size=3).map(tuple), max_size=6)


def tree(members: frozenset[Path]) -> paths.Fields:
    """The set with these paths as its members, made without the functions under test."""
    found: dict[str, Any] = {}
    for element in sorted({path[0] for path in members}):
        below = frozenset(path[1:] for path in members if path[0] == element)
        node = tree(frozenset(path for path in below if path))
        found[element] = {".": {}, **node} if () in below and node else node
    return found


def members(fields: paths.Fields, prefix: Path = ()) -> frozenset[Path]:
    """The paths of all members."""
    found: set[Path] = set()
    for element, node in fields.items():
        if element != ".":
            path = (*prefix, element)
            found |= {path} if not node or "." in node else set()
            found |= members(node, path)
    return frozenset(found)


@given(PATHS, PATHS)
def test_sets_of_fields_are_sets(left: frozenset[Path], right: frozenset[Path]) -> None:
    one, other = tree(left), tree(right)
    assert members(one) == left
    assert paths.union(one, other) == tree(left | right)
    assert paths.intersection(one, other) == tree(left & right)
    assert paths.difference(one, other) == tree(left - right)


@given(PATHS, PATHS)
def test_what_lies_below_can_be_taken_away_too(
    left: frozenset[Path], right: frozenset[Path]
) -> None:
    rest = {path for path in left if not any(path[: len(top)] == top for top in right)}
    assert paths.without_below(tree(left), tree(right)) == tree(frozenset(rest))


@given(PATHS)
def test_the_order_of_a_set_is_its_own(wanted: frozenset[Path]) -> None:
    fields = tree(wanted)
    assert paths.in_order(fields) == fields
    backwards = json.loads(json.dumps(fields), object_pairs_hook=lambda p: dict(reversed(p)))
    assert json.dumps(paths.in_order(backwards)) == json.dumps(paths.in_order(fields))


# Source: structured-merge-diff fieldpath/element.go (Less): fields, keys, values; numbers as such.
def test_elements_stand_in_the_order_of_the_server() -> None:
    names = ['k:{"port":443}', 'k:{"port":80}', "f:b", "f:a", ".", 'v:"x"', 'k:{"port":"x"}']
    assert list(paths.in_order({name: {} for name in names})) == [
        *(".", "f:a", "f:b", 'k:{"port":80}', 'k:{"port":443}', 'k:{"port":"x"}', 'v:"x"'),
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"f:spec": {"f:replicas": {}}}, ".spec.replicas"),
        ({"f:ports": {'k:{"port":80,"protocol":"TCP"}': {}}}, '.ports[port=80,protocol="TCP"]'),
        ({"f:finalizers": {'v:"a/b"': {}}}, '.finalizers[="a/b"]'),
        ({"f:list": {"i:3": {}}}, ".list[3]"),
    ],
)
def test_a_path_is_told_as_the_server_tells_it(fields: paths.Fields, text: str) -> None:
    assert paths.texts(fields) == [text]


def test_a_set_of_a_client_is_brought_into_its_form() -> None:
    sent: paths.Fields = {
        "f:ports": {'k:{ "protocol": "TCP", "port": 80 }': {"f:name": {}}, 'v: "x"': {}}
    }
    assert paths.canonical(sent) == {
        "f:ports": {'k:{"port":80,"protocol":"TCP"}': {"f:name": {}}, 'v:"x"': {}}
    }
