"""NodeResourcesFit: what the pod requests must be free; nodes with more left are preferred.

Source: kubernetes plugins/noderesources (fit.go, least_allocated.go).
"""

from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Bools, Ints, Rows, distinct
from minieks.kube.scheduler.framework import Check, Cycle, Status, Statuses


class NodeResourcesFit:
    """Rejects nodes without room; scores LeastAllocated over cpu and memory, weight 1 each."""

    name: Final = "NodeResourcesFit"
    weight: Final = 1

    def prepare(self, cycle: Cycle) -> Check:
        """A check of the number of pods and of each resource requested."""
        return Check(lambda rows: _fits(cycle, rows), lambda rejected: self._why(cycle, rejected))

    def _why(self, cycle: Cycle, rejected: Ints) -> Statuses:
        """Nodes grouped by what is lacking; every lack is named."""
        lacks = [("Too many pods", _full(cycle, rejected), False)]
        for name, amount in cycle.info.spec.requests:
            column = cycle.state.nodes.resource(name)
            beyond = amount > column.offered[rejected]
            lacking = amount > column.free[rejected]
            lacks.append((f"Insufficient {name}", lacking & ~beyond, False))
            final = cycle.state.features.too_large_is_final
            lacks.append((f"Insufficient {name}", lacking & beyond, final))
        bits = np.zeros(len(rejected), dtype=np.int64)
        for place, (_, lacking, _) in enumerate(lacks):
            bits |= lacking.astype(np.int64) << place
        for pattern in distinct(bits):
            found = [lack for place, lack in enumerate(lacks) if pattern >> place & 1]
            reasons = tuple(reason for reason, _, _ in found)
            yield Status(reasons, any(final for *_, final in found), self.name), bits == pattern

    def score(self, cycle: Cycle, slots: Ints) -> Ints:
        """The mean of what would be left of cpu and memory, in percent of the allocatable."""
        state, (cpu, memory) = cycle.state, cycle.info.spec.scored
        cpu_left = _left(state.nodes.resource("cpu").offered, state.nonzero_cpu, cpu, slots)
        memory_left = _left(
            state.nodes.resource("memory").offered, state.nonzero_memory, memory, slots
        )
        if (cpu_left >= 0).all() and (memory_left >= 0).all():
            return (cpu_left + memory_left) >> 1
        return _mean_of_known(cpu_left, memory_left)


def _full(cycle: Cycle, rows: Rows) -> Bools:
    size = cycle.state.nodes.size
    return cycle.state.pod_counts[:size][rows] >= cycle.state.nodes.pod_limit[:size][rows]


def _fits(cycle: Cycle, rows: Rows) -> Bools:
    size = cycle.state.nodes.size
    passes = ~_full(cycle, rows)
    for name, amount in cycle.info.spec.requests:
        passes &= cycle.state.nodes.resource(name).free[:size][rows] >= amount
    return passes


def _left(offered: Ints, used: Ints, amount: int, slots: Ints) -> Ints:
    """Percent left after the pod, 0 if there is too little; -1 where there is no such resource."""
    most = offered[slots]
    left = most - used[slots]
    left -= amount
    np.maximum(left, 0, out=left)
    left *= 100
    if most.min() > 0:
        left //= most
        return left
    return np.where(most > 0, left // np.maximum(most, 1), -1)


def _mean_of_known(one: Ints, other: Ints) -> Ints:
    """The mean of those that are known; 0 if none is."""
    total = np.maximum(one, 0) + np.maximum(other, 0)
    known = (one >= 0).astype(np.int64) + (other >= 0)
    return total // np.maximum(known, 1)
