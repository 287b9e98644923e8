"""A pod that a kubelet finds on its node when it begins: its containers go on as they are.

What the kubelet knew of it is read from the status that was written last; what is not written
there, such as how far a back-off had come, begins anew. Source: kubernetes pkg/kubelet/kubelet.go
(HandlePodAdditions after a restart), pkg/kubelet/kuberuntime (a container that runs is kept).
"""

from collections.abc import Mapping
from typing import Any

from minieks.engine.clock import Micros
from minieks.kube.kinds import pods
from minieks.kube.kubelet import life, phases
from minieks.kube.kubelet.life import Container, Ended, Life
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
    return found._replace(initialized=fresh.initialized or phases.is_initialized(found))


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
