"""TaintToleration: taints keep pods away that do not tolerate them, or only repel them.

Source: kubernetes plugins/tainttoleration.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from minieks.kube.kinds import nodes, taints
from minieks.kube.scheduler.arrays import Bools, Ints, distinct
from minieks.kube.scheduler.framework import Check, Cycle, Status, Statuses, default_normalize
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.podinfo import Tolerance

Taints = tuple[Mapping[str, Any], ...]


class _TaintSets:
    """The distinct lists of taints, numbered, and the number of each node's."""

    def __init__(self, table: NodeTable) -> None:
        numbers: dict[str, int] = {}
        self.lists: list[Taints] = []
        self.of = np.zeros(table.size, dtype=np.int64)
        for slot, node in enumerate(table.nodes):
            found = () if node is None else tuple(nodes.taints(node))
            text = repr(found)
            if text not in numbers:
                numbers[text] = len(self.lists)
                self.lists.append(found)
            self.of[slot] = numbers[text]


def taint_sets(table: NodeTable) -> _TaintSets:
    """The taints of all nodes."""
    return table.remember("taints", lambda: _TaintSets(table))


def tolerated_nodes(table: NodeTable, tolerance: Tolerance) -> Bools:
    """The nodes that have no NoSchedule or NoExecute taint that keeps the pod away."""

    def work_out() -> Bools:
        sets = taint_sets(table)
        free = [taints.first_untolerated(tolerance.items, one) is None for one in sets.lists]
        return np.array(free, dtype=np.bool_)[sets.of]

    return table.remember(("tolerated", tolerance.key), work_out)


class TaintToleration:
    """Rejects nodes with untolerated taints; prefers those with few untolerated preferences."""

    name: Final = "TaintToleration"
    weight: Final = 3

    def prepare(self, cycle: Cycle) -> Check:
        """A check of hard taints."""
        passes = tolerated_nodes(cycle.state.nodes, cycle.info.spec.tolerance)
        return Check(lambda rows: passes[rows], lambda rejected: self._why(cycle, rejected))

    def _why(self, cycle: Cycle, rejected: Ints) -> Statuses:
        """Each taint in words, on the nodes whose first untolerated taint it is."""
        sets = taint_sets(cycle.state.nodes)
        numbers = sets.of[rejected]
        for number in distinct(numbers):
            taint = taints.first_untolerated(cycle.info.spec.tolerance.items, sets.lists[number])
            text = "node(s) had untolerated taint(s)"
            if not cycle.state.features.taints_in_one_count:
                found = taint or {}
                value = found.get("value") or ""
                text = f"node(s) had untolerated taint {{{found.get('key')}: {value}}}"
            yield Status((text,), True, self.name), numbers == number

    def score(self, cycle: Cycle, slots: Ints) -> Ints:
        """The fewer PreferNoSchedule taints are not tolerated, the better."""
        table, tolerance = cycle.state.nodes, cycle.info.spec.tolerance

        def work_out() -> Ints:
            sets = taint_sets(table)
            return np.array([_repelling(one, tolerance) for one in sets.lists])[sets.of]

        raw = table.remember(("repelling", tolerance.key), work_out)[slots]
        return default_normalize(raw, reverse=True)


def _repelling(found: Taints, tolerance: Tolerance) -> int:
    return sum(
        taint.get("effect") == "PreferNoSchedule" and not tolerance.covers_preference(taint)
        for taint in found
    )
