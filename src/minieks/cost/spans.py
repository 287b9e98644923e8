"""Uses that are going on or have ended, by key: the note-book of the meters."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from minieks.cost.usage import Usage
from minieks.engine.clock import Micros

Use = TypeVar("Use", bound=Usage)


@dataclass(slots=True)
class Spans(Generic[Use]):
    """Every use in the order in which it began; at most one at a time is open for each key."""

    _all: list[Use]
    _open: dict[str, int]

    @classmethod
    def empty(cls) -> "Spans[Use]":
        """Nothing yet."""
        return cls([], {})

    def open(self, key: str) -> Use | None:
        """The use that goes on under this key."""
        index = self._open.get(key)
        return None if index is None else self._all[index]

    def begin(self, key: str, use: Use) -> None:
        """Note a use that begins; what went on under the key must have been closed."""
        self._open[key] = len(self._all)
        self._all.append(use)

    def close(self, key: str, at: Micros) -> None:
        """Note that the use under the key ended; nothing if none goes on."""
        index = self._open.pop(key, None)
        if index is not None:
            self._all[index] = replace(self._all[index], end=at)

    def amend(self, key: str, use: Use) -> None:
        """Replace what is noted of the use that goes on under the key; nothing if none does."""
        if key in self._open:
            self._all[self._open[key]] = use

    def all(self) -> list[Use]:
        """Every use, ended or not, in the order in which it began."""
        return list(self._all)
