"""OpenAPI 2 as a Protocol Buffers message."""

from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.rest.openapi import v2proto, wire

Field = tuple[int, bytes | int]


def _number(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _fields(data: bytes) -> Iterator[Field]:
    """The fields of a message, read by the rules of the encoding alone."""
    place = 0
    while place < len(data):
        key, place = _number(data, place)
        value, place = _number(data, place)
        if key & 7 == 0:
            yield key >> 3, value
        else:
            yield key >> 3, data[place : place + value]
            place += value


def _inside(data: bytes, *numbers: int) -> list[bytes]:
    """The messages at a path of field numbers."""
    found = [data]
    for number in numbers:
        found = [
            value
            for one in found
            for key, value in _fields(one)
            if key == number and isinstance(value, bytes)
        ]
    return found


DOCUMENT = {
    "swagger": "2.0",
    "info": {"title": "Kubernetes", "version": "v1.34.1"},
    "paths": {
        "/api/v1/pods/{name}": {
            "patch": {
                "consumes": ["application/merge-patch+json"],
                "operationId": "patchPod",
                "parameters": [
                    {"name": "fieldValidation", "in": "query", "type": "string"},
                    {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Pod"}},
                ],
                "responses": {"200": {"description": "OK", "schema": {"type": "string"}}},
                "x-kubernetes-action": "patch",
            },
            "parameters": [{"name": "name", "in": "path", "required": True, "type": "string"}],
        }
    },
    "definitions": {
        "Pod": {
            "type": "object",
            "required": ["spec"],
            "properties": {
                "list": {"type": "array", "items": {"$ref": "#/definitions/Pod"}},
                "map": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "x-kubernetes-group-version-kind": [{"group": "", "kind": "Pod", "version": "v1"}],
        }
    },
}
MESSAGE = v2proto.encoded(DOCUMENT)
PATH_ITEM = _inside(MESSAGE, 8, 2, 2)[0]
PATCH = _inside(PATH_ITEM, 8)[0]
POD = _inside(MESSAGE, 9, 1, 2)[0]


# Source: google/gnostic openapiv2/OpenAPIv2.proto (the numbers of the fields).
@pytest.mark.parametrize(
    ("message", "path", "found"),
    [
        pytest.param(MESSAGE, (1,), [b"2.0"], id="swagger"),
        pytest.param(MESSAGE, (2, 2), [b"v1.34.1"], id="version"),
        pytest.param(MESSAGE, (8, 2, 1), [b"/api/v1/pods/{name}"], id="path"),
        pytest.param(PATCH, (5,), [b"patchPod"], id="operation"),
        pytest.param(PATCH, (7,), [b"application/merge-patch+json"], id="consumes"),
        pytest.param(PATCH, (8, 1, 2, 3, 4), [b"fieldValidation"], id="query parameter"),
        pytest.param(PATCH, (8, 1, 1, 5, 1), [b"#/definitions/Pod"], id="body"),
        pytest.param(PATCH, (9, 1, 1), [b"200"], id="response"),
        pytest.param(PATCH, (13, 1), [b"x-kubernetes-action"], id="extension"),
        pytest.param(PATH_ITEM, (9, 1, 2, 4, 4), [b"name"], id="path parameter"),
        pytest.param(MESSAGE, (9, 1, 1), [b"Pod"], id="definition"),
        pytest.param(POD, (19,), [b"spec"], id="required"),
        pytest.param(POD, (22, 1), [b"object"], id="type"),
        pytest.param(POD, (25, 1, 1), [b"list", b"map"], id="properties"),
        pytest.param(POD, (25, 1, 2, 23, 1, 1), [b"#/definitions/Pod"], id="items"),
        pytest.param(POD, (25, 1, 2, 21, 1, 22, 1), [b"string"], id="values of a map"),
    ],
)
def test_each_field_has_its_number(
    message: bytes, path: tuple[int, ...], found: list[bytes]
) -> None:
    assert _inside(message, *path) == found


def test_extensions_are_yaml() -> None:
    told = _inside(POD, 31, 2, 2)[0]
    assert orjson.loads(told) == [{"group": "", "kind": "Pod", "version": "v1"}]


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_a_number_is_read_as_it_was_written(value: int) -> None:
    encoded = wire.varint(value)
    assert _number(encoded, 0) == (value, len(encoded))
