"""TaintToleration: taints keep pods away that do not tolerate them, or only repel them.

Source: kubernetes plugins/tainttoleration.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from minieks.kube.kinds import taints
from minieks.kube.scheduler.arrays import Bools, Ints, distinct
from minieks.kube.scheduler.framework import Check, Cycle, Status, Statuses, default_normalize
from minieks.kube.scheduler.nodetable import NodeTable, Taints
from minieks.kube.scheduler.podinfo import Tolerance


def tolerated_nodes(table: NodeTable, tolerance: Tolerance) -> Bools:
    """The nodes that have no NoSchedule or NoExecute taint that keeps the pod away."""

    def work_out() -> Bools:
        free = _each_list(table, lambda one: not taints.first_untolerated(tolerance.items, one))
        return free.astype(np.bool_)

    return table.remember(("tolerated", tolerance.key), work_out)


def _each_list(table: NodeTable, judge: Callable[[Taints], int]) -> Ints:
    """What is said of each node's list of taints; lists that no node has any more are left out."""
    numbers = table.taint_numbers()
    said = np.zeros(len(table.taint_lists), dtype=np.int64)
    for number in distinct(numbers):
        said[number] = judge(table.taint_lists[number])
    return said[numbers]


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
        table = cycle.state.nodes
        numbers = table.taint_numbers()[rejected]
        for number in distinct(numbers):
            taint = taints.first_untolerated(
                cycle.info.spec.tolerance.items, table.taint_lists[number]
            )
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
            return _each_list(table, lambda one: _repelling(one, tolerance))

        raw = table.remember(("repelling", tolerance.key), work_out)[slots]
        return default_normalize(raw, reverse=True)


def _repelling(found: Taints, tolerance: Tolerance) -> int:
    return sum(
        taint.get("effect") == "PreferNoSchedule" and not tolerance.covers_preference(taint)
        for taint in found
    )
