"""Objects in the form in which the API server would encode them.

Nulls, unknown fields and empty values that Go leaves out are dropped, quantities are written in
their canonical text. What is in that form already is returned as it is, not copied, and what is
the very part of a stored object is not looked at again.
"""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.schema import SchemaSet, is_required, json_type, reference
from minieks.kube.api.zero_values import (
    PLAIN_BOOLEANS,
    PLAIN_NUMBERS,
    POINTER_STRINGS,
    WRITTEN_LISTS,
)
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

# From a value, and what is stored in its place if anything is, to its canonical form.
Normal: TypeAlias = Callable[[Any, Any], Any]

_DROPPED: Final = object()
_NOTHING: Final[Mapping[str, Any]] = {}
_QUANTITY: Final = "io.k8s.apimachinery.pkg.api.resource.Quantity"
# Pod specs are shared by the template and all its pods: what was done to one is remembered.
_SHARED: Final = frozenset({"io.k8s.api.core.v1.PodSpec"})


class Canonical:
    """The canonical form of every kind of one Kubernetes version."""

    def __init__(self, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._normals: dict[str, Normal] = {}

    def of(self, obj: Obj, stored: Obj | None = None) -> Obj:
        """The object in canonical form; a kind that is not known is left alone.

        Parts that are the very ones of the ``stored`` object are in that form already.
        """
        name = self._schemas.definition_name(str(obj.get("apiVersion")), str(obj.get("kind")))
        if name is None:
            return obj
        found: Obj = self._definition(name)(obj, stored)
        return found

    def _definition(self, name: str) -> Normal:
        known = self._normals.get(name)
        if known is not None:
            return known
        schema = self._schemas.definition(name)
        if name == _QUANTITY:
            normal: Normal = _canonical_quantity
        elif "properties" in schema:
            fields: dict[str, Normal] = {}
            normal = _struct(fields)
            if name in _SHARED:
                normal = _remembered(normal)
            # Registered before its fields are compiled: definitions refer to themselves.
            self._normals[name] = normal
            struct = name.rpartition(".")[2]
            for key, value in schema["properties"].items():
                fields[key] = self._field(f"{struct}.{key}", value, is_required(schema, key))
        else:
            normal = _as_is
        self._normals[name] = normal
        return normal

    def _field(self, name: str, schema: dict[str, Any], required: bool) -> Normal:
        normal = self._value(schema)
        if required or reference(schema) or _keeps_zero(name, json_type(schema)):
            return normal
        return _unless_empty(normal)

    def _value(self, schema: dict[str, Any]) -> Normal:
        target = reference(schema)
        if target:
            return self._by_reference(target)
        kind = json_type(schema)
        if kind == "array":
            return _list(self._value(schema["items"]))
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return _map(self._map_value(schema["additionalProperties"]))
        return _as_is

    def _map_value(self, schema: dict[str, Any]) -> Normal:
        # A ResourceList is rounded up to thousandths (SetDefaults_ResourceList).
        return _stored_quantity if reference(schema) == _QUANTITY else self._value(schema)

    def _by_reference(self, target: str) -> Normal:
        if target == _QUANTITY:
            return _canonical_quantity

        found: list[Normal] = []

        def apply(value: Any, stored: Any) -> Any:
            if not found:  # Looked up when it is met first: definitions refer to themselves.
                found.append(self._definition(target))
            return found[0](value, stored)

        return apply


def _keeps_zero(name: str, kind: str) -> bool:
    """Whether an optional field of this type is written though it is empty."""
    if kind == "string":
        return name in POINTER_STRINGS
    if kind in ("integer", "number"):
        return name not in PLAIN_NUMBERS
    if kind == "boolean":
        return name not in PLAIN_BOOLEANS
    if kind == "array":
        return name in WRITTEN_LISTS
    return kind != "object"


def _as_is(value: Any, stored: Any) -> Any:
    return value


def _if_any(value: Any, stored: Any) -> Any:
    return value or _DROPPED


def _canonical_quantity(value: Any, stored: Any) -> Any:
    return quantity.canonical(value)


def _stored_quantity(value: Any, stored: Any) -> Any:
    return quantity.stored(value)


def _unless_empty(normal: Normal) -> Normal:
    if normal is _as_is:
        return _if_any

    def apply(value: Any, stored: Any) -> Any:
        found = normal(value, stored)
        return found if found else _DROPPED

    return apply


def _remembered(normal: Normal) -> Normal:
    memo: IdentityMemo[Any] = IdentityMemo()

    def apply(value: Any, stored: Any) -> Any:
        known = memo.get(value)
        if known is not None:
            return known
        found = normal(value, stored)
        memo.put(found, found)
        return memo.put(value, found)

    return apply


def _struct(fields: dict[str, Normal]) -> Normal:
    def apply(value: Any, stored: Any) -> Any:
        changes: Obj = {}
        present = stored or _NOTHING
        for key, member in value.items():
            before = present.get(key)
            if member is before and member is not None:
                continue
            normal = fields.get(key)
            if normal is None or member is None:
                changes[key] = _DROPPED
                continue
            if normal is _as_is:
                continue
            kept = normal(member, before)
            if kept is not member:
                changes[key] = kept
        return _changed(value, changes) if changes else value

    return apply


def _changed(value: Obj, changes: Obj) -> Obj:
    merged = {**value, **changes}
    return {key: member for key, member in merged.items() if member is not _DROPPED}


def _list(item: Normal) -> Normal:
    if item is _as_is:
        return _as_is

    def apply(value: Any, stored: Any) -> Any:
        before = stored or ()
        kept = {id(member) for member in before}
        # What changed is mostly where it was, and so are the parts of it that did not.
        found = [
            member if member is None or id(member) in kept else item(member, here)
            for member, here in zip_longest(value, before[: len(value)])
        ]
        same = all(new is old for new, old in zip(found, value, strict=True))
        return value if same else found

    return apply


def _map(item: Normal) -> Normal:
    if item is _as_is:
        return _as_is

    def apply(value: Any, stored: Any) -> Any:
        found = {key: item(member, None) for key, member in value.items() if member is not None}
        same = len(found) == len(value) and all(found[key] is value[key] for key in found)
        return value if same else found

    return apply
