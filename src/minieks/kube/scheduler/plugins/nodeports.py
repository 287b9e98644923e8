"""NodePorts: a host port can be taken once on a node.

Source: kubernetes plugins/nodeports.
"""

import numpy as np

from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason


class NodePorts:
    """Rejects nodes where a host port of the pod is taken."""

    name = "NodePorts"

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if the pod has host ports."""
        wanted = cycle.info.spec.ports
        if not wanted:
            return None
        taken = np.zeros(cycle.state.nodes.size, dtype=np.bool_)
        for port in wanted:
            taken |= cycle.state.ports.conflicts(port)
        reason = "node(s) didn't have free ports for the requested pod ports"
        return one_reason(~taken, Status((reason,), False, self.name))
