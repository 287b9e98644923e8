"""Holds back what clients are told until what they are told of is kept.

All that happens in one turn of the event loop is kept by one commit; only then do the answers and
the events of watches go out. Without a place to keep things nothing is held back.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Keeper(Protocol):
    """Where changes are kept."""

    def unsaved(self) -> bool:
        """Whether there are changes that a commit would keep."""

    def commit(self) -> None:
        """Keep all changes so far."""


class Turn:
    """What is to be said in this turn of the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, keeper: Keeper | None) -> None:
        self._loop = loop
        self._keeper = keeper
        self._waiting: list[Callable[[], None]] = []
        self._planned = False

    def say(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` once all that has changed so far is kept: now, if it is."""
        if self._keeper is None or not (self._waiting or self._keeper.unsaved()):
            tell()
            return
        self._waiting.append(tell)
        self.plan()

    def plan(self) -> None:
        """Commit at the end of this turn what is not kept yet."""
        if self._planned or self._keeper is None:
            return
        if self._waiting or self._keeper.unsaved():
            self._planned = True
            self._loop.call_soon(self._end)

    def _end(self) -> None:
        self._planned = False
        assert self._keeper is not None, "only then is an end planned"
        self._keeper.commit()
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()
