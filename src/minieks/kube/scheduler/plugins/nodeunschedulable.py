"""NodeUnschedulable: cordoned nodes take only pods that tolerate the cordon.

Source: kubernetes plugins/nodeunschedulable.
"""

from minieks.kube.kinds.taints import UNSCHEDULABLE
from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason


class NodeUnschedulable:
    """Rejects cordoned nodes."""

    name = "NodeUnschedulable"

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if any node is cordoned and the pod does not tolerate that."""
        cordoned = cycle.state.nodes.cordoned()
        if not cordoned.any() or cycle.info.spec.tolerance.covers(UNSCHEDULABLE):
            return None
        return one_reason(~cordoned, Status(("node(s) were unschedulable",), True, self.name))
