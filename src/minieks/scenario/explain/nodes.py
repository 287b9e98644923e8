"""What default-scheduler saw, node by node and plugin by plugin."""

from minieks.eks.labels import node_group_of
from minieks.kube.kinds.nodes import ZONE
from minieks.kube.scheduler import account
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.schedule import Decision, plugin_scores
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.scheduler.victims import Candidate
from minieks.kube.words.objects import labels
from minieks.scenario.explain.explanation import (
    NodeScore,
    NodesView,
    PreemptionView,
    RejectionView,
    Victims,
)


def nodes_view(state: ClusterState, info: PodInfo, decision: Decision) -> NodesView:
    """The view of one decision; ``state`` must still be the one that it was made from."""
    cycle = Cycle(state, info)
    rejected = account.rejections(cycle, decision)
    return NodesView(
        nodes=len(state.nodes.slots),
        evaluated=decision.evaluated,
        rejected=tuple(_rejection(one) for one in rejected),
        feasible=_feasible(state, decision),
        passed_over=account.passed_over(cycle, decision, rejected),
        best=tuple(decision.best),
        chosen=decision.chosen or "",
        preemption=_preemption(cycle, decision),
    )


def _rejection(one: account.Rejection) -> RejectionView:
    return RejectionView(one.reason, one.plugin, one.final, one.nodes)


def _feasible(state: ClusterState, decision: Decision) -> tuple[NodeScore, ...]:
    """The nodes that were left: the chosen one, then by their totals, the highest first."""
    scores = plugin_scores(state, decision)
    found = [_node(state, decision, name, dict(scores.get(name, {}))) for name in decision.feasible]
    return tuple(sorted(found, key=lambda one: (-(one.total or 0), not one.chosen)))


def _node(state: ClusterState, decision: Decision, name: str, scores: dict[str, int]) -> NodeScore:
    node = state.nodes.nodes[state.nodes.slots[name]]
    return NodeScore(
        node=name,
        group=node_group_of(node) if node else "",
        zone=labels(node).get(ZONE, "") if node else "",
        total=scores.pop("TOTAL", None),
        scores=scores,
        best=name in decision.best,
        chosen=name == decision.chosen,
    )


def _preemption(cycle: Cycle, decision: Decision) -> PreemptionView | None:
    outcome = decision.preemption
    if outcome is None or decision.diagnosis is None:
        return None
    nobody = outcome.barred or outcome.candidates
    failed = () if nobody else account.beyond_help(cycle, decision.diagnosis)
    return PreemptionView(
        message=outcome.message,
        candidates=tuple(_victims(one, outcome.chosen) for one in outcome.candidates),
        beyond_help=tuple(_rejection(one) for one in failed),
    )


def _victims(candidate: Candidate, chosen: Candidate | None) -> Victims:
    pods = tuple(info.key for info in candidate.victims)
    return Victims(candidate.node, pods, candidate.violations, candidate is chosen)
