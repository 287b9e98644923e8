"""What differs between two versions of an object, as sets of fields.

Source: sigs.k8s.io/structured-merge-diff typed/compare.go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.items import by_element
from minieks.kube.api.apply.paths import MEMBER, Fields
from minieks.kube.api.apply.types import Atom, ListType, MapType


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fields that only the new version has, that differ, that only the old one has."""

    added: Fields
    modified: Fields
    removed: Fields

    def without(self, ignored: Fields) -> "Comparison":
        """The comparison without the ignored fields and all below them."""
        return Comparison(
            paths.without_below(self.added, ignored),
            paths.without_below(self.modified, ignored),
            paths.without_below(self.removed, ignored),
        )


_Nodes: TypeAlias = tuple[Fields | None, Fields | None, Fields | None]
_SAME: _Nodes = (None, None, None)
_DIFFERS: _Nodes = (None, MEMBER, None)


def compare(old: Any, new: Any, atom: Atom) -> Comparison:
    """How the new version differs from the old one."""
    added, modified, removed = _compared(old, new, atom)
    return Comparison(added or {}, modified or {}, removed or {})


def whole(value: Any, atom: Atom | None) -> Fields:
    """The set of a value that is all new or all gone: it and everything in it."""
    if atom is None or not value:
        return MEMBER
    one = atom.of(value)
    if one.map is not None and isinstance(value, dict):
        return MEMBER if one.map.atomic else _whole_map(value, one.map)
    if one.list is not None and isinstance(value, list):
        return MEMBER if one.list.atomic else _whole_list(value, one.list)
    return MEMBER


def _whole_map(value: dict[str, Any], of: MapType) -> Fields:
    found = {paths.SELF: MEMBER}
    for key, member in value.items():
        found[paths.field_element(key)] = whole(member, of.child(key))
    return found


def _whole_list(value: list[Any], of: ListType) -> Fields:
    found = {paths.SELF: MEMBER}
    for element, items in by_element(value, of).items():
        found[element] = whole(items[0], of.element) if len(items) == 1 else MEMBER
    return found


def _compared(old: Any, new: Any, atom: Atom | None) -> _Nodes:
    if old is new:
        return _SAME
    if atom is None:
        return _SAME if old == new else _DIFFERS
    before, after = atom.of(old), atom.of(new)
    if old is not None and new is not None and _form(before) is not _form(after):
        return _of_other_form(old, new, atom)
    one = after if old is None else before
    if one.map is not None:
        return _of_values(old, new, one.map, _of_maps)
    if one.list is not None and not one.scalar:
        return _of_values(old, new, one.list, _of_lists)
    return _SAME if old == new else _DIFFERS


def _form(atom: Atom) -> Any:
    return atom.map or atom.list or atom.scalar


def _of_other_form(old: Any, new: Any, atom: Atom) -> _Nodes:
    """A map has become a scalar, say: it is modified, and what was in it is gone."""
    return paths.below(whole(new, atom)), MEMBER, paths.below(whole(old, atom))


def _of_values(old: Any, new: Any, of: Any, parts: Callable[[Any, Any, Any], _Nodes]) -> _Nodes:
    # Two empty ones are leaves, so that null and empty are told apart.
    if of.atomic or (not old and not new):
        return _SAME if old == new else _DIFFERS
    return parts(old or {}, new or {}, of)


def _of_maps(old: dict[str, Any], new: dict[str, Any], of: MapType) -> _Nodes:
    changes = _Changes()
    for key, value in new.items():
        if key not in old:
            changes.added[paths.field_element(key)] = whole(value, of.child(key))
        elif old[key] is not value:
            changes.put(paths.field_element(key), _compared(old[key], value, of.child(key)))
    for key, value in old.items():
        if key not in new:
            changes.removed[paths.field_element(key)] = whole(value, of.child(key))
    return changes.nodes()


def _of_lists(old: Any, new: Any, of: ListType) -> _Nodes:
    changes = _Changes()
    before, after = by_element(old, of), by_element(new, of)
    for element, items in after.items():
        known = before.get(element)
        if known is None:
            changes.added[element] = whole(items[0], of.element) if len(items) == 1 else MEMBER
        elif len(items) == 1 == len(known):
            changes.put(element, _compared(known[0], items[0], of.element))
        elif items != known:
            changes.modified[element] = MEMBER
    for element, items in before.items():
        if element not in after:
            changes.removed[element] = whole(items[0], of.element) if len(items) == 1 else MEMBER
    return changes.nodes()


class _Changes:
    """The three sets of one level while they are gathered."""

    __slots__ = ("added", "modified", "removed")

    def __init__(self) -> None:
        self.added: Fields = {}
        self.modified: Fields = {}
        self.removed: Fields = {}

    def put(self, element: str, nodes: _Nodes) -> None:
        """Note what differs under an element."""
        added, modified, removed = nodes
        if added is not None:
            self.added[element] = added
        if modified is not None:
            self.modified[element] = modified
        if removed is not None:
            self.removed[element] = removed

    def nodes(self) -> _Nodes:
        """The three sets; None for an empty one."""
        return self.added or None, self.modified or None, self.removed or None
