"""NodeResourcesBalancedAllocation: cpu and memory should be used to the same degree.

Source: kubernetes plugins/noderesources/balanced_allocation.go.
"""

from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Floats, Ints
from minieks.kube.scheduler.framework import Cycle


class NodeResourcesBalancedAllocation:
    """Prefers nodes where the shares of cpu and memory in use are close after the pod."""

    name: Final = "NodeResourcesBalancedAllocation"
    weight: Final = 1

    def score(self, cycle: Cycle, slots: Ints) -> Ints | None:
        """100 less the standard deviation of the shares, in percent, cut to a whole number."""
        spec = cycle.info.spec
        cpu, memory = spec.request("cpu"), spec.request("memory")
        if not cpu and not memory and cycle.state.features.balanced_skips_best_effort:
            return None
        of_cpu, of_memory = _share(cycle, "cpu", cpu, slots), _share(cycle, "memory", memory, slots)
        deviation = np.abs((of_cpu - of_memory) / 2)
        # a resource that the node does not have takes no part: alone, the other deviates by 0
        deviation[np.isnan(deviation)] = 0.0
        scores: Ints = ((1 - deviation) * 100.0).astype(np.int64)
        return scores


def _share(cycle: Cycle, resource: str, amount: int, slots: Ints) -> Floats:
    """The share in use after the pod, at most 1; NaN where a node has none of the resource."""
    column = cycle.state.nodes.resource(resource)
    offered = column.offered[slots]
    used = column.used[slots] + amount
    if offered.min() > 0:
        whole: Floats = np.minimum(used / offered, 1.0)
        return whole
    shares: Floats = np.full(len(slots), np.nan)
    np.divide(used, offered, out=shares, where=offered > 0)
    np.minimum(shares, 1.0, out=shares)
    return shares
