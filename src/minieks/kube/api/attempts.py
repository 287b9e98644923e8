"""What a request keeps when it has to be run again, because a webhook must be called first.

The pipeline has no side effects before it stores, so a request can be run from its beginning with
the webhook's answer at hand. Only what chance and time give must be the same: uid, name, moment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Attempt:
    """The values that were given to a request by chance, in the order it asked for them."""

    def __init__(self) -> None:
        self._given: list[Any] = []
        self._next = 0

    @contextmanager
    def run(self) -> Iterator[None]:
        """One run of the request, from its beginning."""
        self._next = 0
        yield

    def once(self, make: Callable[[], T]) -> T:
        """The value of the first run, or a new one."""
        if self._next == len(self._given):
            self._given.append(make())
        self._next += 1
        found: T = self._given[self._next - 1]
        return found


class NoAttempt(Attempt):
    """Keeps nothing: for what is never run again as the same request."""

    def once(self, make: Callable[[], T]) -> T:
        """A new value each time."""
        return make()
