"""Watches a run that is made again, and keeps what was decided about one pod."""

from minieks.eks.fargate.matching import Match, NoMatch
from minieks.eks.fargate.sizing import FargateSize
from minieks.eks.fargate.verdict import Refused
from minieks.engine.clock import Micros
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words.objects import Obj, uid
from minieks.scenario.explain.explanation import NodesView
from minieks.scenario.explain.nodes import nodes_view
from minieks.scenario.observe.attempts import PodNote


class Witness:
    """Keeps the last decision of each program about the pod of a note.

    ``created`` is the pod as the Fargate webhook saw it, ``pod`` as its scheduler did.
    """

    def __init__(self, note: PodNote) -> None:
        self._note = note
        self.created: Obj | None = None
        self.match: Match | NoMatch | None = None
        self.pod: Obj | None = None
        self.verdict: FargateSize | Refused | None = None
        self.decision: Decision | None = None
        self.nodes: NodesView | None = None

    def matched(self, pod: Obj, found: Match | NoMatch) -> None:
        """Keep what the profiles made of the pod."""
        if uid(pod) == self._note.uid:
            self.created, self.match = pod, found

    def judged(self, at: Micros, pod: Obj, verdict: FargateSize | Refused) -> None:
        """Keep what the fargate-scheduler's last attempt came to."""
        if at == self._note.last and uid(pod) == self._note.uid:
            self.pod, self.verdict = pod, verdict

    def scheduled(self, at: Micros, state: ClusterState, info: PodInfo, decision: Decision) -> None:
        """Keep what default-scheduler saw at its last attempt, while its state still shows it."""
        if at == self._note.last and info.uid == self._note.uid:
            self.pod, self.decision = info.pod, decision
            self.nodes = nodes_view(state, info, decision)
