"""Time as clients feel it."""

from collections.abc import Callable
from typing import Any

from minieks.engine.engine import Engine


class EngineTimers:
    """The engine's own time, for a cluster whose clock only moves when it is told to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, seconds: float, action: Callable[[], Any]) -> Callable[[], None]:
        """Do ``action`` when the seconds have gone by; returns how to cancel it."""
        return self._engine.after(seconds, action).cancel
