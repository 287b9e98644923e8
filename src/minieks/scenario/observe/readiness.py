"""How long each pod took from its creation to Ready, and where it ran, per workload."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from minieks.eks.fargate.refusals import SCHEDULER_NAME
from minieks.eks.labels import FARGATE_PROFILE, node_group_of
from minieks.engine.clock import SECOND, Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds import pods
from minieks.kube.kinds.workloads import WorkloadRef, workload_of
from minieks.kube.words.objects import Obj, annotations, labels, uid


class Slow(NamedTuple):
    """A pod that took so many seconds to become ready, or has not been in so many."""

    workload: WorkloadRef
    created: Micros
    seconds: float


@dataclass(slots=True)
class WorkloadNotes:
    """What was seen of one workload's pods."""

    created: int = 0
    succeeded: int = 0
    failed: int = 0
    seconds_to_ready: list[float] = field(default_factory=list)
    slowest: Slow | None = None
    """Of those that became ready."""
    places: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _PodNotes:
    workload: WorkloadRef
    created: Micros
    ready: bool = False
    placed: bool = False
    ended: bool = False


class Readiness:
    """Notes per workload, of the pods that were created since it began to watch."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._pods: dict[str, _PodNotes] = {}
        self._never: list[Slow] = []
        self.workloads: dict[WorkloadRef, WorkloadNotes] = {}
        minded = aspects.LIFE | aspects.SPEC | aspects.READY | aspects.PHASE
        store.subscribe("pods", self._on_pod, minded)

    def _on_pod(self, change: Change) -> None:
        pod, own = change.value, uid(change.value)
        if change.type == "ADDED":
            self._on_added(pod, own)
        notes = self._pods.get(own)
        if notes is None:
            return
        workload = self.workloads[notes.workload]
        if change.type == "DELETED":
            if not notes.ready and not notes.ended:
                self._never.append(self._slow(notes))
            del self._pods[own]
            return
        if not notes.placed and pods.node_name(pod):
            self._note_place(pod, notes, workload)
        if not notes.ready and pods.is_ready(pod):
            self._note_ready(notes, workload)
        if not notes.ended and pods.is_terminal(pod):
            self._note_end(pod, notes, workload)

    def _on_added(self, pod: Obj, own: str) -> None:
        workload = workload_of(self._store, pod)
        self._pods[own] = _PodNotes(workload, self._engine.now())
        self.workloads.setdefault(workload, WorkloadNotes()).created += 1

    def _note_place(self, pod: Obj, notes: _PodNotes, workload: WorkloadNotes) -> None:
        notes.placed = True
        place = self._place(pod)
        workload.places[place] = workload.places.get(place, 0) + 1
        size = annotations(pod).get("CapacityProvisioned", "")
        if size:
            workload.sizes[size] = workload.sizes.get(size, 0) + 1

    def _place(self, pod: Obj) -> str:
        """``fargate:<profile>`` or ``nodegroup:<group>``, or the node's name if it has neither."""
        profile = labels(pod).get(FARGATE_PROFILE)
        if profile and pods.scheduler_name(pod) == SCHEDULER_NAME:
            return f"fargate:{profile}"
        node = self._store.get("nodes", pods.node_name(pod))
        group = node_group_of(node) if node else ""
        return f"nodegroup:{group}" if group else f"node:{pods.node_name(pod)}"

    def _note_ready(self, notes: _PodNotes, workload: WorkloadNotes) -> None:
        notes.ready = True
        slow = self._slow(notes)
        workload.seconds_to_ready.append(slow.seconds)
        if workload.slowest is None or slow.seconds > workload.slowest.seconds:
            workload.slowest = slow

    def _slow(self, notes: _PodNotes) -> Slow:
        seconds = (self._engine.now() - notes.created) / SECOND
        return Slow(notes.workload, notes.created, seconds)

    def never_ready(self) -> Iterator[Slow]:
        """The pods that were not ready until now, or as long as they were there."""
        yield from self._never
        for notes in self._pods.values():
            if not notes.ready and not notes.ended:
                yield self._slow(notes)

    @staticmethod
    def _note_end(pod: Obj, notes: _PodNotes, workload: WorkloadNotes) -> None:
        notes.ended = True
        if pods.phase(pod) == "Succeeded":
            workload.succeeded += 1
        else:
            workload.failed += 1
