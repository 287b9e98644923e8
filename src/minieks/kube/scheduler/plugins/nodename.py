"""NodeName: a pod that names a node goes there and nowhere else.

Source: kubernetes plugins/nodename.
"""

import numpy as np

from minieks.kube.kinds import pods
from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason


class NodeName:
    """Rejects all nodes but the named one."""

    name = "NodeName"

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if the pod names a node."""
        wanted = pods.node_name(cycle.info.pod)
        if not wanted:
            return None
        passes = np.zeros(cycle.state.nodes.size, dtype=np.bool_)
        slot = cycle.state.nodes.slots.get(wanted)
        if slot is not None:
            passes[slot] = True
        reason = "node(s) didn't match the requested node name"
        return one_reason(passes, Status((reason,), True, self.name))
