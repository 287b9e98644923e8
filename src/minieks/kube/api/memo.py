"""Results remembered by the identity of what they were computed from.

Objects are never changed once made, so the result for the very same dict is the same result. A
thousand pods of one template share the template's spec; what was found out about it is kept here.
The input is kept alive together with the result, so its identity cannot be reused meanwhile.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class IdentityMemo(Generic[T]):
    """At most ``size`` results; when full, the older half is forgotten."""

    __slots__ = ("_entries", "_size")

    def __init__(self, size: int = 4096) -> None:
        self._entries: dict[int, tuple[Any, T]] = {}
        self._size = size

    def get(self, source: Any) -> T | None:
        """The result for this very object, or None."""
        entry = self._entries.get(id(source))
        if entry is None or entry[0] is not source:
            return None
        return entry[1]

    def each(self, sources: Sequence[Any], make: Callable[[Any], T]) -> list[T]:
        """The results for these objects, in their order; ``make`` is asked for new ones."""
        known = self._entries
        found = [known.get(id(source)) for source in sources]
        return [
            self.put(source, make(source)) if entry is None or entry[0] is not source else entry[1]
            for source, entry in zip(sources, found, strict=True)
        ]

    def put(self, source: Any, result: T) -> T:
        """Remember the result for this very object; returns it."""
        if len(self._entries) >= self._size:
            for old in list(self._entries)[: self._size // 2]:
                del self._entries[old]
        self._entries[id(source)] = (source, result)
        return result
