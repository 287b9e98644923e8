"""The list ``[[at]]`` of a scenario file: what happens when."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.script.actions import ACTIONS
from minieks.scenario.script.actions.objects import Apply
from minieks.scenario.script.spec import Step
from minieks.scenario.script.tables import Field, read_fields, unknown
from minieks.scenario.script.values import LENGTH, MOMENT, Spot

MOST_STEPS: Final = 10_000
TIMES: Final = (
    Field("time", MOMENT, "when it happens", required=True),
    Field("every", LENGTH, "again and again, so long after each other"),
    Field("until", MOMENT, "until when it happens again; by default until the end"),
)
"""The fields of an entry of ``[[at]]`` beside its actions."""


def read_steps(spot: Spot, given: Any) -> tuple[Step, ...]:
    """The steps, those of the same moment as they stand; UserError where one is wrong."""
    entries = given if isinstance(given, list) else [given]
    # Others may be about what one of them applies.
    first = sorted(range(len(entries)), key=lambda index: "apply" not in entries[index])
    read = {index: list(_entry(spot.below(index), entries[index])) for index in first}
    steps = [step for index in range(len(entries)) for step in read[index]]
    if len(steps) > MOST_STEPS:
        raise spot.error(f"{len(steps):,} steps are too many", f"at most {MOST_STEPS:,} are played")
    return tuple(sorted(steps, key=lambda step: step.at))


def applied_by(steps: Iterable[Step]) -> Iterator[SourcedObject]:
    """The objects that steps apply."""
    for step in steps:
        if isinstance(step.action, Apply):
            yield from step.action.manifests


def _entry(spot: Spot, given: Any) -> Iterator[Step]:
    if not isinstance(given, dict):
        raise spot.error("expected a table", 'write [[at]], and below it time = "10m"')
    when = {one.name: given[one.name] for one in TIMES if one.name in given}
    times = read_fields(spot, when, TIMES)
    actions = {name: value for name, value in given.items() if name not in when}
    if not actions:
        raise spot.error("nothing happens", f"name an action: {', '.join(ACTIONS)}")
    moments = list(_moments(spot, times))
    for name, value in actions.items():
        if name not in ACTIONS:
            raise unknown(spot, name, ACTIONS)
        action = ACTIONS[name].read(spot.below(name), value)
        yield from (Step(at, name, action) for at in moments)


def _moments(spot: Spot, times: Mapping[str, Micros]) -> Iterator[Micros]:
    at, every = times["time"], times.get("every")
    if every is None:
        if "until" in times:
            raise spot.below("until").error("says nothing without every", 'add every = "1h"')
        yield at
        return
    until = times.get("until", spot.reading.ends)
    if (until - at) // every > MOST_STEPS:
        raise spot.below("every").error("happens too often", f"at most {MOST_STEPS:,} times")
    yield from range(at, until + 1, every)
