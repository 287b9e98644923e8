"""What can be expected of a run: one module a topic, all of them in one table."""

from collections.abc import Mapping
from typing import Final

from minieks.scenario.script.expecting import budgets, costs, events, nodes, pods, requests
from minieks.scenario.script.tables import Table

EXPECTATIONS: Final[Mapping[str, Table]] = {
    one.name: one
    for one in (
        pods.RUNNING,
        pods.REPLICAS,
        pods.PENDING,
        pods.READY,
        nodes.NODES,
        budgets.BUDGETS,
        costs.COST,
        events.EVENT,
        requests.DROPPED,
    )
}
"""The tables below ``[expect]``, by name; each may be there several times."""
