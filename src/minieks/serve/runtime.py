"""What everything shares that one process serves: one event loop, one engine, one way of keeping.

Clusters come and go while it runs; time passes for all of them alike.
"""

import asyncio
from collections.abc import Callable
from math import inf

from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.serve.progress import Progress
from minieks.serve.pump import Pump
from minieks.serve.turn import Turn

MAX = inf
"""The speed at which nothing is waited for that only takes time."""


def _never() -> bool:
    return False


def _nothing() -> None:
    pass


class Runtime:
    """A running engine. ``speed`` is how many of its seconds pass in one of the machine's.

    At speed `MAX` time jumps while anything is under way, and else passes as the machine's.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, engine: Engine, speed: float) -> None:
        self.loop = loop
        self.engine = engine
        self.turn = Turn(loop)
        self.progress = Progress(engine.now) if speed == MAX else None
        under_way = self.progress.is_under_way if self.progress else _never
        paced = 1.0 if speed == MAX else speed
        self.pump = Pump(loop, engine, paced, self.turn.plan, under_way)

    def follow(self, *stores: Store) -> Callable[[], None]:
        """Let time jump for what is under way in these stores; returns how to leave them out."""
        return self.progress.watch(*stores) if self.progress else _nothing
