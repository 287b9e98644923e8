"""The parts of a Pod that have endpoints of their own: ephemeral containers, and resources.

Source: kubernetes pkg/registry/core/pod/strategy.go (dropNonEphemeralContainerUpdates,
dropNonResizeUpdates), pkg/apis/core/validation/validation.go (ValidatePodEphemeralContainersUpdate,
ValidatePodResize).
"""

from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import FieldError, duplicate, forbidden, invalid, required
from minieks.kube.api.internalform import difference
from minieks.kube.api.statuses import managed_only
from minieks.kube.api.validation.resources import requirements
from minieks.kube.kinds.podresources import is_sidecar, qos_class
from minieks.kube.kinds.pods import is_mirror
from minieks.kube.words.objects import Obj

_NOT_HERE: Final = "cannot be set for an Ephemeral Container"
_FORBIDDEN: Final = (
    *("ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"),
    "resizePolicy",
)
_CONTAINERS: Final = ("containers", "initContainers")
_RESIZED: Final = ("cpu", "memory")


def with_ephemeral(sent: Obj, old: Obj) -> Obj:
    """The stored pod with the ephemeral containers that were sent."""
    wanted = sent["spec"].get("ephemeralContainers")
    spec = {key: value for key, value in old["spec"].items() if key != "ephemeralContainers"}
    if wanted:
        spec["ephemeralContainers"] = wanted
    return _counted({**old, "metadata": managed_only(sent, old), "spec": spec}, old)


def check_ephemeral(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Ephemeral containers may only be added."""
    path = "spec.ephemeralContainers"
    before = {one["name"]: one for one in old["spec"].get("ephemeralContainers") or ()}
    after = new["spec"].get("ephemeralContainers") or []
    taken = {container["name"] for key in _CONTAINERS for container in new["spec"].get(key) or ()}
    for position, container in enumerate(after):
        yield from _container(container, f"{path}[{position}]", taken)
    present = {one.get("name"): one for one in after}
    for name, container in before.items():
        if name not in present:
            yield forbidden(path, f'existing ephemeral containers "{name}" may not be removed\n')
        elif present[name] != container:
            shown = difference("EphemeralContainer", container, present[name])
            text = f'existing ephemeral containers "{name}" may not be changed\n{shown}'
            yield forbidden(path, text)


def _container(container: Obj, path: str, taken: set[str]) -> Iterator[FieldError]:
    name = container.get("name")
    if not name:
        yield required(f"{path}.name")
    elif name in taken:
        yield duplicate(f"{path}.name", name)
    else:
        taken.add(name)
    if not container.get("image"):
        yield required(f"{path}.image")
    for field in _FORBIDDEN:
        if container.get(field):
            yield forbidden(f"{path}.{field}", _NOT_HERE)


def with_resources(sent: Obj, old: Obj) -> Obj:
    """The stored pod with the resources of its containers as they were sent."""
    spec = dict(old["spec"])
    for key in _CONTAINERS:
        wanted = {one["name"]: one for one in sent["spec"].get(key) or ()}
        if key in spec:
            spec[key] = [_resized(one, wanted.get(one["name"], one)) for one in spec[key]]
    pod = {**old, "metadata": managed_only(sent, old), "spec": spec}
    return _counted(pod, old)


def _resized(container: Obj, wanted: Obj) -> Obj:
    found = {**container, "resources": wanted.get("resources") or {}}
    if wanted.get("resizePolicy"):
        found["resizePolicy"] = wanted["resizePolicy"]
    return found


def check_resize(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Only cpu and memory may change, none of them may go, and the class of service stays."""
    never = _never_resized(old)
    if never:
        yield forbidden("[]", f"{never} cannot be resized")
        return
    for key in _CONTAINERS:
        before = {one["name"]: one for one in old["spec"].get(key) or ()}
        for position, container in enumerate(new["spec"].get(key) or ()):
            path = f"spec.{key}[{position}].resources"
            yield from requirements(container["resources"], path, frozenset())
            yield from _changed(container, before[container["name"]], key, path)
    if qos_class(new) != qos_class(old):
        text = "Pod QOS Class may not change as a result of resizing"
        yield invalid("spec", qos_class(old), text)
    if not _tells_resources(old):
        yield forbidden("spec", "Pod running on node without support for resize")
    if _without_resizable(new) != _without_resizable(old):
        yield forbidden("spec", "only cpu and memory resources are mutable")


def _never_resized(pod: Obj) -> str:
    """The sort of pods that this one is of, and that nobody resizes; empty if of none."""
    spec = pod["spec"]
    own = spec.get("resources") or {}
    if own.get("requests") or own.get("limits"):
        return "pods with pod-level resources"
    if is_mirror(pod):
        return "static pods"
    return "windows pods" if (spec.get("os") or {}).get("name") == "windows" else ""


def _tells_resources(pod: Obj) -> bool:
    """Whether the node of the pod tells what its running containers have, or none runs yet."""
    told = (pod.get("status") or {}).get("containerStatuses") or ()
    running = next((one for one in told if "running" in (one.get("state") or {})), None)
    return running is None or "resources" in running


def _changed(after: Obj, before: Obj, key: str, path: str) -> Iterator[FieldError]:
    if key == "initContainers" and not is_sidecar(after):
        if after["resources"] != (before.get("resources") or {}):
            yield forbidden(path, "resources for non-sidecar init containers are immutable")
        return
    yield from _removed(after, before, path)


def _removed(after: Obj, before: Obj, path: str) -> Iterator[FieldError]:
    for part in ("limits", "requests"):
        was = before.get("resources", {}).get(part) or {}
        now = after["resources"].get(part) or {}
        if any(name in was and name not in now for name in _RESIZED):
            yield forbidden(f"{path}.{part}", f"resource {part} cannot be removed")


def _without_resizable(pod: Obj) -> Any:
    return [
        {**container, "resources": _without_cpu_and_memory(container.get("resources") or {})}
        for key in _CONTAINERS
        for container in pod["spec"].get(key) or ()
    ]


def _without_cpu_and_memory(resources: Obj) -> Any:
    return {
        part: {name: value for name, value in amounts.items() if name not in _RESIZED}
        for part, amounts in resources.items()
        if isinstance(amounts, dict)
    }


def _counted(pod: Obj, old: Obj) -> Obj:
    """The pod with its generation one higher if its spec is another."""
    if pod["spec"] == old["spec"]:
        return {**pod, "spec": old["spec"]}
    generation = old["metadata"].get("generation", 0) + 1
    return {**pod, "metadata": {**pod["metadata"], "generation": generation}}
