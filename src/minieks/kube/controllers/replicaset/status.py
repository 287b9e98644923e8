"""The status of a ReplicaSet, from its pods and what the last attempt to manage them met.

Source: kubernetes pkg/controller/replicaset/replica_set_utils.go (calculateStatus).
"""

from collections.abc import Sequence
from typing import Literal

from minieks.engine.clock import Micros
from minieks.kube.api.errors import ApiError
from minieks.kube.controllers import podstate
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.conditions import find, with_condition, without_condition
from minieks.kube.words.objects import Obj, labels, metadata

FailureReason = Literal["FailedCreate", "FailedDelete"]


def calculate(
    replica_set: Obj,
    active: Sequence[Obj],
    now: Micros,
    failure: tuple[FailureReason, ApiError] | None = None,
) -> Obj:
    """The new status. A failure condition stays as it was first written until a success."""
    spec = replica_set["spec"]
    wanted = (metadata(spec["template"]).get("labels") or {}).items()
    min_ready = int(spec.get("minReadySeconds") or 0)
    counts = {
        "fullyLabeledReplicas": sum(wanted <= labels(pod).items() for pod in active),
        "readyReplicas": sum(pods.is_ready(pod) for pod in active),
        "availableReplicas": sum(podstate.is_available(pod, min_ready, now) for pod in active),
    }
    kept = {
        field: value
        for field, value in (replica_set.get("status") or {}).items()
        if field not in counts
    }
    status = {
        **_with_failure(kept, failure, now),
        "replicas": len(active),
        "observedGeneration": metadata(replica_set)["generation"],
    }
    return {**status, **{field: count for field, count in counts.items() if count}}


def _with_failure(status: Obj, failure: tuple[FailureReason, ApiError] | None, now: Micros) -> Obj:
    present = find(status, "ReplicaFailure")
    if failure is None:
        return _without_failure(status) if present else status
    if present:
        return status
    reason, error = failure
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": reason,
        "message": error.message,
    }
    return with_condition(status, condition, times.rfc3339(now))


def _without_failure(status: Obj) -> Obj:
    left = without_condition(status, "ReplicaFailure")
    return left if left["conditions"] else {k: v for k, v in left.items() if k != "conditions"}
