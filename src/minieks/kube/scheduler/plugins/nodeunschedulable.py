"""NodeUnschedulable: cordoned nodes take only pods that tolerate the cordon.

Source: kubernetes plugins/nodeunschedulable.
"""

import numpy as np

from minieks.kube.kinds import nodes
from minieks.kube.kinds.taints import UNSCHEDULABLE
from minieks.kube.scheduler.arrays import Bools
from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason
from minieks.kube.scheduler.nodetable import NodeTable


class NodeUnschedulable:
    """Rejects cordoned nodes."""

    name = "NodeUnschedulable"

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if any node is cordoned and the pod does not tolerate that."""
        table = cycle.state.nodes
        passes = table.remember("schedulable", lambda: _schedulable(table))
        if passes.all() or cycle.info.spec.tolerance.covers(UNSCHEDULABLE):
            return None
        return one_reason(passes, Status(("node(s) were unschedulable",), True, self.name))


def _schedulable(table: NodeTable) -> Bools:
    open_ = (node is None or not nodes.is_unschedulable(node) for node in table.nodes)
    return np.fromiter(open_, dtype=np.bool_, count=table.size)
