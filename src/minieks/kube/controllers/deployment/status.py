"""A Deployment's status and conditions, and what they mean.

Source: kubernetes pkg/controller/deployment/{progress,sync}.go, util/deployment_util.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.controllers.deployment.bounds import bounds
from minieks.kube.controllers.deployment.sets import count, replicas
from minieks.kube.words import times
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, metadata, name

NO_DEADLINE: Final = 2**31 - 1
_COUNTS: Final = (
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
)


def condition(type_: str, status: str, reason: str, message: str) -> Obj:
    """A condition without its times."""
    return {"type": type_, "status": status, "reason": reason, "message": message}


def with_condition(status: Mapping[str, Any], new: Obj, now: Micros) -> Obj:
    """The status with the condition set; nothing changes if status and reason are the same."""
    before = find(status, new["type"])
    if before and (before["status"], before["reason"]) == (new["status"], new["reason"]):
        return dict(status)
    return replaced(status, new, now)


def replaced(status: Mapping[str, Any], new: Obj, now: Micros) -> Obj:
    """The status with the condition written anew: updated now, in transition if its status is."""
    before = find(status, new["type"])
    moment = times.rfc3339(now)
    kept = before is not None and before["status"] == new["status"]
    since = before["lastTransitionTime"] if before is not None and kept else moment
    entry = {**new, "lastUpdateTime": moment, "lastTransitionTime": since}
    return {**without(status, new["type"]), "conditions": [*_others(status, new["type"]), entry]}


def without(status: Mapping[str, Any], type_: str) -> Obj:
    """The status without the condition of this type."""
    others = _others(status, type_)
    kept = {**status}
    kept.pop("conditions", None)  # They come last.
    if others:
        kept["conditions"] = others
    return kept


def _others(status: Mapping[str, Any], type_: str) -> list[Obj]:
    return [entry for entry in status.get("conditions") or () if entry["type"] != type_]


def has_deadline(deployment: Obj) -> bool:
    """Whether progress is watched."""
    seconds = deployment["spec"].get("progressDeadlineSeconds")
    return seconds is not None and seconds != NO_DEADLINE


def calculate(deployment: Obj, all_sets: Sequence[Obj], new: Obj | None, now: Micros) -> Obj:
    """The counts summed over the ReplicaSets, and whether enough pods are available."""
    present = ready = available = wanted = 0
    for one in all_sets:
        of_set = one.get("status") or {}
        present += of_set.get("replicas") or 0
        ready += of_set.get("readyReplicas") or 0
        available += of_set.get("availableReplicas") or 0
        wanted += replicas(one)
    counts = {
        "replicas": present,
        "updatedReplicas": count(new, "replicas") if new is not None else 0,
        "readyReplicas": ready,
        "availableReplicas": available,
        "unavailableReplicas": max(0, wanted - available),
    }
    before = deployment.get("status") or {}
    kept = {field: value for field, value in before.items() if field not in _COUNTS}
    status = {
        **kept,
        "observedGeneration": metadata(deployment)["generation"],
        **{field: value for field, value in counts.items() if value},
    }
    return with_condition(status, _availability(deployment, available), now)


def _availability(deployment: Obj, available: int) -> Obj:
    if available >= bounds(deployment).min_available:
        return condition(
            "Available",
            "True",
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    return condition(
        "Available",
        "False",
        "MinimumReplicasUnavailable",
        "Deployment does not have minimum availability.",
    )


def is_complete(deployment: Obj, status: Mapping[str, Any] | None = None) -> bool:
    """Whether all pods are of the newest template and available, and none of another is left."""
    status = status if status is not None else deployment.get("status") or {}
    wanted = deployment["spec"]["replicas"]
    for field in ("updatedReplicas", "replicas", "availableReplicas"):
        if (status.get(field) or 0) != wanted:
            return False
    observed = status.get("observedGeneration") or 0
    return int(observed) >= int(metadata(deployment)["generation"])


def has_progressed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether there are more new, ready or available pods than before, or fewer old ones."""

    def old(status: Mapping[str, Any]) -> int:
        return int(status.get("replicas") or 0) - int(status.get("updatedReplicas") or 0)

    rising = ("updatedReplicas", "readyReplicas", "availableReplicas")
    return old(after) < old(before) or any(
        int(after.get(field) or 0) > int(before.get(field) or 0) for field in rising
    )


def deadline(deployment: Obj, status: Mapping[str, Any]) -> Micros | None:
    """When the rollout counts as stuck; None if nothing is awaited."""
    progressing = find(status, "Progressing")
    if not has_deadline(deployment) or progressing is None:
        return None
    if progressing["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
        return None
    seconds = int(deployment["spec"]["progressDeadlineSeconds"])
    return times.parse(progressing["lastUpdateTime"]) + seconds * SECOND


def rollout(deployment: Obj, status: Obj, new: Obj | None, now: Micros) -> Obj:
    """The status of a rollout with its condition Progressing brought up to date."""
    if not has_deadline(deployment):
        return without(status, "Progressing")
    current = find(status, "Progressing")
    done = current is not None and current["reason"] == "NewReplicaSetAvailable"
    if done and status.get("replicas", 0) == status.get("updatedReplicas", 0):
        return status
    about = f'ReplicaSet "{name(new)}"' if new else f'Deployment "{name(deployment)}"'
    if is_complete(deployment, status):
        text = f"{about} has successfully progressed."
        return with_condition(
            status, condition("Progressing", "True", "NewReplicaSetAvailable", text), now
        )
    if has_progressed(deployment.get("status") or {}, status):
        progressing = f"{about} is progressing."
        return replaced(
            status, condition("Progressing", "True", "ReplicaSetUpdated", progressing), now
        )
    due = deadline(deployment, status)
    if due is not None and due < now:
        text = f"{about} has timed out progressing."
        late = condition("Progressing", "False", "ProgressDeadlineExceeded", text)
        return with_condition(status, late, now)
    return status


def with_replica_failure(status: Obj, new: Obj | None, all_sets: Sequence[Obj], now: Micros) -> Obj:
    """The condition ReplicaFailure of the new ReplicaSet, or of another one if it has none."""
    candidates = [new] if new is not None else []
    for one in (*candidates, *all_sets):
        failure = find(one.get("status") or {}, "ReplicaFailure")
        if failure is not None:
            copied = condition(
                "ReplicaFailure", failure["status"], failure["reason"], failure["message"]
            )
            return with_condition(status, copied, now)
    return without(status, "ReplicaFailure")
