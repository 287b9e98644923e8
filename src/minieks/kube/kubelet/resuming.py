"""A pod that a kubelet finds on its node when it begins: its containers go on as they are.

What the kubelet knew of it is read from the status that was written last; what is not written
there, such as how far a back-off had come, begins anew. Source: kubernetes pkg/kubelet/kubelet.go
(HandlePodAdditions after a restart), pkg/kubelet/kuberuntime (a container that runs is kept).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from minieks.engine.clock import Micros
from minieks.kube.kinds import pods
from minieks.kube.kubelet import life, phases
from minieks.kube.kubelet.life import Container, Ended, Life, Progress
from minieks.kube.kubelet.planning import plan
from minieks.kube.kubelet.scene import Scene
from minieks.kube.words import times
from minieks.kube.words.objects import Obj


def is_known(pod: Obj) -> bool:
    """Whether a kubelet has taken the pod already."""
    return bool((pod.get("status") or {}).get("startTime")) and not pods.is_terminal(pod)


def resumed(pod: Obj, now: Micros) -> Life:
    """The life of a pod as its status tells it; what will become of it is not planned yet."""
    status: Mapping[str, Any] = pod["status"]
    told = {
        one["name"]: one
        for field in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
        for one in status.get(field) or ()
    }
    fresh = life.joined(life.begin(pod, times.parse(status["startTime"])), pod, now)
    known = tuple(_container(one, told.get(one.name)) for one in fresh.containers)
    found = fresh._replace(
        containers=known,
        phase=str(status.get("phase") or "Pending"),
        ip=str(status.get("podIP") or ""),
        looked_at=now,
    )
    found = found._replace(initialized=fresh.initialized or phases.is_initialized(found))
    return _with_resources(found, told)


def _with_resources(found: Life, told: Mapping[str, Mapping[str, Any]]) -> Life:
    """The life with what is in force and allocated, and what is in progress if they differ.

    What was pending is decided on anew.
    """
    given = [_resources(told.get(one.name), asked) for one, asked in _asking(found)]
    if all(in_force == allocated for in_force, allocated in given):
        progress = None
    else:
        progress = Progress(found.generation, found.looked_at, found.looked_at)
    count = len(given)
    known = tuple(
        one._replace(resources=in_force)
        for one, (in_force, _) in zip(found.containers, given, strict=False)
    )
    return found._replace(
        containers=(*known, *found.containers[count:]),
        allocated=tuple(allocated for _, allocated in given),
        generation=-1,
        progress=progress,
    )


def _asking(found: Life) -> Iterator[tuple[Container, Obj]]:
    """The containers with what their spec asks for."""
    return zip(found.containers, found.allocated, strict=False)


def _resources(told: Mapping[str, Any] | None, asked: Obj) -> tuple[Obj, Obj]:
    """What is in force of a container, and what is allocated to it.

    Only the requests of what is allocated are written; its limits are those of the spec if that
    asks for the same requests, else those in force.
    """
    if told is None or "resources" not in told:
        return asked, asked
    in_force, requests = told["resources"], told.get("allocatedResources")
    if requests == asked.get("requests"):
        return in_force, asked
    return in_force, {**in_force, **({"requests": requests} if requests else {})}


def planned(scene: Scene, found: Life) -> Life:
    """The life with what will become of the containers that run."""
    containers = tuple(
        _planned(scene, found, index, one) if one.running else one
        for index, one in enumerate(found.containers)
    )
    return found._replace(containers=containers)


def _planned(scene: Scene, found: Life, index: int, one: Container) -> Container:
    plans = plan(scene, found.began, one, scene.spec(index))
    if one.up:
        plans = plans._replace(up_at=None)
    if one.ready:
        plans = plans._replace(ready_at=None, complaint_at=None)
    return one._replace(plan=plans)


def _container(fresh: Container, told: Mapping[str, Any] | None) -> Container:
    if told is None:
        return fresh
    state, last = told.get("state") or {}, (told.get("lastState") or {}).get("terminated")
    restarts = int(told.get("restartCount") or 0)
    common = fresh._replace(
        container_id=str(told.get("containerID") or ""),
        image_id=str(told.get("imageID") or ""),
        starts=restarts + 1 if told.get("containerID") else 0,
    )
    if "running" in state:
        return common._replace(
            state="running",
            reason="",
            started_at=times.parse(state["running"]["startedAt"]),
            up=bool(told.get("started")),
            ready=bool(told.get("ready")),
            ended=_ended(last) if last else None,
        )
    if "terminated" in state:
        return common._replace(
            state="ended",
            reason="",
            ended=_ended(state["terminated"]),
            last=_ended(last) if last else None,
            ready=bool(told.get("ready")),
        )
    waiting = state.get("waiting") or {}
    return common._replace(
        reason=str(waiting.get("reason") or fresh.reason),
        message=str(waiting.get("message") or ""),
        ended=_ended(last) if last else None,
    )


def _ended(told: Mapping[str, Any]) -> Ended:
    return Ended(
        code=int(told.get("exitCode") or 0),
        reason=str(told.get("reason") or ""),
        message=str(told.get("message") or ""),
        started_at=_moment(told.get("startedAt")),
        finished_at=_moment(told.get("finishedAt")),
        container_id=str(told.get("containerID") or ""),
    )


def _moment(text: object) -> Micros:
    return times.parse(str(text)) if text else 0
