"""What a scenario file says, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from minieks.engine.clock import Micros
from minieks.scenario.readers.inputs import Inputs
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.readers.sources import Written
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
class Origin:
    """The text of a scenario file, and the manifests in the files that it names, by its paths."""

    written: Written
    sources: Mapping[str, tuple[SourcedObject, ...]] = field(default_factory=dict)


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
    origin: Origin | None = None
    """None if no scenario file says all of this, but the command line."""

    @property
    def end(self) -> Micros:
        """When the run ends."""
        return self.start + self.length
