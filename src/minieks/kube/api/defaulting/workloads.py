"""Defaults of the kinds that make pods.

Source: kubernetes pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go,
pkg/apis/core/v1/defaults.go.
"""

from typing import Any, Final

from minieks.kube.api.defaulting.fill import each, filled, within
from minieks.kube.api.defaulting.pods import template
from minieks.kube.api.defaulting.storage import persistent_volume_claim
from minieks.kube.words.objects import Obj

_MAX_INT32: Final = 2**31 - 1
_TEMPLATE_GENERATION: Final = "deprecated.daemonset.template.generation"


def _with_template(spec: Obj) -> Obj:
    return within(filled(spec, {"template": {}}), "template", template)


def _spec(obj: Obj) -> Obj:
    return filled(obj, {"spec": {}})


def _with_template_labels(obj: Obj) -> Obj:
    """Labels, if the object has none, are those of its template."""
    labels = ((obj["spec"]["template"]).get("metadata") or {}).get("labels")
    if not labels:
        return obj
    return within(obj, "metadata", lambda meta: filled(meta, {"labels": labels}))


def deployment(obj: Obj) -> Obj:
    """A Deployment."""
    return within(_spec(obj), "spec", _deployment_spec)


def _deployment_spec(spec: Obj) -> Obj:
    found = filled(
        _with_template(spec),
        {
            "replicas": 1,
            "strategy": {},
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
    )
    return within(
        found, "strategy", lambda strategy: _rolling(strategy, {"maxUnavailable": "25%"}, "25%")
    )


def _rolling(strategy: Obj, defaults: dict[str, Any], surge: str | int) -> Obj:
    found = filled(strategy, {"type": "RollingUpdate"})
    if found["type"] != "RollingUpdate":
        return found
    rolling = filled(found.get("rollingUpdate") or {}, {**defaults, "maxSurge": surge})
    return {**found, "rollingUpdate": rolling}


def replica_set(obj: Obj) -> Obj:
    """A ReplicaSet."""
    return within(_spec(obj), "spec", lambda spec: filled(_with_template(spec), {"replicas": 1}))


def stateful_set(obj: Obj) -> Obj:
    """A StatefulSet."""
    return within(_spec(obj), "spec", _stateful_set_spec)


def _stateful_set_spec(spec: Obj) -> Obj:
    found = filled(
        _with_template(spec),
        {
            "replicas": 1,
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {},
            "revisionHistoryLimit": 10,
            "persistentVolumeClaimRetentionPolicy": {},
        },
    )
    found = within(
        found,
        "persistentVolumeClaimRetentionPolicy",
        lambda policy: filled(policy, {"whenDeleted": "Retain", "whenScaled": "Retain"}),
    )
    found = each(found, "volumeClaimTemplates", _claim_template)
    return within(found, "updateStrategy", _partitioned)


def _partitioned(strategy: Obj) -> Obj:
    found = filled(strategy, {"type": "RollingUpdate"})
    if found["type"] != "RollingUpdate":
        return found
    return {**found, "rollingUpdate": filled(found.get("rollingUpdate") or {}, {"partition": 0})}


def _claim_template(claim: Obj) -> Obj:
    typed = filled({"kind": "PersistentVolumeClaim", "apiVersion": "v1"}, claim)
    return filled(persistent_volume_claim(typed), {"status": {"phase": "Pending"}})


def daemon_set(obj: Obj) -> Obj:
    """A DaemonSet; it has a generation of its template, which begins to count when it is stored."""
    found = within(_spec(obj), "spec", _daemon_set_spec)
    return within(found, "metadata", _counted)


def _counted(meta: Obj) -> Obj:
    notes = meta.get("annotations") or {}
    if _TEMPLATE_GENERATION in notes:
        return meta
    return {**meta, "annotations": {**notes, _TEMPLATE_GENERATION: "0"}}


def _daemon_set_spec(spec: Obj) -> Obj:
    found = filled(_with_template(spec), {"updateStrategy": {}, "revisionHistoryLimit": 10})
    return within(
        found, "updateStrategy", lambda strategy: _rolling(strategy, {"maxUnavailable": 1}, 0)
    )


def replication_controller(obj: Obj) -> Obj:
    """A ReplicationController: selector and labels come from the template."""
    found = within(_spec(obj), "spec", lambda spec: filled(_with_template(spec), {"replicas": 1}))
    labels = (found["spec"]["template"].get("metadata") or {}).get("labels")
    if not labels:
        return found
    found = within(found, "spec", lambda spec: filled(spec, {"selector": labels}))
    return _with_template_labels(found)


def pod_template(obj: Obj) -> Obj:
    """A PodTemplate."""
    return within(filled(obj, {"template": {}}), "template", template)


def job(obj: Obj) -> Obj:
    """A Job."""
    found = within(_spec(obj), "spec", job_spec)
    return _with_template_labels(within(found, "spec", _suspendable))


def _suspendable(spec: Obj) -> Obj:
    return filled(spec, {"manualSelector": False} if "selector" not in spec else {})


def job_spec(spec: Obj) -> Obj:
    """The spec of a Job."""
    found = _with_template(spec)
    if "completions" not in found and "parallelism" not in found:
        found = {**found, "completions": 1}
    per_index = "backoffLimitPerIndex" in found
    policy = "Failed" if "podFailurePolicy" in found else "TerminatingOrFailed"
    found = filled(
        found,
        {
            "parallelism": 1,
            "backoffLimit": _MAX_INT32 if per_index else 6,
            "completionMode": "NonIndexed",
            "suspend": False,
            "podReplacementPolicy": policy,
        },
    )
    return within(found, "podFailurePolicy", _failure_policy)


def _failure_policy(policy: Obj) -> Obj:
    return each(policy, "rules", lambda rule: each(rule, "onPodConditions", _condition))


def _condition(pattern: Obj) -> Obj:
    return filled(pattern, {"status": "True"})


def cron_job(obj: Obj) -> Obj:
    """A CronJob; the Job's own defaults come when the Job is made."""
    return within(_spec(obj), "spec", _cron_job_spec)


def _cron_job_spec(spec: Obj) -> Obj:
    found = filled(
        spec,
        {
            "concurrencyPolicy": "Allow",
            "suspend": False,
            "jobTemplate": {},
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 1,
        },
    )
    return within(found, "jobTemplate", _job_template)


def _job_template(obj: Obj) -> Obj:
    found = filled(obj, {"metadata": {}, "spec": {}})
    found = within(found, "spec", _with_template)
    return within(found, "spec", lambda spec: within(spec, "podFailurePolicy", _failure_policy))
