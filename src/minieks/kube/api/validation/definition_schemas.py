"""Validation of the structural schemas in CustomResourceDefinitions.

Source: kubernetes apiextensions-apiserver pkg/apiserver/schema/{structural,validation}.go.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.rules import checking
from minieks.kube.api.validation import definition_defaults, definition_rules
from minieks.kube.words.objects import Obj
from minieks.kube.words.regex import InvalidPattern, compiled

_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_LIST_TYPES: Final = ("atomic", "set", "map")


def problems(schema: Obj, path: str) -> Iterator[FieldError]:
    """The schema of one version of a kind: its form, then its defaults, and then its rules."""
    for check in (root, _defaults, definition_rules.problems):
        found = list(check(schema, path))
        yield from found
        if found:
            return


def _defaults(schema: Obj, path: str) -> Iterator[FieldError]:
    return definition_defaults.problems(schema, path, is_root=True)


def root(schema: Obj, path: str) -> Iterator[FieldError]:
    """The form of a schema."""
    yield from checking.texts(schema, path)
    type_ = schema.get("type", "")
    if not type_:
        yield required(f"{path}.type", "must not be empty at the root")
    elif type_ != "object":
        yield invalid(f"{path}.type", type_, "must be object at the root")
    meta = (schema.get("properties") or {}).get("metadata") or {}
    other = set(meta.get("properties") or {}) - {"name", "generateName"}
    if other or set(meta) - {"type", "properties", "description"}:
        text = (
            "must not specify anything other than name and generateName, "
            "but metadata is implicitly specified"
        )
        yield forbidden(f"{path}.properties[metadata]", text)
    for key, sub in sorted((schema.get("properties") or {}).items()):
        place = f"{path}.properties[{key}]"
        if key in ("apiVersion", "kind") and sub.get("type") != "string":
            yield invalid(f"{place}.type", sub.get("type", ""), "must be string")
        elif key != "metadata":
            yield from _structural(sub, place, "object fields")


def _structural(schema: Obj, path: str, place: str) -> Iterator[FieldError]:
    """One place of a schema below the root."""
    type_ = schema.get("type", "")
    free = schema.get("x-kubernetes-int-or-string") or schema.get(
        "x-kubernetes-preserve-unknown-fields"
    )
    if not type_ and not free:
        yield required(f"{path}.type", f"must not be empty for specified {place}")
    elif type_ and type_ not in _TYPES:
        yield not_supported(f"{path}.type", type_, _TYPES)
    if schema.get("uniqueItems"):
        text = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(f"{path}.uniqueItems", text)
    yield from checking.texts(schema, path)
    yield from _pattern(schema, path)
    yield from _list_type(schema, type_, path)
    yield from _children(schema, type_, path)


def _pattern(schema: Obj, path: str) -> Iterator[FieldError]:
    try:
        compiled(schema.get("pattern") or "")
    except InvalidPattern as error:
        text = f"must be a valid regular expression, but isn't: {error}"
        yield invalid(f"{path}.pattern", schema["pattern"], text)


def _list_type(schema: Obj, type_: str, path: str) -> Iterator[FieldError]:
    found = schema.get("x-kubernetes-list-type")
    if found is None:
        return
    if type_ != "array":
        text = "must be array if x-kubernetes-list-type is specified"
        yield invalid(f"{path}.type", type_, text)
    if found not in _LIST_TYPES:
        yield not_supported(f"{path}.x-kubernetes-list-type", found, _LIST_TYPES)
    if found == "map":
        yield from _map_keys(schema, path)


def _map_keys(schema: Obj, path: str) -> Iterator[FieldError]:
    keys, items = schema.get("x-kubernetes-list-map-keys") or [], schema.get("items") or {}
    if not keys:
        text = "must not be empty if x-kubernetes-list-type is map"
        yield required(f"{path}.x-kubernetes-list-map-keys", text)
        return
    properties = items.get("properties") or {}
    if not set(keys) <= set(properties):
        text = "entries must all be names of item properties"
        yield invalid(f"{path}.x-kubernetes-list-map-keys", keys, text)
        return
    for key in keys:
        if key not in (items.get("required") or ()) and "default" not in properties[key]:
            text = (
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be "
                "a required property"
            )
            yield required(f"{path}.items.properties[{key}].default", text)


def _children(schema: Obj, type_: str, path: str) -> Iterator[FieldError]:
    if type_ == "array" and schema.get("items") is None:
        yield required(f"{path}.items", "must be specified")
    extra, properties = schema.get("additionalProperties"), schema.get("properties")
    if properties and extra is not None:
        text = "additionalProperties and properties are mutual exclusive"
        yield forbidden(f"{path}.additionalProperties", text)
    for key, sub in sorted((properties or {}).items()):
        yield from _structural(sub, f"{path}.properties[{key}]", "object fields")
    if isinstance(schema.get("items"), dict):
        yield from _structural(schema["items"], f"{path}.items", "array items")
    if isinstance(extra, dict):
        yield from _structural(extra, f"{path}.additionalProperties", "object fields")
