"""What the creator of an object owns: what each part of the object says of its fields.

Nobody owned anything before, so the parts do not depend on each other, and what was found of one is
found of it again: of the very same spec, and of metadata with the same keys. Many objects of one
client differ in little more than their names.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from minieks.kube.api.apply.paths import Fields
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words.objects import Obj

# From an object with one of its parts to the fields that its creator owns, in order.
OwnedOf: TypeAlias = Callable[[Obj], Fields]

_MOST_SHAPES: Final = 1024
_MAPS: Final = ("labels", "annotations")


class Creating:
    """The fields that the creators of objects of one kind own."""

    def __init__(self, owned: OwnedOf) -> None:
        self._owned = owned
        self._specs: IdentityMemo[Fields] = IdentityMemo()
        self._metadata: dict[tuple[Any, ...], Fields] = {}

    def fields(self, obj: Obj) -> Fields:
        """The fields of a new object, in the order in which the server writes them."""
        found: Fields = {}
        for key in sorted(obj):
            if key == "metadata":
                found.update(self._of_metadata(obj))
            elif key == "spec":
                found.update(self._of_spec(obj))
            elif key not in ("apiVersion", "kind"):
                found.update(self._part(obj, key))
        return found

    def _part(self, obj: Obj, key: str) -> Fields:
        return self._owned({"apiVersion": obj["apiVersion"], "kind": obj["kind"], key: obj[key]})

    def _of_spec(self, obj: Obj) -> Fields:
        spec = obj["spec"]
        known = self._specs.get(spec)
        return self._specs.put(spec, self._part(obj, "spec")) if known is None else known

    def _of_metadata(self, obj: Obj) -> Fields:
        shape = _shape(obj["metadata"])
        if shape is None:
            return self._part(obj, "metadata")
        known = self._metadata.get(shape)
        if known is None:
            if len(self._metadata) >= _MOST_SHAPES:
                self._metadata.clear()
            known = self._metadata[shape] = self._part(obj, "metadata")
        return known


def _shape(meta: Obj) -> tuple[Any, ...] | None:
    """All that matters of metadata: its keys; None where a list's items matter, too."""
    found: list[Any] = []
    for key, value in meta.items():
        if key in _MAPS and isinstance(value, dict):
            found.append((key, *value))
        elif isinstance(value, (dict, list)):
            return None
        else:
            found.append(key)
    return tuple(found)
