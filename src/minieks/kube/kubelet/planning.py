"""What will become of a container that has just started: its end, its probes."""

from collections.abc import Mapping
from math import isinf
from typing import Any, Literal, NamedTuple

from minieks.engine.clock import SECOND, Micros, micros
from minieks.kube.kubelet import probes
from minieks.kube.kubelet.life import Container, Plan
from minieks.kube.kubelet.scene import Scene
from minieks.kube.kubelet.workload import ContainerSpec


class _Run(NamedTuple):
    """One run of a container: from when its probes tick, its start, when it answers (seconds)."""

    base: Micros
    started: Micros
    answers: float


class _Failure(NamedTuple):
    """When a probe has failed often enough to have the container killed, and which probe."""

    at: Micros | None = None
    probe: Literal["startup", "liveness"] = "liveness"


def plan(scene: Scene, base: Micros, container: Container, spec: ContainerSpec) -> Plan:
    """The plan of a run that begins at ``container.started_at``; probes tick from ``base``."""
    started = container.started_at
    ends = scene.model.exit(scene.pod, spec, init=container.role in ("init", "sidecar"))
    exit_at = None if ends is None else started + micros(ends.after)
    if container.role in ("init", "ephemeral"):
        return Plan(exit_at=exit_at, exit=ends)
    probed = bool(spec.get("readinessProbe") or spec.get("startupProbe"))
    run = _Run(base, started, scene.model.ready_after(scene.pod, spec, probed=probed))
    up_at, startup = _startup(spec.get("startupProbe"), run)
    ready_at, complaint_at = _readiness(spec.get("readinessProbe"), run, up_at)
    failure = startup if startup.at else _liveness(scene, spec, run, up_at)
    return Plan(exit_at, ends, up_at, ready_at, complaint_at, failure.at, failure.probe)


def _startup(probe: Mapping[str, Any] | None, run: _Run) -> tuple[Micros | None, _Failure]:
    """When the container counts as started, or when its startup probe gives it up."""
    if not probe:
        return run.started, _Failure()
    up_at = probes.success_at(probe, run.base, run.started, run.answers)
    given_up = probes.failure_at(probe, run.base, run.started, run.started)
    if up_at is not None and up_at <= given_up:
        return up_at, _Failure()
    return None, _Failure(given_up, "startup")


def _readiness(
    probe: Mapping[str, Any] | None, run: _Run, up_at: Micros | None
) -> tuple[Micros | None, Micros | None]:
    """When the container is ready, and when its readiness probe fails first."""
    if up_at is None:
        return None, None
    if not probe:
        return (None if isinf(run.answers) else max(up_at, run.started + micros(run.answers))), None
    first = probes.first_readiness(probe, run.base, run.started, up_at)
    ready_at = probes.ready_at(probe, run.base, first, run.started, run.answers)
    fails = run.answers * SECOND > first - run.started
    return ready_at, first if fails else None


def _liveness(scene: Scene, spec: ContainerSpec, run: _Run, up_at: Micros | None) -> _Failure:
    """When the liveness probe has the container killed; only a model that says so lets it fail."""
    probe = spec.get("livenessProbe")
    after = scene.model.unhealthy_after(scene.pod, spec) if probe else None
    if not probe or after is None or up_at is None:
        return _Failure()
    bad_from = max(up_at, run.started + micros(after))
    return _Failure(probes.failure_at(probe, run.base, run.started, bad_from))
