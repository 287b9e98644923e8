"""The status that a kubelet writes for a pod: conditions and container statuses from its life.

Source: kubernetes pkg/kubelet/status/generate.go, pkg/kubelet/kubelet_pods.go
(generateAPIPodStatus), pkg/kubelet/status/status_manager.go (mergePodStatus).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from minieks.kube.kubelet import images, phases
from minieks.kube.kubelet.life import Container, Ended, Life
from minieks.kube.kubelet.scene import Scene
from minieks.kube.kubelet.workload import ContainerSpec
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata

OWN_CONDITIONS = (
    "PodResizePending",
    "PodResizeInProgress",
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
)


def status(scene: Scene, life: Life) -> Obj:
    """The whole new status: what the kubelet knows, and what others wrote that is not its own."""
    old: Mapping[str, Any] = scene.pod.get("status") or {}
    if life.verdict is not None and not life.containers:
        return _of_rejected(scene, life, old)
    spec = scene.pod["spec"]
    inits = spec.get("initContainers") or ()
    generation = _generation(scene)
    new: Obj = {}
    for field in _KEPT:
        if field in old:
            new[field] = old[field]
    new["phase"] = life.phase
    new["conditions"] = _conditions(scene, life, old, generation)
    new["hostIP"] = scene.node.address
    new["hostIPs"] = [{"ip": scene.node.address}]
    new["startTime"] = times.rfc3339(life.began)
    rest = len(inits) + len(spec["containers"])
    shown = life.allocated if scene.version >= _RESOURCES_SINCE else ()
    apps = life.containers[len(inits) : rest]
    new["containerStatuses"] = _statuses(apps, spec["containers"], shown[len(inits) :])
    if life.verdict is not None:
        new |= {"reason": life.verdict.reason, "message": life.verdict.message}
    if life.ip:
        new["podIP"] = life.ip
        new["podIPs"] = [{"ip": life.ip}]
    if inits:
        new["initContainerStatuses"] = _statuses(life.containers[: len(inits)], inits, shown)
    if len(life.containers) > rest:
        new["ephemeralContainerStatuses"] = _of_ephemeral(spec, life.containers[rest:])
    if generation is not None:
        new["observedGeneration"] = generation
    return new


def is_told_alike(before: Life, life: Life, scene: Scene) -> bool:
    """Whether the status says now what the pod's present one says, which was that of ``before``."""
    return (
        life.containers is before.containers
        and life.phase == before.phase
        and life.ip == before.ip
        and life.over_at == before.over_at
        and life.initialized == before.initialized
        and life.verdict is before.verdict
        and life.allocated is before.allocated
        and life.pending is before.pending
        and life.progress is before.progress
        and scene.pod["status"].get("hostIP") == scene.node.address
    )


_RESOURCES_SINCE = (1, 33)
_KEPT = (
    "qosClass",
    "nominatedNodeName",
    "resize",
    "reason",
    "message",
    "ephemeralContainerStatuses",
)


def _of_rejected(scene: Scene, life: Life, old: Mapping[str, Any]) -> Obj:
    """A pod that its node refused has only a phase and a reason."""
    assert life.verdict is not None, "a rejected pod has a verdict"
    kept = {field: old[field] for field in ("qosClass", "conditions") if field in old}
    generation = _generation(scene)
    return {
        **kept,
        "phase": "Failed",
        "reason": life.verdict.reason,
        "message": life.verdict.message,
        "startTime": times.rfc3339(life.began),
        **({} if generation is None else {"observedGeneration": generation}),
    }


def _generation(scene: Scene) -> int | None:
    """From 1.34 on a pod's status tells which generation it is about."""
    return metadata(scene.pod).get("generation") if scene.version >= (1, 34) else None


# --- conditions ---


class _Said(NamedTuple):
    """A condition without its times."""

    type: str
    status: Literal["True", "False"]
    reason: str = ""
    message: str = ""


_SCHEDULED = _Said("PodScheduled", "True")
_CONNECTED = _Said("PodReadyToStartContainers", "True")
_UNCONNECTED = _Said("PodReadyToStartContainers", "False")
_INITIALIZED = _Said("Initialized", "True")
_CONTAINERS_READY = _Said("ContainersReady", "True")
_READY = _Said("Ready", "True")


def _conditions(
    scene: Scene, life: Life, old: Mapping[str, Any], generation: int | None
) -> list[Obj]:
    """What others wrote first, then the kubelet's own: of a resize, and the five."""
    before = {item["type"]: item for item in old.get("conditions") or ()}
    found = [item for name, item in before.items() if name not in OWN_CONDITIONS]
    containers = _containers_ready(life)
    wanted = (
        _CONNECTED if life.ip and life.over_at is None else _UNCONNECTED,
        _initialized(life),
        _ready(scene, containers, before),
        containers,
        _SCHEDULED,
    )
    found += _of_resize(life, with_generation=generation is not None)
    now = times.rfc3339(scene.now)
    for said in wanted:
        present = before.get(said.type)
        same = present is not None and present["status"] == said.status
        since = (present.get("lastTransitionTime") or now) if present and same else now
        found.append(_condition(said, since, generation))
    return found


def _of_resize(life: Life, *, with_generation: bool) -> Iterator[Obj]:
    """What is told of a resize that is pending, and of one that is in progress."""
    pending, progress = life.pending, life.progress
    if pending is not None:
        said = _Said("PodResizePending", "True", pending.reason, pending.message)
        generation = pending.generation if with_generation else None
        yield _condition(said, times.rfc3339(pending.since), generation)
    if progress is not None:
        generation = progress.generation if with_generation else None
        said = _Said("PodResizeInProgress", "True")
        yield _condition(said, times.rfc3339(progress.since), generation)


@lru_cache(maxsize=4096)
def _condition(said: _Said, since: str, generation: int | None) -> Obj:
    """A condition as it is written; one object for all pods of which it says the same."""
    found: Obj = {
        "type": said.type,
        "status": said.status,
        "lastProbeTime": None,
    }
    if said.reason:
        found["reason"] = said.reason
    if said.message:
        found["message"] = said.message
    found["lastTransitionTime"] = since
    if generation is not None:
        found["observedGeneration"] = generation
    return found


def _initialized(life: Life) -> _Said:
    if life.phase == "Succeeded":
        return _Said("Initialized", "True", "PodCompleted")
    missing = () if life.initialized else phases.incomplete(life)
    if not missing:
        return _INITIALIZED
    message = f"containers with incomplete status: {_listed(missing)}"
    return _Said("Initialized", "False", "ContainersNotInitialized", message)


def _containers_ready(life: Life) -> _Said:
    if life.phase in phases.TERMINAL:
        done = life.phase == "Succeeded"
        return _Said("ContainersReady", "False", "PodCompleted" if done else "PodFailed")
    unready = [
        one.name for one in life.containers if one.role in _TO_BE_READY and not _is_ready(one)
    ]
    if not unready:
        return _CONTAINERS_READY
    message = f"containers with unready status: {_listed(unready)}"
    return _Said("ContainersReady", "False", "ContainersNotReady", message)


_TO_BE_READY = ("sidecar", "app")


def _is_ready(container: Container) -> bool:
    return container.running and container.ready


def _ready(scene: Scene, containers: _Said, before: Mapping[str, Any]) -> _Said:
    """Ready as the containers are, and as the readiness gates that others open."""
    if containers.status != "True":
        return _Said("Ready", containers.status, containers.reason, containers.message)
    gates = scene.pod["spec"].get("readinessGates")
    if not gates:
        return _READY
    closed = [_closed(gate["conditionType"], before) for gate in gates]
    messages = [text for text in closed if text]
    if not messages:
        return _READY
    return _Said("Ready", "False", "ReadinessGatesNotReady", ", ".join(messages))


def _closed(type_: str, before: Mapping[str, Any]) -> str:
    found = before.get(type_)
    if found is None:
        return f'corresponding condition of pod readiness gate "{type_}" does not exist.'
    if found["status"] == "True":
        return ""
    return f'the status of pod readiness gate "{type_}" is not "True", but {found["status"]}'


def _listed(names: Iterable[str]) -> str:
    """Names as Go prints a list of strings."""
    return f"[{' '.join(names)}]"


# --- containers ---


def _statuses(
    containers: Sequence[Container],
    specs: Sequence[ContainerSpec],
    allocated: Sequence[Obj] = (),
) -> list[Obj]:
    """The statuses of containers, with what is ``allocated`` to them where that is told."""
    found = [_status(one, spec["image"]) for one, spec in zip(containers, specs, strict=True)]
    for one, told, resources in zip(containers, found, allocated, strict=False):
        if one.starts:
            told["resources"] = one.resources if one.running else resources
            if resources.get("requests"):
                told["allocatedResources"] = resources["requests"]
    return found


def _of_ephemeral(spec: Obj, containers: Sequence[Container]) -> list[Obj]:
    """No probe looks at them: they are never ready, and nothing says that they have started."""
    found = _statuses(containers, spec["ephemeralContainers"][: len(containers)])
    return [
        {field: one[field] for field in one if field != "started"} | {"ready": False}
        for one in found
    ]


def _status(one: Container, image: str) -> Obj:
    found: Obj = {
        "name": one.name,
        "state": _state(one),
        "lastState": _last_state(one),
        "ready": one.ready if one.role == "init" else _is_ready(one),
        "restartCount": one.restarts,
        "image": images.full_name(image) if one.starts else image,
        "imageID": one.image_id,
        "started": one.running and (one.up or one.role == "init"),
    }
    if one.container_id:
        found["containerID"] = one.container_id
    return found


def _state(one: Container) -> Obj:
    if one.state == "running":
        return {"running": {"startedAt": times.rfc3339(one.started_at)}}
    if one.state == "ended" and one.ended is not None:
        return {"terminated": _terminated(one.ended)}
    waiting = {"reason": one.reason}
    if one.message:
        waiting["message"] = one.message
    return {"waiting": waiting}


def _last_state(one: Container) -> Obj:
    last = one.last if one.state == "ended" else one.ended
    return {"terminated": _terminated(last)} if last is not None else {}


def _terminated(ended: Ended) -> Obj:
    found: Obj = {
        "exitCode": ended.code,
        "reason": ended.reason,
        "startedAt": times.rfc3339(ended.started_at),
        "finishedAt": times.rfc3339(ended.finished_at),
        "containerID": ended.container_id,
    }
    if ended.message:
        found["message"] = ended.message
    return found
