"""What the API itself writes into objects of each kind, whatever the client sent.

Source: kubernetes pkg/registry/*/strategy.go: status is the system's, ids and generations too.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from minieks.kube.api import established
from minieks.kube.api.defaulting.volumes import with_data_source
from minieks.kube.api.labelkeys import with_label_keys
from minieks.kube.kinds.podresources import qos_class
from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj, labels, name, uid

Prepare: TypeAlias = Callable[[Obj, str], Obj]

# Kinds whose metadata.generation counts changes of what the user wants.
_WITH_GENERATION = frozenset(
    {
        *("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps"),
        *("jobs.batch", "cronjobs.batch", "poddisruptionbudgets.policy", "pods"),
        *("ingresses.networking.k8s.io", "networkpolicies.networking.k8s.io"),
        *("ingressclasses.networking.k8s.io", "endpointslices.discovery.k8s.io"),
        *("priorityclasses.scheduling.k8s.io", "customresourcedefinitions.apiextensions.k8s.io"),
        *("flowschemas.flowcontrol.apiserver.k8s.io", "replicationcontrollers", "podtemplates"),
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
        *("deviceclasses.resource.k8s.io", "resourceslices.resource.k8s.io"),
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "validatingadmissionpolicies.admissionregistration.k8s.io",
        "validatingadmissionpolicybindings.admissionregistration.k8s.io",
        "mutatingadmissionpolicies.admissionregistration.k8s.io",
        "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
    }
)

# A Node's status comes with its creation: the kubelet registers with what it has.
_STATUS_AT_CREATE = frozenset({"nodes"})

_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"

_NO_SPEC = ("metadata", "status", "apiVersion", "kind")


def counts_generations(kind: Kind) -> bool:
    """Whether the kind's objects carry metadata.generation."""
    return kind.custom or kind.collection in _WITH_GENERATION


def counts_deletions(kind: Kind) -> bool:
    """Whether the beginning of a deletion counts as a generation."""
    definitions = "customresourcedefinitions.apiextensions.k8s.io"
    return counts_generations(kind) and kind.collection != definitions


def for_create(kind: Kind, obj: Obj, now: str) -> Obj:
    """The object as the API begins its life: status is the system's, not the client's."""
    if kind.has_status and kind.collection not in _STATUS_AT_CREATE:
        obj = {field: value for field, value in obj.items() if field != "status"}
    prepare = _AT_CREATE.get(kind.collection)
    return prepare(obj, now) if prepare else obj


def for_update(kind: Kind, new: Obj, old: Obj) -> Obj:
    """The object as the API stores a new version of it."""
    if kind.collection == "customresourcedefinitions.apiextensions.k8s.io":
        return established.with_stored_versions(new, old)
    if kind.collection != "daemonsets.apps":
        return new
    generation = int(_annotations(old).get(_TEMPLATE_GENERATION, "1"))
    if new["spec"].get("template") != old["spec"].get("template"):
        generation += 1
    noted = {**_annotations(new), _TEMPLATE_GENERATION: str(generation)}
    return {**new, "metadata": {**new["metadata"], "annotations": noted}}


def wants_new_generation(kind: Kind, new: Obj, old: Obj) -> bool:
    """Whether this update changes what is wanted, so that controllers must look again."""
    if not counts_generations(kind):
        return False
    if kind.collection == "deployments.apps" and _annotations(new) != _annotations(old):
        return True
    if kind.collection == "endpointslices.discovery.k8s.io" and labels(new) != labels(old):
        return True
    if kind.custom:
        return _wanted_of_custom(new, kind) != _wanted_of_custom(old, kind)
    return bool(_wanted(new) != _wanted(old))


def _annotations(obj: Obj) -> Mapping[str, str]:
    return obj["metadata"].get("annotations") or {}


def _wanted(obj: Obj) -> Any:
    if "spec" in obj:
        return obj["spec"]
    return {field: value for field, value in obj.items() if field not in _NO_SPEC}


def _wanted_of_custom(obj: Obj, kind: Kind) -> Obj:
    """All but metadata, and but status where that is a subresource."""
    left = ("metadata", "status") if kind.has_status else ("metadata",)
    return {field: value for field, value in obj.items() if field not in left}


def _pod(obj: Obj, now: str) -> Obj:
    obj = with_label_keys(obj)
    status: Obj = {"phase": "Pending", "qosClass": qos_class(obj)}
    if obj["spec"].get("schedulingGates"):
        status["conditions"] = [
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "SchedulingGated",
                "message": "Scheduling is blocked due to non-empty scheduling gates",
                "lastProbeTime": None,
                "lastTransitionTime": now,
            }
        ]
    return {**obj, "status": status}


def _namespace(obj: Obj, now: str) -> Obj:
    named = {**(obj["metadata"].get("labels") or {}), "kubernetes.io/metadata.name": name(obj)}
    return {
        **obj,
        "metadata": {**obj["metadata"], "labels": named},
        "spec": {**(obj.get("spec") or {}), "finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def _job(obj: Obj, now: str) -> Obj:
    """A Job selects its pods by a uid of its own, unless manualSelector says otherwise."""
    spec = obj["spec"]
    if spec.get("manualSelector"):
        return {**obj, "status": {}}
    own = uid(obj)
    added = {
        "batch.kubernetes.io/controller-uid": own,
        "batch.kubernetes.io/job-name": name(obj),
        "controller-uid": own,
        "job-name": name(obj),
    }
    template = spec["template"]
    meta = template.get("metadata") or {}
    labelled = {**meta, "labels": {**(meta.get("labels") or {}), **added}}
    return {
        **obj,
        "metadata": _labelled(obj["metadata"], labelled["labels"]),
        "spec": {
            **spec,
            "selector": _with_uid(spec.get("selector") or {}, own),
            "template": {**template, "metadata": labelled},
        },
        "status": {},
    }


def _labelled(meta: Obj, template_labels: Obj) -> Obj:
    """A Job without labels of its own has those of its template."""
    return meta if meta.get("labels") else {**meta, "labels": template_labels}


def _with_uid(selector: Obj, own: str) -> Obj:
    wanted = {**(selector.get("matchLabels") or {}), "batch.kubernetes.io/controller-uid": own}
    return {**selector, "matchLabels": wanted}


def _claim(obj: Obj, now: str) -> Obj:
    return {**obj, "spec": with_data_source(obj["spec"]), "status": {"phase": "Pending"}}


def _volume(obj: Obj, now: str) -> Obj:
    return {**obj, "status": {"phase": "Pending", "lastPhaseTransitionTime": now}}


def _daemon_set(obj: Obj, now: str) -> Obj:
    meta = obj["metadata"]
    annotations = {
        **(meta.get("annotations") or {}),
        _TEMPLATE_GENERATION: "1",
    }
    status = dict.fromkeys(
        (
            "currentNumberScheduled",
            "numberMisscheduled",
            "desiredNumberScheduled",
            "numberReady",
        ),
        0,
    )
    return {**obj, "metadata": {**meta, "annotations": annotations}, "status": status}


def _load_balancer(obj: Obj, now: str) -> Obj:
    return {**obj, "status": {"loadBalancer": {}}}


def _empty_status(obj: Obj, now: str) -> Obj:
    return {**obj, "status": {}}


_AT_CREATE: dict[str, Prepare] = {
    "pods": _pod,
    "namespaces": _namespace,
    "jobs.batch": _job,
    "persistentvolumes": _volume,
    "customresourcedefinitions.apiextensions.k8s.io": established.begun,
    "replicationcontrollers": lambda obj, now: {**obj, "status": {"replicas": 0}},
    "horizontalpodautoscalers.autoscaling": lambda obj, now: {
        **obj,
        "status": {"desiredReplicas": 0, "currentMetrics": None},
    },
    "volumeattachments.storage.k8s.io": lambda obj, now: {**obj, "status": {"attached": False}},
    "validatingadmissionpolicies.admissionregistration.k8s.io": _empty_status,
    "persistentvolumeclaims": _claim,
    "services": _load_balancer,
    "ingresses.networking.k8s.io": _load_balancer,
    "resourceclaims.resource.k8s.io": _empty_status,
    "deployments.apps": _empty_status,
    "replicasets.apps": lambda obj, now: {**obj, "status": {"replicas": 0}},
    "statefulsets.apps": lambda obj, now: {
        **obj,
        "status": {"replicas": 0, "availableReplicas": 0},
    },
    "daemonsets.apps": _daemon_set,
    "cronjobs.batch": _empty_status,
    "resourcequotas": _empty_status,
    "poddisruptionbudgets.policy": lambda obj, now: {
        **obj,
        "status": {
            "disruptionsAllowed": 0,
            "currentHealthy": 0,
            "desiredHealthy": 0,
            "expectedPods": 0,
        },
    },
}
