"""The life of a pod on its node: of the tables of what can happen, what is due happens in order.

``advance`` is the whole kubelet of one pod as a pure function: from the pod, its node, the time
and what the node remembers, to what the node then remembers, what it tells, and when to look again.
Source: kubernetes pkg/kubelet/kubelet.go (SyncPod, SyncTerminatingPod), kuberuntime_manager.go.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from minieks.engine.clock import Micros
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.kubelet import phases
from minieks.kube.kubelet.containerstages import STAGES_IN, ContainerStage
from minieks.kube.kubelet.life import Container, Life, part
from minieks.kube.kubelet.podstages import STAGES_OF, Stage
from minieks.kube.kubelet.scene import Draft, Note, Scene


class Step(NamedTuple):
    """The outcome of one look: the new memory, events, images that arrive, and the next moment."""

    life: Life
    notes: tuple[Note, ...]
    pulls: Mapping[str, Micros]
    again_at: Micros | None


def advance(scene: Scene, life: Life) -> Step:
    """Let everything happen that is due by ``scene.now``, in the order of its moments."""
    draft = Draft(scene, life, life.looked_at)
    while True:
        when, stage, container = _next(scene, draft.life)
        if stage is None or when > scene.now:
            break
        draft.at = max(draft.at, when)
        if isinstance(stage, Stage):
            stage.act(draft)
        else:
            stage.act(draft, container)
        _settle(draft)
    return Step(draft.life, tuple(draft.notes), draft.pulls, when if stage else None)


def _next(scene: Scene, life: Life) -> tuple[Micros, Stage | ContainerStage | None, int]:
    """When what is due first, and to which container; at one moment the first in the tables."""
    best: Micros = 0
    found: Stage | ContainerStage | None = None
    concerned = -1
    for index, container in enumerate(life.containers):
        when, stage = _FIRST.get(container) or _FIRST.put(container, _first(container))
        if when is not None and (found is None or when < best):
            best, found, concerned = when, stage, index
    for pod_stage in STAGES_OF[part(life)]:
        when = pod_stage.due(scene, life)
        if when is not None and (found is None or when < best):
            best, found = when, pod_stage
    return best, found, concerned


_FIRST: Final[IdentityMemo[tuple[Micros | None, ContainerStage | None]]] = IdentityMemo(8192)
"""A container is looked at several times before anything happens to it."""


def _first(container: Container) -> tuple[Micros | None, ContainerStage | None]:
    """When what is due first happens to the container, and what; at one moment the first."""
    best: Micros | None = None
    found: ContainerStage | None = None
    for stage in STAGES_IN[container.state]:
        when = stage.moment(container)
        if when is not None and (best is None or when < best):
            best, found = when, stage
    return best, found


def _settle(draft: Draft) -> None:
    """What follows at once from any change: initialised or not, and the phase."""
    life = draft.life
    initialized = life.initialized or phases.is_initialized(life)
    if initialized != life.initialized:
        life = life._replace(initialized=True)
    phase = phases.phase(life, draft.scene.restart_policy)
    if phase != life.phase or life is not draft.life:
        draft.life = life._replace(phase=phase)
