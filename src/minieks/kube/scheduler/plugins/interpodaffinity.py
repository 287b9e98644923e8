"""InterPodAffinity: pods that attract or repel each other.

Source: kubernetes plugins/interpodaffinity (filtering.go, scoring.go).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Bools, Ints
from minieks.kube.scheduler.bearers import Bearers
from minieks.kube.scheduler.framework import Check, Cycle, Status, Statuses
from minieks.kube.scheduler.tally import Tally, Wanted
from minieks.kube.scheduler.terms import PodTerm

_AFFINITY: Final = "node(s) didn't match pod affinity rules"
_ANTI: Final = "node(s) didn't match pod anti-affinity rules"
_EXISTING: Final = "node(s) didn't satisfy existing pods anti-affinity rules"


class InterPodAffinity:
    """Rejects nodes by required terms, the pod's and those of running pods; scores all terms."""

    name: Final = "InterPodAffinity"
    weight: Final = 2

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if the pod has required terms or a running pod repels it."""
        own = cycle.info.spec.affinities
        repelling = [b for b in _meaning(cycle) if b.borne.role == "required_anti"]
        if not (own.required or own.required_anti or repelling):
            return None
        steps = [
            (Status((_AFFINITY,), True, self.name), _attracted(cycle, own.required)),
            (Status((_ANTI,), False, self.name), _not_repelled(cycle, own.required_anti)),
            (Status((_EXISTING,), False, self.name), _not_repelled_by(cycle, repelling)),
        ]
        passes = np.logical_and.reduce([passing for _, passing in steps])
        return Check(lambda rows: passes[rows], lambda rejected: _why(steps, rejected))

    def score(self, cycle: Cycle, slots: Ints) -> Ints | None:
        """The sum of the weights of terms that speak for a node less those that speak against."""
        weighted = [*_own_preferences(cycle), *_preferences_of_others(cycle)]
        if not weighted:
            return None
        total = np.zeros(len(slots), dtype=np.int64)
        for tally, key, weight in weighted:
            values = cycle.state.nodes.label_values(key)[slots]
            total += weight * tally.per_value(key)[values]
        least, most = int(total.min()), int(total.max())
        if most == least:
            return np.zeros(len(slots), dtype=np.int64)
        scores: Ints = (100.0 * ((total - least) / float(most - least))).astype(np.int64)
        return scores


def _meaning(cycle: Cycle) -> list[Bearers]:
    """The terms of running pods that speak of this pod."""
    info, state = cycle.info, cycle.state
    space = state.namespace_labels(info.namespace)
    return state.bearers.meaning(info.namespace, space, info.labels)


def _why(steps: Sequence[tuple[Status, Bools]], rejected: Ints) -> Statuses:
    open_ = np.ones(len(rejected), dtype=np.bool_)
    for status, passing in steps:
        failing = open_ & ~passing[rejected]
        yield status, failing
        open_ &= ~failing


def _all(cycle: Cycle) -> Bools:
    return np.ones(cycle.state.nodes.size, dtype=np.bool_)


def _attracted(cycle: Cycle, required: tuple[PodTerm, ...]) -> Bools:
    """Nodes where for each term a pod that meets all terms shares the topology.

    The first pod of a group, which only its own terms describe, may go to any node with the keys.
    """
    if not required:
        return _all(cycle)
    wanted = Wanted(required, leaving_too=True)
    tally = cycle.state.tallies.of(wanted)
    table = cycle.state.nodes
    have_keys, near, any_counts = _all(cycle), _all(cycle), False
    for term in required:
        values = table.label_values(term.topology_key)
        counts = tally.per_value(term.topology_key)
        have_keys &= values >= 0
        near &= counts[values] > 0
        any_counts = any_counts or bool(counts.any())
    alone = not any_counts and cycle.state.tallies.matches(
        wanted, cycle.info.namespace, cycle.info.labels
    )
    return have_keys if alone else have_keys & near


def _not_repelled(cycle: Cycle, required_anti: tuple[PodTerm, ...]) -> Bools:
    """Nodes in whose topologies no pod is that the pod's own terms shun."""
    passing = _all(cycle)
    for term in required_anti:
        tally = cycle.state.tallies.of(Wanted((term,), leaving_too=True))
        values = cycle.state.nodes.label_values(term.topology_key)
        passing &= tally.per_value(term.topology_key)[values] == 0
    return passing


def _not_repelled_by(cycle: Cycle, repelling: Sequence[Bearers]) -> Bools:
    """Nodes in whose topologies no pod is that shuns this one."""
    passing = _all(cycle)
    for bearers in repelling:
        key = bearers.borne.term.topology_key
        values = cycle.state.nodes.label_values(key)
        passing &= bearers.tally.per_value(key)[values] == 0
    return passing


def _own_preferences(cycle: Cycle) -> list[tuple[Tally, str, int]]:
    found = []
    for term, weight in cycle.info.spec.affinities.preferred:
        tally = cycle.state.tallies.of(Wanted((term,), leaving_too=True))
        if tally.total:
            found.append((tally, term.topology_key, weight))
    return found


def _preferences_of_others(cycle: Cycle) -> list[tuple[Tally, str, int]]:
    return [
        (bearers.tally, bearers.borne.term.topology_key, bearers.borne.weight)
        for bearers in _meaning(cycle)
        if bearers.borne.weight
    ]
