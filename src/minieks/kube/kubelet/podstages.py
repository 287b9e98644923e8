"""What can happen to a pod as a whole on its node, when, and what it changes.

Source: kubernetes pkg/kubelet/kubelet.go (SyncPod, SyncTerminatingPod).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, get_args

from minieks.engine.clock import SECOND, Micros, micros
from minieks.kube.kubelet import evicting, phases, resizing, starting, stopping
from minieks.kube.kubelet.life import Container, Life, Part, Verdict, Work
from minieks.kube.kubelet.scene import Draft, Scene
from minieks.kube.words.objects import is_deleting, metadata

Due: TypeAlias = Callable[[Scene, Life], Micros | None]
Act: TypeAlias = Callable[[Draft], None]

DEADLINE: Final = Verdict(
    "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"
)
# The kubelet gives up one wait for volumes after 2 min 3 s, says so, and waits anew.
PATIENCE: Final[Micros] = 123 * SECOND
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

STAGES_OF: Mapping[Part, tuple[Stage, ...]] = {
    one: tuple(stage for stage in STAGES if one in stage.parts) for one in get_args(Part)
}
"""The same for each part of a pod's life."""
