"""Control loops: a reconcile function from key to Result, and the runner that calls it.

The runner owns the work queue: a key waits in it at most once, is retried with exponential
back-off when its reconcile fails, and comes again after the time that its reconcile asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

from minieks.engine.clock import micros
from minieks.engine.engine import Engine, Timer
from minieks.engine.errors import EngineError
from minieks.engine.index import Indexed
from minieks.engine.store import EVERYTHING, Aspects, Change, Store


class Later(NamedTuple):
    """A key that a change wakes only after some seconds, together with what comes until then."""

    key: str
    seconds: float


Wakes: TypeAlias = Callable[[Change], Iterable[str | Later]]


@dataclass(frozen=True, slots=True)
class Minding:
    """A ``Wakes`` that is only asked about changes that touch something of what it minds.

    With ``only_with`` it is not asked either while that collection, or index of one, has nothing;
    with ``of``, only about values of those kinds, as far as aspects tell kinds apart.
    """

    wakes: Wakes
    minded: Aspects
    only_with: str | Indexed = ""
    of: Aspects = EVERYTHING

    def __call__(self, change: Change) -> Iterable[str | Later]:
        """The keys to wake, as the function says that is wrapped."""
        return self.wakes(change)


class Result(NamedTuple):
    """What a reconcile asks for next; errors are raised, never returned.

    ``settled`` says that what this reconcile itself wrote needs no second look at the same key.
    """

    again_after: float | None = None
    settled: bool = False


SETTLED = Result(settled=True)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before a failed key is tried again: ``base`` doubled per failure, at most ``limit``.

    The defaults are client-go's DefaultControllerRateLimiter.
    """

    base: float = 0.005
    limit: float = 1000.0

    def seconds(self, failures: int) -> float:
        """The wait after so many failures in a row (from 1)."""
        return float(min(self.limit, self.base * 2 ** min(failures - 1, 60)))


class Loop(Protocol):
    """One control loop: level-based and idempotent, never asks which event woke it."""

    name: str

    def watches(self) -> Mapping[str, Wakes]:
        """Per collection, which keys a change wakes; ``*`` stands for all collections."""

    def reconcile(self, key: str) -> Result | None:
        """Read the world, write the difference; raises EngineError to be retried."""


class Runner:
    """Runs one loop on an engine."""

    def __init__(self, engine: Engine, loop: Loop, backoff: Backoff | None = None) -> None:
        self.engine = engine
        self.loop = loop
        self._backoff = backoff or Backoff()
        self._pending: dict[str, Timer] = {}
        self._failures: dict[str, int] = {}
        self._later: dict[str, Timer] = {}

    def attach(self, store: Store) -> None:
        """Wake keys by the changes of ``store``."""
        for collection, wakes in self.loop.watches().items():
            asked = wakes if isinstance(wakes, Minding) else Minding(wakes, EVERYTHING)
            watched = None if collection == "*" else collection
            waker = self._waker(asked.wakes)
            store.subscribe(watched, waker, asked.minded, asked.only_with, asked.of)

    def _waker(self, wakes: Wakes) -> Callable[[Change], None]:
        pending, run, soon = self._pending, self._run, self.engine.soon

        def on_change(change: Change) -> None:
            for key in wakes(change):
                if isinstance(key, Later):
                    self.wake_after(key.key, key.seconds)
                elif key not in pending:
                    pending[key] = soon(partial(run, key))

        return on_change

    def wake(self, key: str) -> None:
        """Reconcile ``key`` soon, once however often it is woken before that."""
        if key not in self._pending:
            self._pending[key] = self.engine.soon(partial(self._run, key))

    def wake_after(self, key: str, seconds: float) -> None:
        """Reconcile ``key`` in ``seconds``, or earlier if that is planned already."""
        when = self.engine.now() + micros(seconds)
        planned = self._later.get(key)
        if planned is not None:
            if planned.when <= when:
                return
            planned.cancel()
        self._later[key] = self.engine.at(when, lambda: self._come_back(key))

    def _come_back(self, key: str) -> None:
        del self._later[key]
        self.wake(key)

    def _run(self, key: str) -> None:
        del self._pending[key]
        try:
            result = self.loop.reconcile(key)
        except EngineError:
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            self.wake_after(key, self._backoff.seconds(failures))
            return
        self._failures.pop(key, None)
        if result is None:
            return
        if result.settled and key in self._pending:
            # Nobody else has run meanwhile: it was woken by its own writes.
            self._pending.pop(key).cancel()
        if result.again_after is not None:
            self.wake_after(key, result.again_after)
