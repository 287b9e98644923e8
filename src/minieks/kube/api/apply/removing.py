"""Fields taken out of an object.

Source: sigs.k8s.io/structured-merge-diff typed/remove.go and fieldpath/set.go
(EnsureNamedFieldsAreMembers).
"""

from typing import Any

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.items import NoElement, element_of
from minieks.kube.api.apply.paths import Fields
from minieks.kube.api.apply.types import Atom, ListType, MapType


def without(value: Any, gone: Fields, atom: Atom | None) -> Any:
    """The value without the fields; a map or list of which nothing is left is empty.

    The library makes it null, which decoding to a Go type mends; a custom resource has no type.
    """
    if atom is None or not gone:
        return value
    one = atom.of(value)
    if isinstance(value, dict) and one.map is not None:
        return _map_without(value, gone, one.map)
    if isinstance(value, list) and one.list is not None:
        return _list_without(value, gone, one.list)
    return value


def _map_without(value: dict[str, Any], gone: Fields, of: MapType) -> dict[str, Any]:
    found = {}
    for key, member in value.items():
        node = gone.get(paths.field_element(key))
        if node is None:
            found[key] = member
        elif not paths.is_member(node):
            found[key] = without(member, node, of.child(key))
    return found


def _list_without(value: list[Any], gone: Fields, of: ListType) -> list[Any]:
    if of.atomic:
        return value
    found = []
    for item in value:
        node = gone.get(_element(item, of))
        if node is None:
            found.append(item)
        elif not paths.is_member(node):
            found.append(without(item, node, of.element))
    return found


def _element(item: Any, of: ListType) -> str:
    try:
        return element_of(item, of)
    except NoElement:
        return ""


def with_named(fields: Fields, atom: Atom | None) -> Fields:
    """The set with the fields of structs on the way to its members, which it does not name.

    A set that has ``spec.replicas`` has ``spec`` too; keys of maps and items of lists are not
    added.
    """
    found = {}
    for element, node in fields.items():
        if not node:
            found[element] = node
            continue
        inner = with_named(node, _below(element, atom))
        named = element.startswith("f:") and atom is not None and atom.map is not None
        if named and atom is not None and atom.map is not None and element[2:] in atom.map.fields:
            inner = paths.as_member(inner)
        found[element] = inner
    return found


def _below(element: str, atom: Atom | None) -> Atom | None:
    if atom is None or element == paths.SELF:
        return None
    if element.startswith("f:"):
        return atom.map.child(element[2:]) if atom.map is not None else None
    return atom.list.element if atom.list is not None else None
