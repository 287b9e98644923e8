"""The rows of what makes pods: Deployments, ReplicaSets, Jobs and their like.

Source: kubernetes pkg/printers/internalversion/printers.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.kube.rest.tables import ages
from minieks.kube.rest.tables.cells import (
    NONE,
    Cell,
    age,
    containers,
    go_bool,
    joined,
    label_selector,
    name,
    spec,
    status,
)
from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj, controller_ref, is_deleting

_NOTHING: Final[Mapping[str, Any]] = {}


def deployment(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Deployment."""
    wanted, found = spec(obj).get("replicas", 1), status(obj)
    return (
        name(obj),
        f"{found.get('readyReplicas', 0)}/{wanted}",
        found.get("updatedReplicas", 0),
        found.get("availableReplicas", 0),
        age(obj, now),
        *containers(spec(obj).get("template")),
        label_selector(spec(obj).get("selector")),
    )


def replica_set(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ReplicaSet."""
    return (
        *_replicas(obj, now),
        *containers(spec(obj).get("template")),
        label_selector(spec(obj).get("selector")),
    )


def replication_controller(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ReplicationController, whose selector is a plain map."""
    return (
        *_replicas(obj, now),
        *containers(spec(obj).get("template")),
        joined(spec(obj).get("selector")),
    )


def _replicas(obj: Obj, now: Micros) -> Sequence[Cell]:
    found = status(obj)
    wanted = spec(obj).get("replicas", 1)
    counts = (wanted, found.get("replicas", 0), found.get("readyReplicas", 0))
    return (name(obj), *counts, age(obj, now))


def stateful_set(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A StatefulSet."""
    ready = f"{status(obj).get('readyReplicas', 0)}/{spec(obj).get('replicas', 1)}"
    return (name(obj), ready, age(obj, now), *containers(spec(obj).get("template")))


def daemon_set(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A DaemonSet."""
    found, template = status(obj), spec(obj).get("template") or _NOTHING
    counted = (
        *("desiredNumberScheduled", "currentNumberScheduled", "numberReady"),
        *("updatedNumberScheduled", "numberAvailable"),
    )
    return (
        name(obj),
        *(found.get(field, 0) for field in counted),
        joined((template.get("spec") or _NOTHING).get("nodeSelector")),
        age(obj, now),
        *containers(template),
        label_selector(spec(obj).get("selector")),
    )


def job(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Job."""
    return (
        name(obj),
        _job_status(obj),
        _completions(obj),
        _duration(obj, now),
        age(obj, now),
        *containers(spec(obj).get("template")),
        label_selector(spec(obj).get("selector")),
    )


def _completions(obj: Obj) -> str:
    succeeded = status(obj).get("succeeded", 0)
    wanted = spec(obj).get("completions")
    if wanted is not None:
        return f"{succeeded}/{wanted}"
    at_once = spec(obj).get("parallelism") or 0
    return f"{succeeded}/1 of {at_once}" if at_once > 1 else f"{succeeded}/1"


def _duration(obj: Obj, now: Micros) -> str:
    start, end = status(obj).get("startTime"), status(obj).get("completionTime")
    if not start:
        return ""
    return ages.between(start, end) if end else ages.since(start, now)


def _job_status(obj: Obj) -> str:
    found = status(obj)
    if conditions.is_true(found, "Complete"):
        return "Complete"
    if conditions.is_true(found, "Failed"):
        return "Failed"
    if is_deleting(obj):
        return "Terminating"
    later = ("Suspended", "FailureTarget", "SuccessCriteriaMet")
    return next((one for one in later if conditions.is_true(found, one)), "Running")


def cron_job(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A CronJob."""
    last = status(obj).get("lastScheduleTime")
    made = (spec(obj).get("jobTemplate") or _NOTHING).get("spec") or _NOTHING
    return (
        name(obj),
        spec(obj).get("schedule", ""),
        spec(obj).get("timeZone") or NONE,
        go_bool(spec(obj).get("suspend")),
        len(status(obj).get("active") or ()),
        ages.since(last, now) if last else NONE,
        age(obj, now),
        *containers(made.get("template")),
        label_selector(made.get("selector")),
    )


def controller_revision(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ControllerRevision, with the object whose revision it is."""
    owner = controller_ref(obj)
    return (name(obj), _owner(owner) if owner else NONE, obj.get("revision", 0), age(obj, now))


def _owner(owner: Mapping[str, Any]) -> str:
    group = str(owner["apiVersion"]).rpartition("/")[0]
    kind = f"{owner['kind']}.{group}" if group else str(owner["kind"])
    return f"{kind.lower()}/{owner['name']}"


def pod_template(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A PodTemplate, which shows no age."""
    template = obj.get("template") or _NOTHING
    labels = (template.get("metadata") or _NOTHING).get("labels")
    return (name(obj), *containers(template), joined(labels))
