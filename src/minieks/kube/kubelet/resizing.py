"""Resizes in place: what a kubelet makes of a running pod whose containers ask for other resources.

    asked for (spec) -> allocated (counted on the node) -> in force (of a running container)

What a node can never give is Infeasible, what it cannot give now is Deferred; else it is allocated,
and in progress until it is in force. Source: kubernetes pkg/kubelet/allocation
(handlePodResourcesResize, canResizePod), pkg/kubelet/events/pod_resize.go,
pkg/kubelet/kuberuntime (computePodResizeAction); KEP-1287.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import orjson

from minieks.engine.clock import SECOND, Micros, micros
from minieks.kube.kinds import nodes, pods
from minieks.kube.kinds.pods import Amounts
from minieks.kube.kubelet import stopping
from minieks.kube.kubelet.life import (
    Container,
    Life,
    Pending,
    Progress,
    Verdict,
    generation_of,
    resources_of,
)
from minieks.kube.kubelet.scene import Draft, Note, Scene
from minieks.kube.words.objects import Obj

RETRY: Final[Micros] = 180 * SECOND
"""How often a deferred resize is looked at again, whatever happens on the node."""
_EVENT_SINCE: Final = (1, 34)
_ALL_EVENTS_SINCE: Final = (1, 35)
_SUMMED: Final = ("memory", "cpu")
_NOTHING: Final[Mapping[str, Any]] = {}


class Refusal(NamedTuple):
    """Why a resize cannot be made, ever or now."""

    reason: Literal["Deferred", "Infeasible"]
    message: str


def is_due(life: Life, pod: Obj) -> bool:
    """Whether a decision is to be made: the spec is a new one, or the last one is still pending."""
    return life.over_at is None and (
        life.pending is not None or life.generation != generation_of(pod)
    )


def is_asked(life: Life, pod: Obj) -> bool:
    """Whether the containers ask for other resources than are allocated to them."""
    return resources_of(pod) != life.allocated[: len(resources_of(pod))]


def beyond(node: Obj, requested: Amounts) -> Refusal | None:
    """The refusal of what a node could not give even if it were empty."""
    allocatable = nodes.allocatable(node)
    for name in _SUMMED:
        amount, most = requested.get(name, 0), allocatable.get(name, 0)
        if amount > most:
            told = f"{name}, requested: {amount}, capacity: {most}"
            return Refusal("Infeasible", f"Node didn't have enough capacity: {told}")
    return None


def deferred(verdict: Verdict, prefix: str) -> Refusal:
    """The refusal of what a node cannot give now; ``prefix`` is said only of new pods."""
    return Refusal("Deferred", verdict.message.removeprefix(prefix))


def reverted(life: Life, pod: Obj) -> Life:
    """The life of a pod that asks for what it has."""
    return life._replace(generation=generation_of(pod), pending=None)


def refused(life: Life, pod: Obj, refusal: Refusal, now: Micros) -> Life:
    """The life with a resize that is pending; it is so since its reason is this one."""
    before = life.pending
    since = before.since if before is not None and before.reason == refusal.reason else now
    generation = generation_of(pod)
    return life._replace(generation=generation, pending=Pending(*refusal, generation, since))


def accepted(life: Life, pod: Obj, scene: Scene) -> Life:
    """The life with what is asked for allocated; the runtime then needs a moment."""
    generation = generation_of(pod)
    until = scene.now + micros(scene.seconds("container_resize"))
    return life._replace(
        generation=generation,
        pending=None,
        allocated=resources_of(pod),
        progress=Progress(generation, scene.now, until),
    )


# --- what is told ---


def notes(before: Life, after: Life, scene: Scene) -> list[Note]:
    """The events about a decision; before 1.35 there are none."""
    if scene.version < _ALL_EVENTS_SINCE:
        return []
    if after.pending is not None and after.pending != before.pending:
        reason = after.pending.reason
        text = _summary(scene, after.pending.generation, after.pending.message)
        return [Note("Warning", f"Resize{reason}", f"Pod resize {reason}: {text}")]
    if after.progress is not None and after.progress != before.progress:
        text = _summary(scene, after.progress.generation)
        return [Note("Normal", "ResizeStarted", f"Pod resize started: {text}")]
    return []


def _summary(scene: Scene, generation: int, error: str = "") -> str:
    """What the containers of the pod ask for, as JSON."""
    spec = scene.pod["spec"]
    told: Obj = {}
    for part in ("initContainers", "containers"):
        if spec.get(part):
            told[part] = [_shown(item) for item in spec[part]]
    if scene.version >= _ALL_EVENTS_SINCE:
        told["generation"] = generation
    if error:
        told["error"] = error
    return orjson.dumps(told).decode()


def _shown(item: Mapping[str, Any]) -> Obj:
    resources = item.get("resources") or _NOTHING
    parts = {
        part: dict(sorted(resources[part].items()))
        for part in ("limits", "requests")
        if resources.get(part)
    }
    return {"name": item["name"], "resources": parts}


# --- what is done ---


def moment(scene: Scene, life: Life) -> Micros | None:
    """When the runtime has done its part, or at once when nothing is left to do."""
    if life.progress is None:
        return None
    if life.progress.until is not None:
        return life.progress.until
    return None if _outdated(life) else scene.now


def go_on(draft: Draft) -> None:
    """Put in force what is allocated, or tell that it is."""
    progress = draft.life.progress
    if progress is None:
        return
    if progress.until is None:
        draft.change(progress=None)
        if draft.scene.version >= _EVENT_SINCE:
            text = _summary(draft.scene, progress.generation)
            draft.normal("ResizeCompleted", f"Pod resize completed: {text}")
        return
    draft.change(progress=progress._replace(until=None))
    for index in _outdated(draft.life):
        _put_in_force(draft, index)


def _outdated(life: Life) -> list[int]:
    """The running containers with other resources than are allocated to them."""
    return [
        index
        for index, (one, resources) in enumerate(zip(life.containers, life.allocated, strict=False))
        if one.running and one.resources != resources
    ]


def _put_in_force(draft: Draft, index: int) -> None:
    one, resources = draft.life.containers[index], draft.life.allocated[index]
    if not needs_restart(draft.scene.spec(index), one, resources):
        draft.put(index, resources=resources)
    elif not one.stopping:
        message = f"Container {one.name} resize requires restart"
        stopping.restart(draft, index, message)


def needs_restart(spec: Mapping[str, Any], one: Container, wanted: Obj) -> bool:
    """Whether a resource changes for which the container's resizePolicy says RestartContainer."""
    return any(
        _of(one.resources, policy["resourceName"]) != _of(wanted, policy["resourceName"])
        for policy in spec.get("resizePolicy") or ()
        if policy.get("restartPolicy") == "RestartContainer"
    )


def _of(resources: Obj, name: str) -> tuple[Any, Any]:
    """Request and limit of one resource."""
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    return requests.get(name), limits.get(name)


def allocated_requests(pod: Obj, allocated: tuple[Obj, ...]) -> Amounts:
    """What a pod holds of its node: what was allocated, whatever it asks for by now."""
    if resources_of(pod) == allocated:
        return pods.requests(pod, in_place=False)
    spec, rest = dict(pod["spec"]), iter(allocated)
    for part in ("initContainers", "containers"):
        spec[part] = [{**item, "resources": next(rest)} for item in spec.get(part) or ()]
    return pods.requests({**pod, "spec": spec}, in_place=False)
