"""The engine: one clock, one queue of what is due, and seeded randomness.

Events run in the order of (time, insertion). The engine has one thread; whatever runs in it runs
to its end before the next event. The same seed and the same calls give the same run.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

from minieks.engine.clock import Clock, Micros, VirtualClock, micros


class Timer:
    """A moment at which something will be done, unless it is cancelled before."""

    __slots__ = ("action", "when")

    def __init__(self, when: Micros, action: Callable[[], object]) -> None:
        self.when = when
        self.action: Callable[[], object] | None = action
        """What is still to be done; None afterwards."""

    def cancel(self) -> None:
        """Let the moment pass unused; no error if it has come already."""
        self.action = None

    def fire(self) -> None:
        """Do it, once."""
        action, self.action = self.action, None
        if action is not None:
            action()


class Engine:
    """Clock, event queue and randomness of one simulated world."""

    def __init__(self, clock: Clock | None = None, seed: int = 0) -> None:
        self.clock: Clock = clock or VirtualClock()
        self.now: Callable[[], Micros] = self.clock.now
        """Microseconds since the epoch; every loop asks for it, so it is the clock's own."""
        self.seed = seed
        self._due: list[tuple[Micros, int, Timer]] = []
        self._soon: deque[tuple[Micros, int, Timer]] = deque()
        self._order = 0
        self._streams: dict[str, Random] = {}
        self.events_run = 0

    def at(self, when: Micros, action: Callable[[], object]) -> Timer:
        """Do ``action`` at ``when``; a moment already past means as soon as possible."""
        timer = Timer(when, action)
        self._order += 1
        heappush(self._due, (when, self._order, timer))
        return timer

    def soon(self, action: Callable[[], object]) -> Timer:
        """Do ``action`` at this very moment, after what waits for this moment already.

        The same as `at` now; but what is due at once is always last in line, so that it needs no
        place in the order of what is due later.
        """
        when = self.now()
        timer = Timer(when, action)
        self._order += 1
        self._soon.append((when, self._order, timer))
        return timer

    def after(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do ``action`` when ``seconds`` have gone by."""
        return self.at(self.now() + micros(seconds), action)

    def random(self, stream: str) -> Random:
        """The stream of chance called ``stream``: its draws do not depend on other streams."""
        found = self._streams.get(stream)
        if found is None:
            found = self._streams[stream] = Random(f"{self.seed}/{stream}")
        return found

    def next_due(self) -> Micros | None:
        """When the next event is due; None if nothing waits."""
        if self._soon:
            return min(self._soon[0], self._due[0])[0] if self._due else self._soon[0][0]
        return self._due[0][0] if self._due else None

    def step(self) -> None:
        """Let the next event's moment come, and run it."""
        soon, due = self._soon, self._due
        if soon and not (due and due[0] < soon[0]):
            when, _, timer = soon.popleft()
        else:
            when, _, timer = heappop(due)
        self.clock.advance(when)
        self.events_run += 1
        timer.fire()

    def run(self, until: Micros) -> None:
        """Run all that is due up to and including ``until``, and arrive there."""
        soon, due, advance = self._soon, self._due, self.clock.advance
        while True:
            if soon and not (due and due[0] < soon[0]):
                timer = soon.popleft()[2]  # Its moment has come already.
            elif due and due[0][0] <= until:
                when, _, timer = heappop(due)
                advance(when)
            else:
                break
            self.events_run += 1
            action, timer.action = timer.action, None
            if action is not None:
                action()
        advance(until)

    def settle(self) -> None:
        """Run all that is due at this very moment."""
        while self._soon or (self._due and self._due[0][0] <= self.now()):
            self.step()
