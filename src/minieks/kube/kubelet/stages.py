"""The life of a pod on its node as a table: what can happen next, when, and what it changes.

``advance`` is the whole kubelet of one pod as a pure function: from the pod, its node, the time
and what the node remembers, to what the node then remembers, what it tells, and when to look again.
Source: kubernetes pkg/kubelet/kubelet.go (SyncPod, SyncTerminatingPod), kuberuntime_manager.go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, get_args

from minieks.engine.clock import SECOND, Micros, micros
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.kubelet import evicting, phases, probes, resizing, starting, stopping
from minieks.kube.kubelet.life import (
    NO_PLAN,
    Container,
    Ended,
    Life,
    Part,
    State,
    Verdict,
    Work,
    part,
)
from minieks.kube.kubelet.scene import Draft, Note, Scene
from minieks.kube.words.objects import is_deleting, metadata

Due: TypeAlias = Callable[[Scene, Life], Micros | None]
Act: TypeAlias = Callable[[Draft], None]

DEADLINE = Verdict(
    "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"
)
# The kubelet gives up one wait for volumes after 2 min 3 s, says so, and waits anew.
PATIENCE: Micros = 123 * SECOND
_UP: Final[tuple[Part, ...]] = ("bare", "busy", "idle")


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that can happen to a pod: what it is, when it is due, what it does.

    ``parts`` are those of a pod's life in which it can happen; nothing happens in the last.
    """

    about: str
    due: Due
    act: Act
    parts: tuple[Part, ...] = _UP


@dataclass(frozen=True, slots=True)
class ContainerStage:
    """One thing that can happen to a container: in which state, at which moment, what it does."""

    about: str
    moment: Callable[[Container], Micros | None]
    act: Callable[[Draft, int], None]
    state: State = "running"


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
    for pod_stage in _STAGES_OF[part(life)]:
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
    for stage in _STAGES_IN[container.state]:
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


# --- the pod is to go ---


def _deletion_due(scene: Scene, life: Life) -> Micros | None:
    """At once when deletion is asked; again if the grace has been shortened."""
    if not is_deleting(scene.pod):
        return None
    if life.stop_by is None or scene.now + _asked_grace(scene) * SECOND < life.stop_by:
        return scene.now
    return None


def _asked_grace(scene: Scene) -> int:
    return int(metadata(scene.pod).get("deletionGracePeriodSeconds") or 0)


def _on_deletion(draft: Draft) -> None:
    stopping.stop_pod(draft, _asked_grace(draft.scene))


def _deadline_due(scene: Scene, life: Life) -> Micros | None:
    limit = scene.pod["spec"].get("activeDeadlineSeconds")
    return None if limit is None else life.began + int(limit) * SECOND


def _on_deadline(draft: Draft) -> None:
    draft.change(verdict=DEADLINE)
    draft.normal(DEADLINE.reason, DEADLINE.message)
    stopping.stop_pod(draft, draft.scene.grace)


def _apps_over_due(scene: Scene, life: Life) -> Micros | None:
    return _last_end(life) if phases.apps_over(life, scene.restart_policy) else None


def _last_end(life: Life) -> Micros:
    return max((one.ended.finished_at for one in life.containers if one.ended), default=life.began)


def _on_apps_over(draft: Draft) -> None:
    stopping.stop_pod(draft, draft.scene.grace)


def _sidecar_stop_due(scene: Scene, life: Life) -> Micros | None:
    return None if stopping.next_sidecar(life.containers) is None else _last_end(life)


def _on_sidecar_stop(draft: Draft) -> None:
    index = stopping.next_sidecar(draft.life.containers)
    if index is not None and draft.life.stop_by is not None:
        stopping.stop_container(draft, index, max(draft.life.stop_by, draft.at))


def _over_due(scene: Scene, life: Life) -> Micros | None:
    return None if any(one.running for one in life.containers) else _last_end(life)


def _on_over(draft: Draft) -> None:
    draft.change(over_at=draft.at)


# --- the pod comes up ---


def _sandbox_due(scene: Scene, life: Life) -> Micros | None:
    return None if scene.obstacle else scene.now


def _on_sandbox(draft: Draft) -> None:
    until = draft.at + micros(draft.scene.seconds("sandbox_creation"))
    draft.change(work=Work("sandbox", until, since=draft.at), complaint_at=None)


def _obstacle_due(scene: Scene, life: Life) -> Micros | None:
    if not scene.obstacle:
        return None
    return scene.now if life.complaint_at is None else life.complaint_at


def _on_obstacle(draft: Draft) -> None:
    """What fails at once is told at once; a wait is told when patience has run out."""
    obstacle = draft.scene.obstacle
    if obstacle and (obstacle.at_once or draft.life.complaint_at is not None):
        draft.warn(obstacle.reason, obstacle.message)
    draft.change(complaint_at=draft.at + PATIENCE)


def _work_due(scene: Scene, life: Life) -> Micros | None:
    return life.work.until if life.work else None


def _on_work_done(draft: Draft) -> None:
    work = draft.life.work
    if work is None:
        return
    if work.kind == "sandbox":
        draft.change(work=None, ip=draft.scene.ip)
    elif work.kind == "pull":
        starting.pulled(draft, work)
    else:
        starting.started(draft, work)


def _start_due(scene: Scene, life: Life) -> Micros | None:
    found = _to_start(scene, life)
    return None if found is None or found[0] >= starting.NOT_BY_TIME else found[0]


def _on_start(draft: Draft) -> None:
    found = _to_start(draft.scene, draft.life)
    if found is not None:
        starting.start(draft, found[1])


def _to_start(scene: Scene, life: Life) -> tuple[Micros, int] | None:
    """The container to start next, and when: in order, those in back-off when theirs is over."""
    found = _startable(scene, life)
    return min((_start_at(scene, life.containers[one]), one) for one in found) if found else None


def _start_at(scene: Scene, container: Container) -> Micros:
    """When a container may start; one that lacked its ConfigMap may when it lacks it no more."""
    repaired = (
        container.reason == "CreateContainerConfigError"
        and container.name not in scene.config_errors
    )
    return scene.now if repaired else container.retry_at


def _startable(scene: Scene, life: Life) -> list[int]:
    """Inits one after the other, each sidecar once, then all others; ephemeral ones at any time."""
    policy, found = scene.restart_policy, phases.ephemeral_to_start(life)
    for index, one in enumerate(life.containers):
        if one.role == "ephemeral":
            break
        if one.running:
            if one.role == "init" or (one.role == "sidecar" and not (one.up or life.initialized)):
                break
            continue
        if one.state == "waiting" or phases.may_restart(one, policy):
            if one.role == "init" and life.initialized:
                continue
            found.append(index)
            if one.role != "app" and not life.initialized:
                break
        elif one.role == "init" and one.ended and one.ended.code:
            break
    return found


# --- a container runs ---


def _exit_moment(one: Container) -> Micros | None:
    return one.plan.exit_at


def _on_exit(draft: Draft, index: int) -> None:
    """The process has ended; in a pod that goes on, a restart may be due, at once or later."""
    one = draft.life.containers[index]
    ends = one.plan.exit
    if ends is None:
        return
    ended = Ended(ends.code, ends.reason, ends.message, one.started_at, draft.at, one.container_id)
    one = draft.put(
        index,
        state="ended",
        ended=ended,
        last=one.ended,
        up=False,
        ready=one.role == "init" and ends.code == 0,
        plan=NO_PLAN,
        retry_at=one.backoff.retry_at(draft.at),
    )
    going_on = draft.life.stop_by is None and phases.may_restart(one, draft.scene.restart_policy)
    if going_on and one.retry_at > draft.at:
        _back_off(draft, index)


def _back_off(draft: Draft, index: int) -> None:
    one, pod = draft.life.containers[index], draft.scene.full_name()
    wait = one.backoff.wait // SECOND
    shown = f"{wait // 60}m{wait % 60}s" if wait >= 60 else f"{wait}s"
    draft.warn("BackOff", f"Back-off restarting failed container {one.name} in pod {pod}")
    message = f"back-off {shown} restarting failed container={one.name} pod={pod}"
    draft.put(index, state="waiting", reason="CrashLoopBackOff", message=message)


def _up_moment(one: Container) -> Micros | None:
    return None if one.up else one.plan.up_at


def _ready_moment(one: Container) -> Micros | None:
    return None if one.ready or one.stopping else one.plan.ready_at


def _complaint_moment(one: Container) -> Micros | None:
    return None if one.ready or one.stopping else one.plan.complaint_at


def _on_complaint(draft: Draft, index: int) -> None:
    """A readiness probe has failed; the next complaint is planned while it is not ready."""
    spec, one = draft.scene.spec(index), draft.life.containers[index]
    probe = spec["readinessProbe"]
    text = probes.output(probe, spec, draft.life.ip)
    draft.warn("Unhealthy", f"Readiness probe failed: {text}")
    after = probes.next_complaint(probe, draft.life.began, one.complaints + 1, draft.at)
    ready_at = one.plan.ready_at
    later = after if ready_at is None or after < ready_at else None
    draft.put(index, complaints=one.complaints + 1, plan=one.plan._replace(complaint_at=later))


def _failure_moment(one: Container) -> Micros | None:
    return None if one.stopping else one.plan.failure_at


def _on_failure(draft: Draft, index: int) -> None:
    """The failed ticks are told together when the last of them decides."""
    spec, kind = draft.scene.spec(index), draft.life.containers[index].plan.failing_probe
    probe = spec[f"{kind}Probe"]
    text = probes.output(probe, spec, draft.life.ip)
    for _ in range(probe.get("failureThreshold") or 3):
        draft.warn("Unhealthy", f"{kind.capitalize()} probe failed: {text}")
    stopping.fail_probe(draft, index)


def _turn_moment(one: Container) -> Micros | None:
    return one.turn_at


def _mark(draft: Draft, index: int, **changes: bool) -> None:
    draft.put(index, **changes)


CONTAINER_STAGES: tuple[ContainerStage, ...] = (
    ContainerStage("Its process ends.", _exit_moment, _on_exit),
    ContainerStage(
        "It has started (startup probe, if any).",
        _up_moment,
        lambda draft, index: _mark(draft, index, up=True),
    ),
    ContainerStage(
        "It is ready (readiness probe, if any).",
        _ready_moment,
        lambda draft, index: _mark(draft, index, ready=True),
    ),
    ContainerStage("Its readiness probe fails.", _complaint_moment, _on_complaint),
    ContainerStage("Its liveness or startup probe fails for good.", _failure_moment, _on_failure),
    ContainerStage(
        "Its failed pull turns to back-off.", _turn_moment, starting.back_off_pull, "waiting"
    ),
)
"""What can happen to a container, in the order in which things of one moment happen."""

STAGES: tuple[Stage, ...] = (
    Stage(
        "It is deleted: its containers are told to end.",
        _deletion_due,
        _on_deletion,
        (*_UP, "down"),
    ),
    Stage("Its activeDeadlineSeconds have passed: it fails.", _deadline_due, _on_deadline),
    Stage("Its node evicts it.", evicting.due, evicting.act),
    Stage("All work is done or has failed: what is left is ended.", _apps_over_due, _on_apps_over),
    Stage(
        "The other containers have ended: sidecars go.",
        _sidecar_stop_due,
        _on_sidecar_stop,
        ("down",),
    ),
    Stage("No container runs any more: it is over.", _over_due, _on_over, ("down",)),
    Stage("Its resize goes on.", resizing.moment, resizing.go_on),
    Stage("Its worker has done a step.", _work_due, _on_work_done, ("busy",)),
    Stage(
        "Volumes and network are there: the sandbox is made.", _sandbox_due, _on_sandbox, ("bare",)
    ),
    Stage("A volume or the network is missing: it waits.", _obstacle_due, _on_obstacle, ("bare",)),
    Stage("The next container is started, or one again.", _start_due, _on_start, ("idle",)),
)
"""What can happen to a pod as a whole, in the order in which things of one moment happen."""

_STAGES_OF: Mapping[Part, tuple[Stage, ...]] = {
    one: tuple(stage for stage in STAGES if one in stage.parts) for one in get_args(Part)
}
_STAGES_IN: Mapping[State, tuple[ContainerStage, ...]] = {
    state: tuple(stage for stage in CONTAINER_STAGES if stage.state == state)
    for state in get_args(State)
}
