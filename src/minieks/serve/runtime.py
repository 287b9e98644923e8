"""What everything shares that one process serves: one event loop, one engine, one way of keeping.

Clusters come and go while it runs; time passes for all of them alike.
"""

import asyncio
from urllib.parse import urlsplit

from minieks.engine.engine import Engine
from minieks.serve.pump import Pump
from minieks.serve.turn import Turn


class Runtime:
    """A running engine. ``speed`` is how many of its seconds pass in one of the machine's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, engine: Engine, speed: float) -> None:
        self.loop = loop
        self.engine = engine
        self.speed = speed
        self.turn = Turn(loop)
        self.pump = Pump(loop, engine, speed, self.turn.plan)
        self.aws_port = 0

    def is_aws(self, endpoint: str) -> bool:
        """Whether a URL is that of our AWS endpoint, under whatever name clients have for us."""
        try:
            return bool(self.aws_port) and urlsplit(endpoint).port == self.aws_port
        except ValueError:
            return False
