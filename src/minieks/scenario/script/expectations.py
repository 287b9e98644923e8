"""The table ``[expect]`` of a scenario file."""

from typing import Any

from minieks.scenario.script.expecting import EXPECTATIONS
from minieks.scenario.script.facts import Expectation
from minieks.scenario.script.tables import unknown
from minieks.scenario.script.values import Spot


def read_expectations(spot: Spot, given: Any) -> tuple[Expectation, ...]:
    """Everything that is expected, in the file's order; UserError where it is wrong."""
    if not isinstance(given, dict):
        raise spot.error("expected a table", "write [expect], and what is expected below it")
    found: list[Expectation] = []
    for name, value in given.items():
        if name not in EXPECTATIONS:
            raise unknown(spot, name, EXPECTATIONS)
        own = spot.below(name)
        if isinstance(value, list):
            found += [EXPECTATIONS[name].read(own.below(i), one) for i, one in enumerate(value)]
        else:
            found.append(EXPECTATIONS[name].read(own, value))
    return tuple(found)
