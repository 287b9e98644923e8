"""One of several worlds on one engine: it ends alone, and what it has planned ends with it."""

from collections.abc import Callable
from random import Random

from minieks.engine.clock import Micros
from minieks.engine.engine import Engine, Timer


class Part(Engine):
    """Has the time, the queue and the chance of a whole engine, until it is closed."""

    def __init__(self, whole: Engine) -> None:
        super().__init__(whole.clock, whole.seed)
        self._whole = whole
        self._closed = False

    @property
    def whole(self) -> Engine:
        """The engine that this is a part of."""
        return self._whole

    def close(self) -> None:
        """From now on nothing happens any more that this part has planned."""
        self._closed = True

    def at(self, when: Micros, action: Callable[[], object]) -> Timer:
        """As the whole engine's, while this part is open."""
        return self._whole.at(when, self._while_open(action))

    def soon(self, action: Callable[[], object]) -> Timer:
        """As the whole engine's, while this part is open."""
        return self._whole.soon(self._while_open(action))

    def _while_open(self, action: Callable[[], object]) -> Callable[[], object]:
        return lambda: None if self._closed else action()

    def random(self, stream: str) -> Random:
        """The whole engine's stream: no two parts draw the same."""
        return self._whole.random(stream)

    def next_due(self) -> Micros | None:
        """When the whole engine's next event is due."""
        return self._whole.next_due()

    def step(self) -> None:
        """Run the whole engine's next event."""
        self._whole.step()

    def run(self, until: Micros) -> None:
        """Run the whole engine."""
        self._whole.run(until)

    def settle(self) -> None:
        """Run all that is due in the whole engine at this very moment."""
        self._whole.settle()
