"""Ending a pod's containers: TERM after preStop, KILL when the grace is over, sidecars last.

Source: kubernetes pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer) and
kuberuntime_termination_order.go.
"""

import re
from collections.abc import Mapping
from typing import Any

from minieks.engine.clock import SECOND, Micros, micros
from minieks.kube.kubelet.backoff import NO_BACKOFF
from minieks.kube.kubelet.life import Container
from minieks.kube.kubelet.scene import Draft
from minieks.kube.kubelet.workload import ContainerSpec, Exit

TERMINATED = 128 + 15
KILLED = 128 + 9
# What a container gets for its TERM even if preStop has used up the grace.
_LEAST_GRACE: Micros = 2 * SECOND
_SLEEP = re.compile(r"(?:^|[\s;&/])sleep\s+([0-9]+(?:\.[0-9]+)?)(s?)(?=$|[\s;&])")


def stop_pod(draft: Draft, grace: int) -> None:
    """Stop everything within ``grace`` seconds: apps and inits now, sidecars when those ended."""
    stop_by = draft.at + grace * SECOND
    draft.change(stop_by=stop_by, work=None)
    for index, container in enumerate(draft.life.containers):
        if container.running and container.role != "sidecar":
            stop_container(draft, index, stop_by)


def stop_container(draft: Draft, index: int, stop_by: Micros) -> None:
    """Tell one container to end, and plan when and how it does."""
    container, spec = draft.life.containers[index], draft.scene.spec(index)
    draft.normal("Killing", f"Stopping container {container.name}")
    leaves_at = draft.at + min(pre_stop(spec), stop_by - draft.at)
    killed_at = max(stop_by, leaves_at + _LEAST_GRACE) if leaves_at > draft.at else stop_by
    _end_by(draft, index, leaves_at, killed_at)


def restart(draft: Draft, index: int, message: str) -> None:
    """Have a container end in order to be started again at once."""
    draft.normal("Killing", message)
    draft.put(index, backoff=NO_BACKOFF)
    leaves_at = draft.at + pre_stop(draft.scene.spec(index))
    _end_by(draft, index, leaves_at, max(draft.at + draft.scene.grace * SECOND, leaves_at))


def fail_probe(draft: Draft, index: int) -> None:
    """Have a container end because a probe failed for good."""
    container, scene = draft.life.containers[index], draft.scene
    kind = container.plan.failing_probe
    probe = scene.spec(index)[f"{kind}Probe"]
    draft.normal("Killing", f"Container {container.name} failed {kind} probe, will be restarted")
    grace = probe.get("terminationGracePeriodSeconds", scene.grace)
    draft.put(index, plan=container.plan._replace(failure_at=None), ready=False)
    _end_by(draft, index, draft.at, draft.at + grace * SECOND)


def _end_by(draft: Draft, index: int, term_at: Micros, kill_at: Micros) -> None:
    """Plan the end by TERM or KILL, unless the container ends by itself before."""
    container, scene = draft.life.containers[index], draft.scene
    takes = scene.model.termination(scene.pod, scene.spec(index))
    in_time = takes <= (kill_at - term_at) / SECOND
    at = term_at + micros(takes) if in_time else kill_at
    plan = container.plan
    if plan.exit_at is None or plan.exit_at > at:
        ends = Exit(0, TERMINATED if in_time else KILLED, "Error")
        plan = plan._replace(exit_at=at, exit=ends, failure_at=None)
    draft.put(index, stopping=True, plan=plan)


def pre_stop(spec: ContainerSpec) -> Micros:
    """How long the preStop hook takes: its sleep action, or the sleeps in its command."""
    hook: Mapping[str, Any] = (spec.get("lifecycle") or {}).get("preStop") or {}
    if not hook:
        return 0
    if hook.get("sleep"):
        return int(hook["sleep"].get("seconds", 0)) * SECOND
    command = " ".join(map(str, (hook.get("exec") or {}).get("command") or ()))
    return micros(sum(float(found[0]) for found in _SLEEP.findall(command)))


def next_sidecar(containers: tuple[Container, ...]) -> int | None:
    """The sidecar to stop next, when all other containers have ended: the last one first."""
    if any(one.running and (one.role != "sidecar" or one.stopping) for one in containers):
        return None
    running = [index for index, one in enumerate(containers) if one.running]
    return running[-1] if running else None
