"""Replays a recorded case: does its steps and says where the outcome differs."""

from collections.abc import Iterator

from golden.controllers.comparing import Phase, differences
from golden.controllers.entries import Entries
from golden.controllers.names import Names
from golden.controllers.observing import Observer
from golden.controllers.renaming import renamed, renamings
from golden.controllers.states import States
from golden.controllers.steps import Steps
from golden.controllers.world import World
from golden.outcome import Difference, Json

_CASE = {"case", "family", "program", "about", "inputs", "expected"}
# Nobody knows at what second of the controllers' rounds (5, 15 and 20 s) and of the heartbeats
# (8 s) a case was recorded; in 40 s every combination of rounds of 5 and 8 s comes once.
_SECONDS = range(40)


def replay(case: Json) -> Iterator[list[Difference]]:
    """Phase by phase, what differs from the record.

    The record is of one of many possible runs: at another second, with other names for pods that
    are alike. One that agrees in everything is looked for; else the first stands.
    """
    if unknown := case.keys() - _CASE:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    first: list[list[Difference]] | None = None
    for second in _SECONDS if _takes_time(case) else (0,):
        phases = Run(case, second).phases()
        for names in renamings(case, phases):
            found = differences(case, renamed(phases, names))
            if not any(found):
                return iter(found)
            first = first or found
    return iter(first or [])


def _takes_time(case: Json) -> bool:
    steps = [step for phase in case["inputs"]["phases"] for step in phase]
    return any(step["do"] == "wait" for step in steps)


class Run:
    """One case in a world of its own, so many seconds into the rounds of the controllers."""

    def __init__(self, case: Json, second: int) -> None:
        self._case = case
        self._world = World(second)
        names = Names()
        entries = Entries(names, case["family"])
        self._observer = Observer(self._world, names, entries, case["family"])
        self._states = States(self._world.api, names, entries)
        self._steps = Steps(self._world, names)

    def phases(self) -> list[Phase]:
        """What happened in each phase."""
        inputs, expected = (self._case[side]["phases"] for side in ("inputs", "expected"))
        return [self._phase(*both) for both in zip(inputs, expected, strict=True)]

    def _phase(self, steps: list[Json], expected: Json) -> Phase:
        self._observer.begin()
        start = self._world.engine.now()
        answers = list(self._steps.do(steps, expected))
        self._world.settle()
        return Phase(
            start=start,
            answers=answers,
            changes=self._observer.changes,
            events=self._observer.events,
            state=self._states.read(),
        )
