"""Which old value belongs to a new one, between two versions of an object.

Source: kubernetes apiserver pkg/cel/common/equality.go, apiextensions-apiserver
pkg/apiserver/schema/cel/maplist.go.
"""

from typing import Any, Final

from minieks.kube.words.objects import Obj

NOTHING: Final = object()
"""There is no old value, or it cannot be told which one it is."""


def member(schema: Obj, old: Any, key: str) -> Any:
    """The old value of a member of a map or an object."""
    if schema.get("x-kubernetes-map-type") == "atomic" or not isinstance(old, dict):
        return NOTHING
    return old.get(key, NOTHING)


def items(schema: Obj, new: list[Any], old: Any) -> list[Any]:
    """For each new item of a list the old one: only lists of type map tell which it is."""
    keys = schema.get("x-kubernetes-list-map-keys") or ()
    if schema.get("x-kubernetes-list-type") != "map" or not isinstance(old, list):
        return [NOTHING] * len(new)
    before = {_identity(item, keys): item for item in old if isinstance(item, dict)}
    return [
        before.get(_identity(item, keys), NOTHING) if isinstance(item, dict) else NOTHING
        for item in new
    ]


def _identity(item: Obj, keys: Any) -> tuple[str, ...]:
    return tuple(repr(item.get(key)) for key in keys)
