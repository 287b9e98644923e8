"""What can happen to a container on its node, when, and what it changes.

Source: kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go, pkg/kubelet/prober/worker.go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args

from minieks.engine.clock import SECOND, Micros
from minieks.kube.kubelet import phases, probes, starting, stopping
from minieks.kube.kubelet.life import NO_PLAN, Container, Ended, State
from minieks.kube.kubelet.scene import Draft


@dataclass(frozen=True, slots=True)
class ContainerStage:
    """One thing that can happen to a container: in which state, at which moment, what it does."""

    about: str
    moment: Callable[[Container], Micros | None]
    act: Callable[[Draft, int], None]
    state: State = "running"


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

STAGES_IN: Mapping[State, tuple[ContainerStage, ...]] = {
    state: tuple(stage for stage in CONTAINER_STAGES if stage.state == state)
    for state in get_args(State)
}
"""The same for each state that a container can be in."""
