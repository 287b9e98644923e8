"""The pods of a Job: how they are made, and what one tells by its state.

Source: kubernetes pkg/controller/job/{indexed_job_utils,tracking_utils,backoff_utils}.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.controllers import podstate, templates
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, is_deleting, labels, metadata, name

FINALIZER: Final = "batch.kubernetes.io/job-tracking"
INDEX: Final = "batch.kubernetes.io/job-completion-index"
FAILURES: Final = "batch.kubernetes.io/job-index-failure-count"
IGNORED: Final = "batch.kubernetes.io/job-index-ignored-failure-count"
_INDEX_VARIABLE: Final = "JOB_COMPLETION_INDEX"


def is_tracked(pod: Obj) -> bool:
    """Whether the pod is still to be counted: it has the tracking finalizer."""
    return FINALIZER in (metadata(pod).get("finalizers") or ())


def is_indexed(job: Obj) -> bool:
    """Whether each completion has its own index."""
    return bool(job["spec"].get("completionMode") == "Indexed")


def replaces_only_failed(job: Obj) -> bool:
    """Whether a pod is replaced only when it has ended, not while it is terminating."""
    return bool(job["spec"].get("podReplacementPolicy") == "Failed")


def is_failed(pod: Obj, job: Obj) -> bool:
    """Whether the pod counts as a failure; a deleted one does at once, unless it is awaited."""
    if pods.phase(pod) == "Failed":
        return True
    if replaces_only_failed(job):
        return False
    return is_deleting(pod) and pods.phase(pod) != "Succeeded"


def index_of(pod: Obj, job: Obj) -> int | None:
    """The pod's completion index; None if it has none below the Job's completions."""
    text = annotations(pod).get(INDEX, "")
    if not text.isdigit() or int(text) >= int(job["spec"].get("completions") or 0):
        return None
    return int(text)


def failures_of_index(pod: Obj) -> int:
    """How often the pod's index had failed when the pod was made."""
    return int(annotations(pod).get(FAILURES) or 0)


def finished_at(pod: Obj, now: Micros) -> Micros:
    """When the pod ended: its last container, else when it stopped being ready or was deleted."""
    ends = [times.parse(state["finishedAt"]) for state in _terminated(pod) if "finishedAt" in state]
    if ends:
        return max(ends)
    ready = pods.condition(pod, "Ready")
    if ready is not None and ready.get("status") == "False" and ready.get("lastTransitionTime"):
        return times.parse(ready["lastTransitionTime"])
    if is_deleting(pod):
        grace = int(metadata(pod).get("deletionGracePeriodSeconds") or 0) * SECOND
        return times.parse(metadata(pod)["deletionTimestamp"]) - grace
    return min(now, times.parse(podstate.created(pod)))


def _terminated(pod: Obj) -> Iterator[Mapping[str, Any]]:
    for entry in (pod.get("status") or {}).get("containerStatuses") or ():
        state = (entry.get("state") or {}).get("terminated")
        if state:
            yield state


def build(job: Obj, index: int | None, notes: Mapping[str, str]) -> Obj:
    """A new pod of the Job; an indexed one carries its index in name, annotation, label, host."""
    template = job["spec"]["template"]
    finalizers = [*(metadata(template).get("finalizers") or ()), FINALIZER]
    if index is None:
        return templates.pod_from(template, job, finalizers=finalizers)
    noted = {**annotations(template), INDEX: str(index), **notes}
    pod = templates.pod_from(
        template,
        job,
        generateName=f"{name(job)}-{index}-",
        finalizers=finalizers,
        annotations=noted,
        labels={**labels(template), INDEX: str(index)},
    )
    return {**pod, "spec": _with_index(pod["spec"], f"{name(job)}-{index}")}


def _with_index(spec: Obj, hostname: str) -> Obj:
    changed = {**spec, "hostname": hostname[:63]}
    for field in ("initContainers", "containers"):
        if spec.get(field):
            changed[field] = [_with_variable(container) for container in spec[field]]
    return changed


def _with_variable(container: Obj) -> Obj:
    present = container.get("env") or []
    if any(variable["name"] == _INDEX_VARIABLE for variable in present):
        return container
    path = f"metadata.labels['{INDEX}']"
    added = {
        "name": _INDEX_VARIABLE,
        "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}},
    }
    return {**container, "env": [*present, added]}
