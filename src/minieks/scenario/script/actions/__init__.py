"""What can happen in a scenario: one module a topic, all of it in one table."""

from collections.abc import Mapping
from typing import Final

from minieks.scenario.script.actions import objects
from minieks.scenario.script.tables import Table

ACTIONS: Final[Mapping[str, Table]] = {
    one.name: one
    for one in (
        objects.APPLY,
        objects.DELETE,
        objects.SCALE,
        objects.ROLL_OUT,
        objects.SET_IMAGE,
    )
}
"""The actions that an entry of ``[[at]]`` may name."""
