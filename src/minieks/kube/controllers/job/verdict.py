"""Whether a Job is done for, or done: the reasons, in their order.

Source: kubernetes pkg/controller/job/job_controller.go (syncJob).
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.conditions import find, is_true
from minieks.kube.words.objects import Obj


class Verdict(NamedTuple):
    """The interim condition that says that a Job ends, and why."""

    type: str
    reason: str
    message: str

    @property
    def is_failure(self) -> bool:
        """Whether the Job fails."""
        return self.type == "FailureTarget"

    @property
    def final_type(self) -> str:
        """The condition that follows when no pod is left."""
        return "Failed" if self.is_failure else "Complete"


def failure(reason: str, message: str) -> Verdict:
    """The Job fails."""
    return Verdict("FailureTarget", reason, message)


def success(reason: str, message: str) -> Verdict:
    """The Job has succeeded."""
    return Verdict("SuccessCriteriaMet", reason, message)


COMPLETED = success("CompletionsReached", "Reached expected number of succeeded pods")
BACKOFF = failure("BackoffLimitExceeded", "Job has reached the specified backoff limit")
DEADLINE = failure("DeadlineExceeded", "Job was active longer than specified deadline")
TOO_MANY_INDEXES = failure(
    "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"
)
FAILED_INDEXES = failure("FailedIndexes", "Job has failed indexes")


def is_finished(job: Obj) -> bool:
    """Whether the Job is Complete or Failed."""
    status = job.get("status") or {}
    return is_true(status, "Complete") or is_true(status, "Failed")


def is_suspended(job: Obj) -> bool:
    """Whether the Job is to have no pods for now."""
    return bool(job["spec"].get("suspend"))


def noted(status: Mapping[str, Any]) -> Verdict | None:
    """The verdict that an earlier pass wrote down."""
    for type_ in ("FailureTarget", "SuccessCriteriaMet"):
        found = find(status, type_)
        if found is not None and found["status"] == "True":
            return Verdict(type_, found["reason"], found["message"])
    return None


def by_limits(job: Obj, failed: int, owned: Iterable[Obj], now: Micros) -> Verdict | None:
    """Too many failures or restarts, or too long."""
    limit = int(job["spec"].get("backoffLimit", 6))
    if failed > limit or _restarted_too_often(job, limit, owned):
        return BACKOFF
    left = time_left(job, now)
    return DEADLINE if left is not None and left <= 0 else None


def time_left(job: Obj, now: Micros) -> Micros | None:
    """How long the Job may still be active; None without a deadline, or while suspended."""
    seconds = job["spec"].get("activeDeadlineSeconds")
    started = (job.get("status") or {}).get("startTime")
    if seconds is None or started is None or is_suspended(job):
        return None
    return times.parse(started) + int(seconds) * SECOND - now


def _restarted_too_often(job: Obj, limit: int, owned: Iterable[Obj]) -> bool:
    if job["spec"]["template"]["spec"].get("restartPolicy") != "OnFailure":
        return False
    restarts = sum(_restarts(pod) for pod in owned if pods.phase(pod) in ("Running", "Pending"))
    return restarts > 0 if limit == 0 else restarts >= limit


def _restarts(pod: Obj) -> int:
    status = pod.get("status") or {}
    entries = (
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    )
    return sum(int(entry.get("restartCount") or 0) for entry in entries)


def by_indexes(job: Obj, succeeded: int, failed: int) -> Verdict | None:
    """Too many failed indexes, or no index left that could still succeed."""
    most = job["spec"].get("maxFailedIndexes")
    if most is not None and failed > most:
        return TOO_MANY_INDEXES
    if failed > 0 and failed + succeeded >= int(job["spec"]["completions"]):
        return FAILED_INDEXES
    return None


def wanted_active(job: Obj, succeeded: int, active: int) -> int:
    """How many pods should be active now."""
    parallelism = int(job["spec"].get("parallelism", 1))
    completions = job["spec"].get("completions")
    if completions is None:
        return active if succeeded > 0 else parallelism
    return max(0, min(parallelism, int(completions) - succeeded))


def is_complete(job: Obj, succeeded: int, active: int) -> bool:
    """Whether no more successes are needed and no pod is active."""
    completions = job["spec"].get("completions")
    return active == 0 and (succeeded > 0 if completions is None else succeeded >= completions)
