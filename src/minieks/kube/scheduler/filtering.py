"""Which nodes a pod may go to, and why not to the others.

Source: kubernetes pkg/scheduler/schedule_one.go findNodesThatFitPod and
framework/runtime RunFilterPluginsWithNominatedPods.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Bools, Ints, Rows
from minieks.kube.scheduler.framework import Check, Cycle, Only, Status
from minieks.kube.scheduler.plugins import FILTERS

_LEAST_TO_FIND: Final = 100


@dataclass(slots=True)
class Diagnosis:
    """Why nodes were rejected."""

    everywhere: Status | None = None
    """A status for all nodes, given before any was looked at."""
    groups: list[tuple[Status, Ints]] = field(default_factory=list)
    """Statuses with the slots that have them."""
    unseen: Status | None = None
    """The status of nodes that were not looked at, because a plugin named others."""

    def rejected_by(self) -> set[str]:
        """The plugins that rejected at least one node."""
        found = {status.plugin for status, _ in self.groups}
        return found | {s.plugin for s in (self.everywhere, self.unseen) if s is not None}


@dataclass(slots=True)
class Prepared:
    """The checks that concern one pod, in order."""

    checks: list[Check] = field(default_factory=list)
    only: frozenset[str] | None = None
    refusal: Status | None = None

    def passes(self, rows: Rows) -> Bools:
        """Which of the rows pass all checks."""
        found = self.checks[0].passes(rows).copy()
        for check in self.checks[1:]:
            found &= check.passes(rows)
        return found

    def statuses(self, rejected: Ints) -> list[tuple[Status, Ints]]:
        """Why rows are rejected: by the first check that rejects each."""
        found, remaining = [], rejected
        for check in self.checks:
            passing = check.passes(remaining)
            failing = remaining[~passing]
            if len(failing):
                found += [(s, failing[rows]) for s, rows in check.statuses(failing) if rows.any()]
            remaining = remaining[passing]
        return found


def prepare(cycle: Cycle) -> Prepared:
    """Ask every filter plugin what it has against the pod; the first final no ends it."""
    prepared = Prepared()
    for plugin in FILTERS:
        found = plugin.prepare(cycle)
        if isinstance(found, Status):
            prepared.refusal = found
            return prepared
        if isinstance(found, Only):
            prepared.only = found.names
            prepared.checks.append(found.check)
        elif found is not None:
            prepared.checks.append(found)
    return prepared


@dataclass(slots=True)
class Search:
    """The outcome of looking for nodes."""

    feasible: Ints
    evaluated: int
    diagnosis: Diagnosis


def numbers_to_find(nodes: int, percentage: int) -> int:
    """How many feasible nodes are enough; percentage 0: fewer, the larger the cluster.

    Source: kubernetes pkg/scheduler/schedule_one.go numFeasibleNodesToFind.
    """
    if nodes < _LEAST_TO_FIND:
        return nodes
    share = percentage or max(50 - nodes // 125, 5)
    return nodes if share >= 100 else max(nodes * share // 100, _LEAST_TO_FIND)


def find_feasible(cycle: Cycle, percentage: int) -> Search:
    """Look at nodes from where the last search ended until enough are found."""
    prepared = prepare(cycle)
    if prepared.refusal is not None:
        return Search(_none(), 0, Diagnosis(everywhere=prepared.refusal))
    nominated = cycle.state.nomination(cycle.info.key)
    if nominated is not None:
        found = _try_nominated(cycle, prepared, nominated)
        if found is not None:
            return found
    return _scan(cycle, prepared, percentage)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _try_nominated(cycle: Cycle, prepared: Prepared, name: str) -> Search | None:
    """The nominated node alone, if the pod fits there."""
    slots = cycle.state.slots_of([name])
    if prepared.only is not None and name not in prepared.only:
        return None
    passing = _passing(cycle, prepared, slots)
    return Search(slots, 1, Diagnosis()) if passing.any() else None


def _scan(cycle: Cycle, prepared: Prepared, percentage: int) -> Search:
    state = cycle.state
    all_slots = state.nodes.order()
    order = all_slots if prepared.only is None else state.slots_of(prepared.only)
    if not len(order):
        return Search(_none(), 0, _diagnose(cycle, prepared, order))
    start = state.next_start % len(order)
    if prepared.only is None:
        passing = _passing(cycle, prepared, slice(0, state.nodes.size))[order]
    else:
        passing = _passing(cycle, prepared, order)
    places = np.flatnonzero(passing)
    split = int(np.searchsorted(places, start))
    places = np.concatenate((places[split:], places[:split]))
    enough = numbers_to_find(len(order), percentage)
    evaluated = len(order)
    if len(places) > enough:
        evaluated = int(places[enough] - start) % len(order)
        places = places[:enough]
    state.next_start = (state.next_start + evaluated) % len(all_slots)
    if len(places):
        return Search(order[places], evaluated, Diagnosis())
    return Search(_none(), evaluated, _diagnose(cycle, prepared, order))


def _passing(cycle: Cycle, prepared: Prepared, rows: Rows) -> Bools:
    """Which rows pass, also beside the pods nominated to them that must come first."""
    passing = prepared.passes(rows)
    for slot, rivals in cycle.state.rivals(cycle.info).items():
        where = np.array([slot]) if isinstance(rows, slice) else np.flatnonzero(rows == slot)
        if len(where) and passing[where[0]]:
            name = cycle.state.nodes.names[slot]
            with cycle.state.with_also(name, rivals):
                passing[where[0]] = fits(cycle, slot)
    return passing


def fits(cycle: Cycle, slot: int) -> bool:
    """Whether the pod passes all filters on one node as things stand."""
    prepared = prepare(cycle)
    return prepared.refusal is None and bool(prepared.passes(np.array([slot]))[0])


def statuses_at(cycle: Cycle, slot: int) -> list[Status]:
    """Why the pod does not pass on one node as things stand; empty if it does."""
    prepared = prepare(cycle)
    if prepared.refusal is not None:
        return [prepared.refusal]
    rows = np.array([slot])
    if prepared.passes(rows)[0]:
        return []
    return [status for status, _ in prepared.statuses(rows)]


def fit_with_rivals(cycle: Cycle, slot: int) -> list[Status]:
    """As ``statuses_at``, first beside the pods nominated there that must come first."""
    rivals = cycle.state.rivals(cycle.info).get(slot)
    if rivals:
        with cycle.state.with_also(cycle.state.nodes.names[slot], rivals):
            found = statuses_at(cycle, slot)
        if found:
            return found
    return statuses_at(cycle, slot)


def diagnose(cycle: Cycle) -> Diagnosis:
    """Why the pod may not go to nodes, those aside to which it may go as things stand."""
    prepared = prepare(cycle)
    if prepared.refusal is not None:
        return Diagnosis(everywhere=prepared.refusal)
    named = prepared.only
    order = cycle.state.nodes.order() if named is None else cycle.state.slots_of(named)
    return _diagnose(cycle, prepared, order)


def _diagnose(cycle: Cycle, prepared: Prepared, order: Ints) -> Diagnosis:
    """Why nodes looked at were rejected."""
    passing = prepared.passes(order) if len(order) else np.zeros(0, dtype=np.bool_)
    groups = prepared.statuses(order[~passing])
    rivals = cycle.state.rivals(cycle.info)
    for slot in order[passing]:  # only beside the pods nominated there it may not fit
        if int(slot) in rivals:
            groups += [(s, np.array([slot])) for s in fit_with_rivals(cycle, int(slot))[:1]]
    unseen = None
    if prepared.only is not None:
        unseen = Status(("node(s) didn't satisfy plugin(s) [NodeAffinity]",), True, "NodeAffinity")
    return Diagnosis(groups=groups, unseen=unseen)
