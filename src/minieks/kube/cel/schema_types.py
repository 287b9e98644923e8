"""The types that structural schemas give to expressions, and their values.

Source: kubernetes apiserver pkg/cel/common/{schemas,values}.go, pkg/cel/limits.go.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.kube.cel import terms
from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.escaping import escaped
from minieks.kube.cel.library.times import duration, timestamp
from minieks.kube.cel.terms import Field, Term
from minieks.kube.cel.values import MapList, SetList

Schema: TypeAlias = Mapping[str, Any]

LARGEST_REQUEST: Final = 3 * 1024 * 1024
"""Bytes. All estimates of size follow from it where a schema sets no limit."""

_ANY_TEXT: Final = LARGEST_REQUEST - 2
_UNBOUND: Final = 2**63 - 1
_TEXT: Final[Schema] = {"type": "string"}
_META: Final[Schema] = {
    "type": "object",
    "properties": {"name": _TEXT, "generateName": _TEXT},
}


class Declared(NamedTuple):
    """A type, and how many bytes a value of it takes in JSON at least."""

    term: Term
    smallest: int


# Of a format: the type, the most characters (None: as the schema says), the fewest bytes.
_FORMATS: Final[dict[str, tuple[Term, int | None, int]]] = {
    "byte": (terms.BYTES, None, 2),
    "duration": (terms.DURATION, 32, 3),
    "date": (terms.TIMESTAMP, 12, 12),
    "date-time": (terms.TIMESTAMP, 32, 21),
}
_SCALARS: Final = {
    "boolean": Declared(replace(terms.BOOL, size=0), 4),
    "number": Declared(replace(terms.DOUBLE, size=0), 1),
    "integer": Declared(replace(terms.INT, size=0), 1),
}


def declared(schema: Schema, name: str, *, is_root: bool = False) -> Declared | None:
    """The type of a schema's values; None where expressions cannot speak of them."""
    if schema.get("x-kubernetes-int-or-string"):
        longest = schema.get("maxLength")
        size = _ANY_TEXT if longest is None else max(longest, 0) * 4
        return Declared(replace(terms.DYN, size=size), 1)
    kind = schema.get("type", "")
    if kind == "array":
        return _list(schema, name)
    if kind == "object":
        return _object(with_meta(schema) if is_root else schema, name)
    if kind == "string":
        return _string(schema)
    return _SCALARS.get(kind)


def with_meta(schema: Schema) -> Schema:
    """The schema of a resource with what of it is always there for rules."""
    own = schema.get("properties") or {}
    return {
        **schema,
        "properties": {**own, "kind": _TEXT, "apiVersion": _TEXT, "metadata": _META},
    }


def _is_resource(schema: Schema) -> bool:
    return bool(schema.get("x-kubernetes-embedded-resource"))


def _list(schema: Schema, name: str) -> Declared | None:
    items = schema.get("items")
    if not isinstance(items, dict):
        return None
    item = declared(items, f"{name}.@idx", is_root=_is_resource(items))
    if item is None:
        return None
    most = schema.get("maxItems")
    size = (LARGEST_REQUEST - 2) // (item.smallest + 1) if most is None else max(most, 0)
    return Declared(terms.list_of(item.term, size), 2)


def _object(schema: Schema, name: str) -> Declared | None:
    values = schema.get("additionalProperties")
    if isinstance(values, dict) and not schema.get("properties"):
        return _map(schema, values, name)
    fields: dict[str, Field] = {}
    required = schema.get("required") or ()
    smallest = 2
    for key, part in (schema.get("properties") or {}).items():
        found = declared(part, f"{name}.{key}", is_root=_is_resource(part))
        if found is None:
            continue
        spoken = escaped(key)
        if spoken is not None:
            fields[spoken] = Field(found.term, key)
        if key in required and "default" not in part:
            smallest += len(key) + found.smallest + 4
    return Declared(Term("object", name, fields=fields, size=_UNBOUND), smallest)


def _map(schema: Schema, values: Schema, name: str) -> Declared | None:
    value = declared(values, f"{name}.@elem", is_root=_is_resource(values))
    if value is None:
        return None
    most = schema.get("maxProperties")
    size = (LARGEST_REQUEST - 2) // (value.smallest + 6) if most is None else max(most, 0)
    key = replace(terms.STRING, size=_ANY_TEXT)
    return Declared(terms.map_of(key, value.term, size), 2)


def _string(schema: Schema) -> Declared:
    longest = schema.get("maxLength")
    known = _FORMATS.get(schema.get("format", ""))
    if known is not None:
        term, most, smallest = known
        limit = _ANY_TEXT if longest is None else max(longest, 0)
        return Declared(replace(term, size=limit if most is None else most), smallest)
    if longest is not None:
        size = max(longest, 0) * 4
    elif schema.get("enum"):
        size = max(len(one) for one in schema["enum"] if isinstance(one, str))
    else:
        size = _ANY_TEXT
    return Declared(replace(terms.STRING, size=size), 2)


# values

Convert: TypeAlias = Callable[[Any], Any]


def converter(schema: Schema) -> Convert | None:
    """From JSON to what expressions see; None where both are the same."""
    if schema.get("x-kubernetes-int-or-string"):
        return None
    kind = schema.get("type", "")
    if kind == "number":
        return _where(float, int)
    if kind == "string":
        return _TEXTS.get(schema.get("format", ""))
    if kind == "array":
        return _list_converter(schema)
    return _object_converter(schema) if kind == "object" else None


def _where(convert: Convert, *classes: type) -> Convert:
    return lambda value: convert(value) if isinstance(value, classes) else value


def _moment(text: str) -> Any:
    try:
        return timestamp(text if "T" in text.upper() else f"{text}T00:00:00Z")
    except EvaluationError:
        return text


def _span(text: str) -> Any:
    try:
        return duration(text)
    except EvaluationError:
        return text


def _octets(text: str) -> Any:
    try:
        return b64decode(text)
    except ValueError:
        return text


_TEXTS: Final[dict[str, Convert]] = {
    "byte": _where(_octets, str),
    "duration": _where(_span, str),
    "date": _where(_moment, str),
    "date-time": _where(_moment, str),
}


def _list_converter(schema: Schema) -> Convert | None:
    items = schema.get("items")
    item = converter(items) if isinstance(items, dict) else None
    kind = schema.get("x-kubernetes-list-type")
    keys = tuple(schema.get("x-kubernetes-list-map-keys") or ())
    if kind not in ("set", "map") and item is None:
        return None

    def convert(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        found = value if item is None else [item(one) for one in value]
        if kind == "set":
            return SetList(found)
        return MapList(found, keys) if kind == "map" else found

    return convert


def _object_converter(schema: Schema) -> Convert | None:
    parts = {
        key: convert
        for key, part in (schema.get("properties") or {}).items()
        if (convert := converter(part)) is not None
    }
    values = schema.get("additionalProperties")
    every = converter(values) if isinstance(values, dict) else None
    if not parts and every is None:
        return None

    def convert_all(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: _member(parts.get(key, every), member) for key, member in value.items()}

    return convert_all


def _member(convert: Convert | None, value: Any) -> Any:
    return value if convert is None else convert(value)
