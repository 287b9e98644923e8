"""Which pods there were, and when a scheduler last tried to place each."""

from dataclasses import dataclass

from minieks.eks.fargate.matching import Match, NoMatch
from minieks.eks.fargate.sizing import FargateSize
from minieks.eks.fargate.verdict import Refused
from minieks.engine.clock import Micros
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words.objects import Obj, key, name, namespace, uid


@dataclass(slots=True)
class PodNote:
    """One pod: its workload by kind and name, and the attempts to place it.

    ``last`` is the moment of the last attempt; None if there was none.
    """

    namespace: str
    name: str
    uid: str
    kind: str
    workload: str
    attempts: int = 0
    last: Micros | None = None

    @property
    def key(self) -> str:
        """Namespace and name, as the store has it."""
        return f"{self.namespace}/{self.name}"


class Attempts:
    """Notes of every pod of a run; of several of one name, of the newest.

    It is the observer of a cluster; `watch` lets it see the pods themselves.
    """

    def __init__(self) -> None:
        self._notes: dict[str, PodNote] = {}

    def watch(self, store: Store) -> None:
        """Note the pods that are created from now on."""

        def on_pod(change: Change) -> None:
            pod, workload = change.value, workload_of(store, change.value)
            note = PodNote(namespace(pod), name(pod), uid(pod), workload.kind, workload.name)
            self._notes[change.key] = note

        store.subscribe("pods", on_pod, aspects.CAME)

    def pods(self) -> tuple[PodNote, ...]:
        """The notes, by namespace and name."""
        return tuple(self._notes[key] for key in sorted(self._notes))

    def matched(self, pod: Obj, found: Match | NoMatch) -> None:
        """Nothing: no scheduler has seen the pod yet."""

    def judged(self, at: Micros, pod: Obj, verdict: FargateSize | Refused) -> None:
        """Note an attempt of the fargate-scheduler."""
        self._tried(key(pod), at)

    def scheduled(self, at: Micros, state: ClusterState, info: PodInfo, decision: Decision) -> None:
        """Note an attempt of default-scheduler."""
        self._tried(info.key, at)

    def _tried(self, pod_key: str, at: Micros) -> None:
        note = self._notes.get(pod_key)
        if note is not None:
            note.attempts += 1
            note.last = at
