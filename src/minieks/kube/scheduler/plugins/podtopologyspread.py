"""PodTopologySpread: like pods are spread over zones, nodes or other topologies.

Source: kubernetes plugins/podtopologyspread (common.go, filtering.go, scoring.go).
"""

import math
from typing import Final

import numpy as np

from minieks.kube.kinds.nodes import HOSTNAME, ZONE
from minieks.kube.scheduler import terms
from minieks.kube.scheduler.arrays import Bools, Ints
from minieks.kube.scheduler.framework import Check, Cycle, Status, Statuses
from minieks.kube.scheduler.plugins.nodeaffinity import required_nodes
from minieks.kube.scheduler.plugins.tainttoleration import tolerated_nodes
from minieks.kube.scheduler.tally import Wanted
from minieks.kube.scheduler.terms import PodTerm, Spread
from minieks.kube.words.selectors import NOTHING, Selector

_MISMATCH: Final = "node(s) didn't match pod topology spread constraints"
_SYSTEM_DEFAULTS: Final = ((HOSTNAME, 3), (ZONE, 5))
"""Topology and maxSkew of the ScheduleAnyway constraints of pods that have none of their own."""


class PodTopologySpread:
    """Rejects nodes where the skew would be too large; prefers topologies with few like pods."""

    name: Final = "PodTopologySpread"
    weight: Final = 2

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if the pod has DoNotSchedule constraints."""
        if not cycle.info.pod["spec"].get("topologySpreadConstraints"):
            return None
        found = terms.spreads(cycle.info.pod["spec"], cycle.info.labels)
        hard = tuple(constraint for constraint in found if constraint.hard)
        if not hard:
            return None
        verdicts = [_verdict(cycle, constraint, hard) for constraint in hard]
        passes = np.logical_and.reduce([near & ~lacks for lacks, near in verdicts])
        return Check(lambda rows: passes[rows], lambda rejected: self._why(verdicts, rejected))

    def _why(self, verdicts: list[tuple[Bools, Bools]], rejected: Ints) -> Statuses:
        """The first constraint that fails decides what is said of a node."""
        open_ = np.ones(len(rejected), dtype=np.bool_)
        lacking = Status((f"{_MISMATCH} (missing required label)",), True, self.name)
        for lacks, near in verdicts:
            missing, far = open_ & lacks[rejected], open_ & ~lacks[rejected] & ~near[rejected]
            yield lacking, missing
            yield Status((_MISMATCH,), False, self.name), far
            open_ &= ~(missing | far)

    def score(self, cycle: Cycle, slots: Ints) -> Ints | None:
        """The fewer like pods a node's topologies have, the better."""
        written = cycle.info.pod["spec"].get("topologySpreadConstraints")
        soft = _own_soft(cycle) if written else _system_soft(cycle)
        if not soft:
            return None
        ignored = _lacking_some(cycle, soft, slots) if written else None
        raw = _raw_scores(cycle, soft, slots, ignored)
        return _normalized(raw, ignored)


# Filter ----------------------------------------------------------------------------------------


def _verdict(cycle: Cycle, constraint: Spread, all_hard: tuple[Spread, ...]) -> tuple[Bools, Bools]:
    """For each node: whether it lacks the topology, and whether the skew stays in bounds."""
    values = cycle.state.nodes.label_values(constraint.topology_key)
    counts, is_domain = _domains(cycle, constraint, all_hard)
    domains = int(is_domain.sum())
    least = int(counts[is_domain].min()) if domains >= max(constraint.min_domains, 1) else 0
    own = int(constraint.selector.matches(cycle.info.labels))
    near = counts[values] + (own - least) <= constraint.max_skew
    return values < 0, near


def _domains(cycle: Cycle, constraint: Spread, all_hard: tuple[Spread, ...]) -> tuple[Ints, Bools]:
    """Like pods by the number of the topology value, and which values have an eligible node.

    The last entry, which -1 finds, is of nodes without the label.
    """
    table = cycle.state.nodes
    values = table.label_values(constraint.topology_key)
    included = np.logical_and.reduce([table.label_values(c.topology_key) >= 0 for c in all_hard])
    eligible = _eligible(cycle, constraint)
    if eligible is not None:
        included &= eligible
    size = len(table.label(constraint.topology_key).ids) + 1
    of_included = values[included]
    pods = _like_pods(cycle, constraint.selector)[included]
    counts = np.bincount(of_included, weights=pods, minlength=size).astype(np.int64)
    return counts, np.bincount(of_included, minlength=size) > 0


def _eligible(cycle: Cycle, constraint: Spread) -> Bools | None:
    """The nodes that the constraint's policies include; None for all."""
    table, spec = cycle.state.nodes, cycle.info.spec
    found = required_nodes(table, spec.rules) if constraint.honor_affinity else None
    if not constraint.honor_taints:
        return found
    tolerated = tolerated_nodes(table, spec.tolerance)
    return tolerated if found is None else found & tolerated


def _wanted(cycle: Cycle, selector: Selector) -> Wanted:
    """The pods of the pod's own namespace that match, those under deletion left out."""
    term = PodTerm("", frozenset((cycle.info.namespace,)), NOTHING, selector)
    return Wanted((term,), leaving_too=False)


def _like_pods(cycle: Cycle, selector: Selector) -> Ints:
    """Matching pods on each node; an empty selector counts none."""
    if selector.is_empty:
        return np.zeros(cycle.state.nodes.size, dtype=np.int64)
    return cycle.state.tallies.of(_wanted(cycle, selector)).per_slot()


# Score -----------------------------------------------------------------------------------------


def _own_soft(cycle: Cycle) -> tuple[Spread, ...]:
    found = terms.spreads(cycle.info.pod["spec"], cycle.info.labels)
    return tuple(constraint for constraint in found if not constraint.hard)


def _system_soft(cycle: Cycle) -> tuple[Spread, ...]:
    selector = cycle.state.owners.selector(cycle.info)
    if selector.is_empty:
        return ()
    return tuple(Spread(key, skew, False, selector) for key, skew in _SYSTEM_DEFAULTS)


def _lacking_some(cycle: Cycle, soft: tuple[Spread, ...], slots: Ints) -> Bools | None:
    """Which of the nodes lack one of the topologies; None if none does."""
    table = cycle.state.nodes
    lacking = np.logical_or.reduce([table.label_values(c.topology_key)[slots] < 0 for c in soft])
    return lacking if lacking.any() else None


def _raw_scores(cycle: Cycle, soft: tuple[Spread, ...], slots: Ints, ignored: Bools | None) -> Ints:
    total = np.zeros(len(slots))
    scored = slots if ignored is None else slots[~ignored]
    for constraint in soft:
        values = cycle.state.nodes.label_values(constraint.topology_key)
        if constraint.topology_key == HOSTNAME:
            size, counts = len(scored), _like_pods(cycle, constraint.selector)[slots]
        else:
            size = int(np.count_nonzero(np.bincount(values[scored] + 1)))
            counts = _counts_by_value(cycle, soft, constraint)[values[slots]]
        added = counts * math.log(size + 2) + (constraint.max_skew - 1)
        total += np.where(values[slots] >= 0, added, 0.0)
    raw: Ints = np.floor(total + 0.5).astype(np.int64)
    return raw


def _counts_by_value(cycle: Cycle, soft: tuple[Spread, ...], constraint: Spread) -> Ints:
    """Like pods on included nodes, by the number of the topology value."""
    table, key = cycle.state.nodes, constraint.topology_key
    if constraint.selector.is_empty:
        return np.zeros(len(table.label(key).ids) + 1, dtype=np.int64)
    eligible = _eligible(cycle, constraint)
    own = bool(cycle.info.pod["spec"].get("topologySpreadConstraints"))
    if eligible is None and (not own or len(soft) == 1):
        return cycle.state.tallies.of(_wanted(cycle, constraint.selector)).per_value(key)
    included = table.label_values(key) >= 0
    if own:
        others = [table.label_values(c.topology_key) >= 0 for c in soft]
        included = np.logical_and.reduce(others)
    if eligible is not None:
        included = included & eligible
    size = len(table.label(key).ids) + 1
    pods = _like_pods(cycle, constraint.selector)[included]
    counts = np.bincount(table.label_values(key)[included], weights=pods, minlength=size)
    found: Ints = counts.astype(np.int64)
    return found


def _normalized(raw: Ints, ignored: Bools | None) -> Ints:
    """The lowest raw score is best; nodes that were ignored get 0."""
    known = raw if ignored is None else raw[~ignored]
    if not len(known):
        return np.zeros(len(raw), dtype=np.int64)
    most, least = int(known.max()), int(known.min())
    scores = np.full(len(raw), 100) if most == 0 else 100 * (most + least - raw) // most
    if ignored is not None:
        scores[ignored] = 0
    return scores
