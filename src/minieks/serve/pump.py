"""Lets a cluster's time pass as the machine's does, in slices that leave room for clients.

The engine keeps its virtual time, and the pump leads it along the wall clock. So an event is always
run at the very moment for which it was planned, and if the machine cannot keep up, the cluster's
time goes slower instead of being skipped.
"""

import asyncio
import logging
from collections.abc import Callable
from math import inf
from time import monotonic

from minieks.engine.clock import SECOND, Micros, WallClock
from minieks.engine.engine import Engine

log = logging.getLogger("minieks.serve")

SLICE = 0.004
"""Seconds of work after which clients are looked at again."""
_LONGEST_WAIT = 3600.0
_MOST_BEHIND = 1.0
"""Seconds of the machine's time; a cluster that is further behind runs slower from then on."""


class _Standstill:
    """A clock for an engine whose time passes only when it is told to."""

    def __init__(self, engine: Engine) -> None:
        self.now = engine.now

    def seconds_until(self, moment: Micros) -> float:
        """None at all, or for ever."""
        return 0.0 if moment <= self.now() else inf


class Pump:
    """Runs one engine on the wall clock, ``speed`` times as fast, in the thread of a loop.

    At speed 0 its time stands still but for `advance`, and only what is due now is run. While
    something is ``under_way``, time jumps from event to event; else it goes as ``speed`` says.
    ``worked`` is called after each slice in which something was run.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        engine: Engine,
        speed: float,
        worked: Callable[[], None] | None = None,
        under_way: Callable[[], bool] = lambda: False,
    ) -> None:
        self._loop = loop
        self._engine = engine
        self._speed = speed
        self._worked = worked
        self._under_way = under_way
        self._wall = self._clock()
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._later_at: Micros = 0
        self._running = False

    def start(self) -> None:
        """Let time pass from now on."""
        self._wall = self._clock()
        self._running = True
        self._plan()

    def _clock(self) -> WallClock | _Standstill:
        now = self._engine.now()
        return WallClock(now, self._speed) if self._speed else _Standstill(self._engine)

    def stop(self) -> None:
        """Let time stand still."""
        self._running = False
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        self._soon = self._later = None

    def catch_up(self) -> None:
        """Make the cluster's time that of the wall, unless something is due before."""
        if not self._running:
            return
        target = self._wall.now()
        due = self._engine.next_due()
        if due is None or due > target:
            self._engine.clock.advance(target)

    def nudge(self) -> None:
        """Look again at what is due: a client has changed something."""
        due = self._engine.next_due()
        if due is None or not self._running or self._soon is not None:
            return
        if due <= self._engine.now() or self._under_way():
            self._soon = self._loop.call_soon(self._slice)
        elif self._later is None or due < self._later_at:
            self._plan()

    async def advance(self, to: Micros) -> None:
        """Let all happen that is due up to ``to``; clients are served meanwhile."""
        while self._run(to):
            self._told()
            await asyncio.sleep(0)
        self._told()
        self._wall = self._clock()
        self._plan()

    def _slice(self) -> None:
        self._soon = None
        if self._jump():
            return
        target = self._wall.now()
        before = self._engine.events_run
        self._run(target)
        if self._engine.events_run != before:
            self._told()
        self._forgive(target)
        if self._running:
            self._plan()

    def _jump(self) -> bool:
        """Run what is due, whenever that is, for one slice; whether anything was under way."""
        until, engine, jumped = monotonic() + SLICE, self._engine, False
        while monotonic() < until and self._under_way() and engine.next_due() is not None:
            self._step()
            jumped = True
        if jumped:
            self._told()
            self._wall = self._clock()
            self._plan()
        return jumped

    def _told(self) -> None:
        if self._worked is not None:
            self._worked()

    def _run(self, target: Micros) -> bool:
        """Run what is due until ``target``, for one slice; whether there is more."""
        until = monotonic() + SLICE
        engine = self._engine
        while (due := engine.next_due()) is not None and due <= target:
            self._step()
            if monotonic() >= until:
                return True
        engine.clock.advance(target)
        return False

    def _step(self) -> None:
        """Run the next event. One that fails is told of; all the others come as they would."""
        try:
            self._engine.step()
        except Exception:
            log.exception("what was due at %s failed", self._engine.now())

    def _forgive(self, target: Micros) -> None:
        """Give up what cannot be made good: the wall clock goes on from nearer."""
        most = int(_MOST_BEHIND * SECOND * self._speed)
        if target - self._engine.now() > most:
            self._wall = WallClock(self._engine.now() + most, self._speed)

    def _plan(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        due = self._engine.next_due()
        if due is None:
            return
        wait = 0.0 if self._under_way() else self._wall.seconds_until(due)
        if wait == inf:
            return
        if wait <= 0:
            self._soon = self._soon or self._loop.call_soon(self._slice)
            return
        self._later_at = due
        self._later = self._loop.call_later(min(wait, _LONGEST_WAIT), self._wake)

    def _wake(self) -> None:
        self._later = None
        if self._soon is None:
            self._slice()
