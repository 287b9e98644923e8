"""What clients send alike is kept once."""

import orjson
import pytest

from minieks.kube.rest import gojson
from minieks.kube.rest.sharing import SharedSpecs


def test_specs_that_are_written_alike_are_one() -> None:
    shared = SharedSpecs()
    first, second, other = (
        shared.of({"metadata": {"name": name}, "spec": {"nodeName": node}})
        for name, node in (("a", "n"), ("b", "n"), ("c", "m"))
    )
    assert second["spec"] is first["spec"]
    assert second["metadata"] == {"name": "b"}
    assert other["spec"] == {"nodeName": "m"}


@pytest.mark.parametrize("obj", [{}, {"spec": None}, {"spec": []}, {"spec": "x"}], ids=str)
def test_what_is_no_spec_is_left_alone(obj: dict[str, object]) -> None:
    assert SharedSpecs().of(obj) is obj


def test_a_whole_number_and_a_fraction_are_not_alike() -> None:
    shared = SharedSpecs()
    shared.of({"spec": {"a": 1}})
    assert repr(shared.of({"spec": {"a": 1.0}})) == "{'spec': {'a': 1.0}}"


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    shared = SharedSpecs(2)
    first = shared.of({"spec": {"a": 1}})["spec"]
    for number in (2, 3):
        shared.of({"spec": {"a": number}})
    assert shared.of({"spec": {"a": 1}})["spec"] is not first


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a":1,"b":[{"c":2}]}', []),
        (b'{"a":1,"b":[{"c":2}]}\n', []),
        (b'{"a": 1, "b": 2}', []),
        (b'{"a":1,"a":1}', ["a"]),
        (b'{"b":{"c":1,"c":2}}\n', ["b.c"]),
    ],
    ids=["compact", "with a line feed", "with spaces", "twice", "twice within"],
)
def test_repeated_fields_are_found_however_they_are_written(
    body: bytes, expected: list[str]
) -> None:
    assert gojson.repeated_fields(body, orjson.loads(body)) == expected
