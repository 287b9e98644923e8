"""Which fields an applied object speaks of: the set that its manager will own.

Source: sigs.k8s.io/structured-merge-diff typed/tofieldset.go.
"""

from typing import Any

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.items import by_element
from minieks.kube.api.apply.paths import MEMBER, Fields
from minieks.kube.api.apply.types import Atom, ListType, MapType


def field_set(value: Any, atom: Atom) -> Fields:
    """Every leaf of the value, every item of a list and every key of a map."""
    return _node(value, atom) or {}


def _node(value: Any, atom: Atom) -> Fields | None:
    """The set at and below a value; None if it is empty."""
    one = atom.of(value)
    if one.map is not None:
        return _of_map(value, one.map)
    if one.scalar or one.list is None:
        return MEMBER
    return _of_list(value, one.list)


def _of_list(value: Any, of: ListType) -> Fields | None:
    if of.atomic:
        return MEMBER
    if not isinstance(value, list):
        return None
    found = {}
    for element, items in by_element(value, of).items():
        # Of items that stand there twice nothing more is told.
        node = _node(items[0], of.element) if len(items) == 1 else None
        found[element] = paths.as_member(node)
    return found or None


def _of_map(value: Any, of: MapType) -> Fields | None:
    if of.atomic:
        return MEMBER
    if not isinstance(value, dict):
        return None
    found = {}
    for key, member in value.items():
        child = of.child(key)
        node = _node(member, child) if child is not None else MEMBER
        if member is None or member == {} or key not in of.fields:
            node = paths.as_member(node)
        if node is not None:
            found[paths.field_element(key)] = node
    return found or None
