"""What is known of a run once it is over: what expectations are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from minieks.engine.clock import Micros
from minieks.scenario.script.seen import Seen
from minieks.scenario.simulation import Simulation


class Miss(NamedTuple):
    """An expectation that did not hold: what was found, when, and whom it concerns."""

    found: str
    at: Micros | None = None
    """The moment around which to look for the reason."""
    about: Sequence[str] = ()
    """The workloads concerned, as the timeline of a run writes them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A run that is over; ``seen`` are the events that expectations asked for."""

    simulation: Simulation
    seen: Seen

    @property
    def start(self) -> Micros:
        """When the run began."""
        return self.simulation.start

    @property
    def end(self) -> Micros:
        """When the run ended."""
        return self.simulation.engine.now()


class Expectation(Protocol):
    """Something that is expected of a run."""

    @property
    def wording(self) -> str:
        """What is expected, in a few words."""

    def misses(self, facts: Facts) -> list[Miss]:
        """Where it did not hold; empty if it did."""
