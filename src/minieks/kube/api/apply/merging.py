"""An applied object merged into the stored one.

Source: sigs.k8s.io/structured-merge-diff typed/merge.go.
"""

from typing import Any

from minieks.kube.api.apply.items import NoElement, element_of
from minieks.kube.api.apply.types import Atom, ListType, MapType


def merged(live: Any, config: Any, atom: Atom | None) -> Any:
    """The live value with what the applied one says; both are given, though they may be null."""
    if atom is None or live is config:
        return config
    one = atom.of(config if config is not None else live)
    if one.map is not None:
        return _maps(live, config, one.map)
    if one.list is not None and not one.scalar:
        return _lists(live, config, one.list)
    return config


def _maps(live: Any, config: Any, of: MapType) -> Any:
    if of.atomic or not isinstance(live, dict) or (not live and not config):
        return config
    found = dict(live)
    for key, value in (config or {}).items():
        found[key] = merged(live[key], value, of.child(key)) if key in live else value
    return found


def _lists(live: Any, config: Any, of: ListType) -> Any:
    if of.atomic or not isinstance(live, list) or (not live and not config):
        return config
    if not config:
        return live
    return _Interleaving(live, config, of).items()


class _Interleaving:
    """Two lists of items known by key, made one: in the order of the applied one.

    What only the live list has stays where it was among its neighbours. Of an item that stands
    twice in the live list nothing is merged: the applied one takes its place.
    """

    def __init__(self, live: list[Any], config: list[Any], of: ListType) -> None:
        self._of = of
        self._left = [(_element(item, of), item) for item in live]
        self._right = [(_element(item, of), item) for item in config]
        self._live: dict[str, Any] = {}
        for element, item in self._left:
            self._live[element] = None if element in self._live else item
        self._applied = dict(self._right)
        self._shared = [element for element, _ in self._right if element in self._live]
        self._done: set[str] = set()
        self._out: list[Any] = []

    def items(self) -> list[Any]:
        """The merged list."""
        left, right = 0, 0
        while left < len(self._left) or right < len(self._right):
            goes_on, takes = self._step(left, right)
            left += goes_on
            if takes and right < len(self._right):
                self._take(right)
                right += 1
        return self._out

    def _step(self, left: int, right: int) -> tuple[bool, bool]:
        """Whether the live item is done with, and whether the next applied one is taken."""
        if left == len(self._left):
            return False, True
        element, item = self._left[left]
        if right < len(self._right):
            if element == self._right[right][0]:
                return True, True
            if element in self._applied and self._shared and self._shared[0] != element:
                # It will come, but another one that both lists have comes before it.
                return True, False
        if element not in self._applied:
            self._out.append(item)
            return True, False
        return element in self._done, True

    def _take(self, right: int) -> None:
        element, item = self._right[right]
        self._done.add(element)
        if self._shared and self._shared[0] == element:
            self._shared.pop(0)
        before = self._live.get(element)
        self._out.append(item if before is None else merged(before, item, self._of.element))


def _element(item: Any, of: ListType) -> str:
    """The path element; what cannot be known is known by being nothing else."""
    try:
        return element_of(item, of)
    except NoElement:
        return f"?{id(item)}"
