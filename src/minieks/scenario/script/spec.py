"""What a scenario file says, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from minieks.engine.clock import Micros
from minieks.scenario.readers.inputs import Inputs
from minieks.scenario.script.facts import Expectation
from minieks.scenario.simulation import Simulation


class Action(Protocol):
    """Something that happens to the world."""

    def perform(self, stage: Simulation) -> str:
        """Do it; returns what was done, in a few words. UserError if it cannot be done."""


@dataclass(frozen=True, slots=True)
class Step:
    """An action at a moment; ``name`` is what the scenario file calls it."""

    at: Micros
    name: str
    action: Action


@dataclass(frozen=True, slots=True)
class Script:
    """A world, its run, and what is expected of it."""

    name: str
    about: str
    file: str
    inputs: Inputs
    start: Micros
    length: Micros
    seed: int
    steps: Sequence[Step] = ()
    expected: Sequence[Expectation] = ()

    @property
    def end(self) -> Micros:
        """When the run ends."""
        return self.start + self.length
