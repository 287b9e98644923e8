"""One pod, one decision: ``schedule(state, info, rng)``.

Source: kubernetes pkg/scheduler/schedule_one.go.
"""

import random
from dataclasses import dataclass

import numpy as np

from minieks.kube.scheduler.filtering import Diagnosis, find_feasible
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.messages import NO_CLAIMS, NO_NODES, NO_STATE, fit_error
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.preemption import Preemption, preempt
from minieks.kube.scheduler.scoring import Scores, score
from minieks.kube.scheduler.state import ClusterState


@dataclass(slots=True)
class Decision:
    """Where a pod goes, or why it goes nowhere."""

    chosen: str | None
    """The node; None if there is none."""
    feasible: list[str]
    """The nodes that passed all filters, in the order in which they were found."""
    evaluated: int
    """How many nodes were looked at."""
    best: list[str]
    """The nodes with the highest total, of which one was chosen at random."""
    scores: Scores | None = None
    """Only if there were several to choose from; rows are those of ``feasible``."""
    diagnosis: Diagnosis | None = None
    error: str = ""
    """Why there is no node, in the scheduler's words."""
    preemption: Preemption | None = None


def schedule(
    state: ClusterState, info: PodInfo, rng: random.Random, *, percentage: int = 0
) -> Decision:
    """Choose a node for the pod; nothing but the start of the next search changes.

    ``percentage``: percentageOfNodesToScore, 0 for the adaptive rule.
    """
    if not state.nodes.slots:
        return Decision(None, [], 0, [], error=NO_NODES, diagnosis=Diagnosis())
    cycle = Cycle(state, info)
    search = find_feasible(cycle, percentage)
    if not len(search.feasible):
        return _refused(cycle, search.diagnosis, search.evaluated, rng)
    names = state.nodes.names_of(search.feasible)
    if len(names) == 1:
        return Decision(names[0], names, search.evaluated, names)
    scores = score(cycle, search.feasible)
    best = search.feasible[scores.totals == scores.totals.max()]
    chosen = state.nodes.names[int(best[rng.randrange(len(best))])]
    return Decision(chosen, names, search.evaluated, state.nodes.names_of(best), scores)


def _refused(cycle: Cycle, diagnosis: Diagnosis, evaluated: int, rng: random.Random) -> Decision:
    """The words for a pod that fits nowhere, after an attempt to make room."""
    dynamic = cycle.state.features.dynamic_resources
    if dynamic and diagnosis.everywhere is not None:
        outcome, after = Preemption(), NO_STATE
    else:
        outcome = preempt(cycle, diagnosis, rng)
        after = f"preemption: {outcome.message}" if outcome.message else ""
        if after and dynamic:
            after = f"{NO_CLAIMS}, {after}"
    error = fit_error(diagnosis, len(cycle.state.nodes.slots), after)
    return Decision(None, [], evaluated, [], None, diagnosis, error, outcome)


def plugin_scores(state: ClusterState, decision: Decision) -> dict[str, dict[str, int]]:
    """For each feasible node its weighted score by plugin and the ``TOTAL``; {} if unscored."""
    if decision.scores is None:
        return {}
    columns = {**decision.scores.by_plugin, "TOTAL": decision.scores.totals}
    tables = np.stack(list(columns.values()), axis=1).tolist()
    return {
        name: dict(zip(columns, row, strict=True))
        for name, row in zip(decision.feasible, tables, strict=True)
    }
