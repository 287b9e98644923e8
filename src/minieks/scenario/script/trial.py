"""A scenario is played, and judged."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from minieks.cluster import Observer
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.scenario.script.expecting.events import EventSeen
from minieks.scenario.script.facts import Expectation, Facts, Miss
from minieks.scenario.script.seen import Seen
from minieks.scenario.script.spec import Script, Step
from minieks.scenario.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Verdict:
    """An expectation in words, and where it did not hold."""

    expected: str
    misses: tuple[Miss, ...] = ()


class Trial:
    """One scenario in a simulation: play it, then ask for the verdicts."""

    def __init__(
        self, script: Script, observer: Observer | None = None, events: Path | None = None
    ) -> None:
        self.script = script
        self.simulation = Simulation(script.inputs, script.start, script.seed, observer, events)
        wanted = [one.wanted for one in script.expected if isinstance(one, EventSeen)]
        self._seen = Seen(wanted)
        self._trouble: list[Verdict] = []

    def play(
        self, progress: Callable[[float], None] | None = None, until: Micros | None = None
    ) -> None:
        """Let the cluster settle, apply the manifests, and let everything happen.

        ``until`` ends the run before its time.
        """
        simulation = self.simulation
        if simulation.api.events.wanted is not None:
            simulation.api.events.wanted = self._seen.is_wanted
        simulation.settle()
        self._seen.watch(simulation.engine, simulation.api.store)
        simulation.apply(self.script.inputs.objects)
        for step in self.script.steps:
            simulation.engine.at(step.at, partial(self._perform, step))
        simulation.run(self.script.end if until is None else until, progress)

    def _perform(self, step: Step) -> None:
        try:
            text = step.action.perform(self.simulation)
        except UserError as error:
            text = f"{error.message} ({error.hint})" if error.hint else error.message
            miss = Miss(text, step.at)
            self._trouble.append(Verdict(f"step {step.name} can be done", (miss,)))
            return
        self.simulation.moments.step(step.name, text)

    def verdicts(self) -> list[Verdict]:
        """What came of each expectation; what could not be done or applied, first."""
        refused = [
            Miss(f"{one.where}: {one.object}: {one.message}", self.simulation.start)
            for one in self.simulation.applied.refused
        ]
        accepted = [Verdict("every object is accepted", tuple(refused))] if refused else []
        return [*accepted, *self.judged()]

    def judged(self) -> list[Verdict]:
        """The same, without what was not accepted, of which a report tells in its own place."""
        facts = Facts(self.simulation, self._seen)
        return [*self._trouble, *(_judge(one, facts) for one in self.script.expected)]


def _judge(expectation: Expectation, facts: Facts) -> Verdict:
    return Verdict(expectation.wording, tuple(expectation.misses(facts)))
