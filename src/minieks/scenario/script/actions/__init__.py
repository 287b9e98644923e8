"""What can happen in a scenario: one module a topic, all of it in one table."""

from collections.abc import Mapping
from typing import Final

from minieks.scenario.script.actions import nodes, objects, troubles, upgrades
from minieks.scenario.script.tables import Table

ACTIONS: Final[Mapping[str, Table]] = {
    one.name: one
    for one in (
        objects.APPLY,
        objects.DELETE,
        objects.SCALE,
        objects.ROLL_OUT,
        objects.SET_IMAGE,
        nodes.CORDON,
        nodes.UNCORDON,
        nodes.DRAIN,
        upgrades.UPGRADE,
        troubles.SPOT_INTERRUPTION,
        troubles.INSTANCE_FAILURE,
        troubles.AZ_OUTAGE,
        troubles.CAPACITY_ERROR,
        troubles.QUOTA,
        troubles.FARGATE_PATCH,
    )
}
"""The actions that an entry of ``[[at]]`` may name."""
