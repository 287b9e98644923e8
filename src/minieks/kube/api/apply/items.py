"""By what an item of a list is known.

Source: sigs.k8s.io/structured-merge-diff typed/helpers.go (listItemToPathElement).
"""

from collections.abc import Sequence
from typing import Any

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.types import ListType


class NoElement(ValueError):
    """An item that cannot be known: it is null, or has the wrong shape."""


def element_of(item: Any, of: ListType) -> str:
    """The path element of an item of a set or a map; raises NoElement."""
    if not of.keys:
        return _of_set(item)
    if item is None:
        raise NoElement("associative list with keys may not have a null element")
    if not isinstance(item, dict):
        raise NoElement("associative list with keys may not have non-map elements")
    return paths.key_element(keys_of(item, of))


def keys_of(item: dict[str, Any], of: ListType) -> dict[str, Any]:
    """The keys that an item has, with the defaults of those it does not say."""
    found = {}
    for key in of.keys:
        value = item.get(key, of.defaults.get(key))
        if value is not None or key in item:
            found[key] = value
    return found


def _of_set(item: Any) -> str:
    if isinstance(item, dict):
        raise NoElement("associative list without keys has an element that's a map type")
    if isinstance(item, list):
        raise NoElement("not supported: associative list with lists as elements")
    if item is None:
        raise NoElement("associative list without keys has an element that's an explicit null")
    return paths.value_element(item)


def by_element(items: Sequence[Any], of: ListType) -> dict[str, list[Any]]:
    """The items under their path elements, in order; what cannot be known is left out."""
    found: dict[str, list[Any]] = {}
    for item in items:
        try:
            found.setdefault(element_of(item, of), []).append(item)
        except NoElement:
            continue
    return found
