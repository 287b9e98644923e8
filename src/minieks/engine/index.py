"""A secondary index of a collection: which of its records are found under which keys."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = dict[str, Any]
KeysOf: TypeAlias = Callable[[Value], Iterable[str]]


class Index:
    """Which records of a collection have a certain key, in the order they got it.

    ``decided_by`` are the aspects of a record that decide under which keys it is.
    """

    __slots__ = ("_told", "decided_by", "keys_of", "members")

    def __init__(self, keys_of: KeysOf, decided_by: int) -> None:
        self.keys_of = keys_of
        self.decided_by = decided_by
        self.members: dict[str, dict[str, None]] = {}
        self._told: dict[str, Callable[[], None]] = {}

    def holds_any(self, keys: Iterable[str]) -> bool:
        """Whether there is a record under any of the keys."""
        return any(key in self.members for key in keys)

    def tell(self, keys: Iterable[str], told: Callable[[], None]) -> None:
        """Call ``told`` when the first record comes under one of the keys, and the last goes."""
        self._told.update(dict.fromkeys(keys, told))

    def update(self, key: str, before: Value, after: Value) -> None:
        """Take note of a changed record; under keys that it keeps, it keeps its place."""
        old, new = tuple(self.keys_of(before)), tuple(self.keys_of(after))
        if old == new:
            return
        for gone in old:
            if gone not in new:
                self._drop(gone, key)
        for came in new:
            self._put(came, key)

    def add(self, key: str, value: Value) -> None:
        """Take in a new record."""
        for came in self.keys_of(value):
            self._put(came, key)

    def discard(self, key: str, value: Value) -> None:
        """Leave out a record that is gone; ``value`` is what it was."""
        for gone in self.keys_of(value):
            self._drop(gone, key)

    def _put(self, index_key: str, key: str) -> None:
        members = self.members.get(index_key)
        if members is not None:
            members[key] = None
            return
        self.members[index_key] = {key: None}
        if index_key in self._told:
            self._told[index_key]()

    def _drop(self, index_key: str, key: str) -> None:
        members = self.members[index_key]
        members.pop(key, None)
        if members:
            return
        del self.members[index_key]
        if index_key in self._told:
            self._told[index_key]()


class Indexed(NamedTuple):
    """The records of a collection that an index has under any of some keys."""

    collection: str
    name: str
    keys: tuple[str, ...]
