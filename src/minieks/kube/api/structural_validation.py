"""Validation of custom resources against their structural schemas.

Source: kubernetes kube-openapi pkg/validation/validate and apiextensions-apiserver
pkg/apiserver/{schema/listtype,validation}; the messages are theirs.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from minieks.kube.api import patterns
from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    invalid,
    not_supported,
    required,
    too_long,
    too_many,
    type_invalid,
)
from minieks.kube.api.rules import correlation
from minieks.kube.api.rules.correlation import NOTHING
from minieks.kube.api.structural import Node

_RESOURCE_FIELDS: Final = ("apiVersion", "kind")


def problems(node: Node, value: Any, path: str = "", old: Any = NOTHING) -> Iterator[FieldError]:
    """All that is wrong with a value, deepest last.

    ``old`` is the value that it replaces: what has not changed is not complained about.
    """
    if old is not NOTHING and (old is value or old == value):
        return
    wrong_type = _type_error(node, value, path)
    if wrong_type is not None:
        yield wrong_type
        return
    if value is None:
        return
    yield from _combinations(node, value, path)
    if isinstance(value, str):
        yield from _text(node.schema, value, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number(node.schema, value, path)
    elif isinstance(value, list):
        yield from _list(node, value, path, old)
    yield from _enumeration(node.schema, value, path)
    if isinstance(value, dict):
        yield from _object(node, value, path, old)


def repeated(node: Node, value: Any, path: str = "") -> Iterator[FieldError]:
    """The items that occur twice in lists of type set or map."""
    if isinstance(value, list):
        yield from _duplicates(node.schema, value, path)
        if node.items is not None and node.items.has_sets:
            for position, item in enumerate(value):
                yield from repeated(node.items, item, f"{path}[{position}]")
    elif isinstance(value, dict) and node.has_sets:
        for key, member in value.items():
            child = node.child(key)
            if child is not None and child.has_sets:
                yield from repeated(child, member, f"{path}.{key}" if path else key)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if value is None:
        return "null"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _type_error(node: Node, value: Any, path: str) -> FieldError | None:
    schema = node.schema
    wanted = [schema["type"]] if schema.get("type") else []
    if schema.get("x-kubernetes-int-or-string"):
        wanted = ["integer", "string"]
    found = _kind(value)
    if not wanted or found in wanted or (found == "integer" and "number" in wanted):
        return None
    if found == "null" and (schema.get("nullable") or node.preserves):
        return None
    text = f'{path} in body must be of type {",".join(wanted)}: "{found}"'
    return type_invalid(path or "<nil>", found, text)


def _is_valid(schema: dict[str, Any], value: Any, path: str) -> bool:
    return next(problems(Node(schema), value, path), None) is None


def _combinations(node: Node, value: Any, path: str) -> Iterator[FieldError]:
    schema = node.schema
    for sub in schema.get("allOf") or ():
        yield from problems(Node(sub), value, path)
    any_of = schema.get("anyOf")
    if any_of and not any(_is_valid(sub, value, path) for sub in any_of):
        yield _combined(path, "must validate at least one schema (anyOf)")
    one_of = schema.get("oneOf")
    if one_of:
        valid = sum(_is_valid(sub, value, path) for sub in one_of)
        if valid != 1:
            count = f"Found {valid} valid alternatives" if valid else "Found none valid"
            yield _combined(path, f"must validate one and only one schema (oneOf). {count}")
    if "not" in schema and _is_valid(schema["not"], value, path):
        yield _combined(path, "must not validate the schema (not)")


def _combined(path: str, text: str) -> FieldError:
    return invalid("<nil>", "", f'"{path}" {text}')


def _enumeration(schema: dict[str, Any], value: Any, path: str) -> Iterator[FieldError]:
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        yield not_supported(path, value, [str(choice) for choice in allowed])


def _text(schema: dict[str, Any], value: str, path: str) -> Iterator[FieldError]:
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    pattern = schema.get("pattern")
    if longest is not None and len(value) > longest:
        yield too_long(path, longest)
    elif shortest is not None and len(value) < shortest:
        yield invalid(path, value, f"{path} in body should be at least {shortest} chars long")
    elif pattern and not patterns.matches(pattern, value):
        yield invalid(path, value, f"{path} in body should match '{pattern}'")
    check = _FORMATS.get(str(schema.get("format")))
    if check is not None and not check(value):
        text = f'{path} in body must be of type {schema["format"]}: "{value}"'
        yield type_invalid(path, value, text)


def _number(schema: dict[str, Any], value: float, path: str) -> Iterator[FieldError]:
    if schema.get("multipleOf"):
        yield from _multiple(schema["multipleOf"], value, path)
    most, least = schema.get("maximum"), schema.get("minimum")
    if most is not None:
        strict = schema.get("exclusiveMaximum")
        if value > most or (strict and value == most):
            word = "less than" if strict else "less than or equal to"
            yield invalid(path, value, f"{path} in body should be {word} {most}")
    if least is not None:
        strict = schema.get("exclusiveMinimum")
        if value < least or (strict and value == least):
            word = "greater than" if strict else "greater than or equal to"
            yield invalid(path, value, f"{path} in body should be {word} {least}")


def _multiple(step: float, value: float, path: str) -> Iterator[FieldError]:
    if isinstance(value, int):
        step = int(step)  # for a whole number the server takes the step's whole part
    if step <= 0:
        text = f"factor MultipleOf declared for {path} must be positive: {step}"
        yield invalid(path, step, text)
    elif abs(value / step - round(value / step)) > 1e-9:
        yield invalid(path, value, f"{path} in body should be a multiple of {step}")


def _list(node: Node, value: list[Any], path: str, old: Any) -> Iterator[FieldError]:
    schema, count = node.schema, len(value)
    most, least = schema.get("maxItems"), schema.get("minItems")
    if most is not None and count > most:
        yield too_many(path, count, most)
    if least is not None and count < least:
        yield invalid(path, count, f"{path} in body should have at least {least} items")
    if node.items is not None:
        before = correlation.items(schema, value, old)
        for position, item in enumerate(value):
            yield from problems(node.items, item, f"{path}[{position}]", before[position])


def _duplicates(schema: dict[str, Any], value: list[Any], path: str) -> Iterator[FieldError]:
    kind = schema.get("x-kubernetes-list-type")
    if kind not in ("set", "map"):
        return
    keys = schema.get("x-kubernetes-list-map-keys") or ()
    seen: set[str] = set()
    for position, item in enumerate(value):
        shown = item
        if kind == "map" and isinstance(item, dict):
            shown = {key: item[key] for key in keys if key in item}
        mark = repr(shown)
        if mark in seen:
            yield duplicate(f"{path}[{position}]", shown)
        seen.add(mark)


def _missing(schema: dict[str, Any], value: dict[str, Any], prefix: str) -> Iterator[FieldError]:
    if schema.get("x-kubernetes-embedded-resource"):
        yield from (required(prefix + key) for key in _RESOURCE_FIELDS if not value.get(key))
    yield from (required(prefix + key) for key in schema.get("required") or () if key not in value)


def _object(node: Node, value: dict[str, Any], path: str, old: Any) -> Iterator[FieldError]:
    schema, count = node.schema, len(value)
    prefix = f"{path}." if path else ""
    most, least = schema.get("maxProperties"), schema.get("minProperties")
    if most is not None and count > most:
        yield too_many(path, count, most)
    if least is not None and count < least:
        yield invalid(path, count, f"{path} in body should have at least {least} properties")
    yield from _missing(schema, value, prefix)
    for key, member in value.items():
        if node.is_resource and key == "metadata":
            continue
        child = node.child(key)
        if child is not None:
            before = correlation.member(schema, old, key)
            yield from problems(child, member, prefix + key, before)


def _is_date_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_base64(value: str) -> bool:
    try:
        b64decode(value, validate=True)
    except ValueError:
        return False
    return True


def _is_uri(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme) or value.startswith("/")


def _is_date(value: str) -> bool:
    try:
        datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return False
    return True


_DURATION: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)?.*")
_FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "date-time": _is_date_time,
    "datetime": _is_date_time,
    "date": _is_date,
    "byte": _is_base64,
    "uri": _is_uri,
    "duration": lambda value: _DURATION.fullmatch(value) is not None,
    "uuid": lambda value: (
        re.fullmatch(r"(?i)[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", value) is not None
    ),
    "ipv4": lambda value: re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}", value) is not None,
}
