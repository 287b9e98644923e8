"""Holds back what clients are told until what they are told of is kept.

All that happens in one turn of the event loop is kept by one commit of each place; only then do the
answers and the events of watches go out. Without a place to keep things nothing is held back.
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
    """What is to be said in this turn of the event loop; ``keepers`` may come and go."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *keepers: Keeper) -> None:
        self._loop = loop
        self._keepers: dict[Keeper, None] = dict.fromkeys(keepers)
        self._waiting: list[Callable[[], None]] = []
        self._planned = False

    def keep(self, keeper: Keeper) -> None:
        """From now on also hold back what this one has not kept."""
        self._keepers[keeper] = None

    def forget(self, keeper: Keeper) -> None:
        """Hold nothing back for this one any more."""
        self._keepers.pop(keeper, None)

    def say(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` once all that has changed so far is kept: now, if it is."""
        if not (self._waiting or self._unsaved()):
            tell()
            return
        self._waiting.append(tell)
        self.plan()

    def plan(self) -> None:
        """Commit at the end of this turn what is not kept yet."""
        if self._planned:
            return
        if self._waiting or self._unsaved():
            self._planned = True
            self._loop.call_soon(self._end)

    def _unsaved(self) -> bool:
        return any(keeper.unsaved() for keeper in self._keepers)

    def _end(self) -> None:
        self._planned = False
        for keeper in self._keepers:
            if keeper.unsaved():
                keeper.commit()
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()
