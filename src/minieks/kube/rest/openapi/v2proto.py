"""The OpenAPI 2 document as a message, the only form that older kubectl understands.

Source: google/gnostic openapiv2/OpenAPIv2.proto.
"""

from typing import Any, Final

from minieks.kube.rest.openapi.wire import (
    Encode,
    Write,
    anything,
    each,
    message,
    named,
    one,
    text,
    texts,
    truth,
    wrapped,
)
from minieks.kube.words.objects import Obj

MEDIA_TYPE: Final = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
CONTENT_TYPE: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

_SCHEMA_FIELDS: Final[dict[str, tuple[int, Write]]] = {
    "$ref": (1, text),
    "format": (2, text),
    "title": (3, text),
    "description": (4, text),
    "default": (5, one(anything)),
    "pattern": (13, text),
    "uniqueItems": (16, truth),
    "required": (19, texts),
    "enum": (20, each(anything)),
    "type": (22, one(lambda value: texts(1, value))),
    "readOnly": (27, truth),
}
_schema: Final[Encode] = message(_SCHEMA_FIELDS, 31)


def _additional(value: Any) -> bytes:
    """Whether other properties may be there, or of what schema they are."""
    return truth(2, value) if isinstance(value, bool) else one(_schema)(1, value)


# A schema has schemas in it.
_SCHEMA_FIELDS["additionalProperties"] = (21, one(_additional))
_SCHEMA_FIELDS["items"] = (23, one(wrapped(1, _schema)))
_SCHEMA_FIELDS["properties"] = (25, one(named(1, _schema)))

_QUERY: Final = message(
    {
        "required": (1, truth),
        "in": (2, text),
        "description": (3, text),
        "name": (4, text),
        "type": (6, text),
        "uniqueItems": (20, truth),
    },
    23,
)
_PATH: Final = message(
    {
        "required": (1, truth),
        "in": (2, text),
        "description": (3, text),
        "name": (4, text),
        "type": (5, text),
        "uniqueItems": (19, truth),
    },
    22,
)
_BODY: Final = message(
    {
        "description": (1, text),
        "name": (2, text),
        "in": (3, text),
        "required": (4, truth),
        "schema": (5, one(_schema)),
    },
    6,
)
_PLACES: Final[dict[str, Encode]] = {
    "body": wrapped(1, _BODY),
    "query": wrapped(2, wrapped(3, _QUERY)),
    "path": wrapped(2, wrapped(4, _PATH)),
}


def _parameter(value: Any) -> bytes:
    return one(_PLACES[value["in"]])(1, value)


_RESPONSE: Final = message(
    {"description": (1, text), "schema": (2, one(wrapped(1, _schema)))},
    5,
)
_OPERATION: Final = message(
    {
        "description": (3, text),
        "operationId": (5, text),
        "produces": (6, texts),
        "consumes": (7, texts),
        "parameters": (8, each(_parameter)),
        "responses": (9, one(named(1, wrapped(1, _RESPONSE)))),
        "schemes": (10, texts),
    },
    13,
)
_PATH_ITEM: Final = message(
    {
        "get": (2, one(_OPERATION)),
        "put": (3, one(_OPERATION)),
        "post": (4, one(_OPERATION)),
        "delete": (5, one(_OPERATION)),
        "options": (6, one(_OPERATION)),
        "head": (7, one(_OPERATION)),
        "patch": (8, one(_OPERATION)),
        "parameters": (9, each(_parameter)),
    },
    10,
)
_API_KEY: Final = message(
    {"type": (1, text), "name": (2, text), "in": (3, text), "description": (4, text)},
    5,
)
_REQUIREMENT: Final = named(1, lambda value: texts(1, value))
_DOCUMENT: Final = message(
    {
        "swagger": (1, text),
        "info": (2, one(message({"title": (1, text), "version": (2, text)}, 7))),
        "paths": (8, one(named(2, _PATH_ITEM))),
        "definitions": (9, one(named(1, _schema))),
        "security": (12, each(_REQUIREMENT)),
        "securityDefinitions": (13, one(named(1, wrapped(2, _API_KEY)))),
    },
    16,
)


def encoded(document: Obj) -> bytes:
    """The message of an OpenAPI 2 document."""
    return _DOCUMENT(document)
