"""What a Job's pods amount to at one moment.

Source: kubernetes pkg/controller/job/job_controller.go (syncJobCtx).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from minieks.engine.clock import Micros
from minieks.kube.controllers import podstate
from minieks.kube.controllers.job import failurepolicy, intervals, jobpods
from minieks.kube.controllers.replicaset.ranking import least_active_first
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class Tally:
    """The pods of a Job sorted by what they mean; indexes are of an indexed Job.

    ``succeeded`` and ``failed`` are pods that ended and are not counted in the status yet.
    """

    job: Obj
    pods: Sequence[Obj]
    active: Sequence[Obj]
    terminating: int
    succeeded: Sequence[Obj]
    failed: Sequence[Obj]
    succeeded_indexes: frozenset[int] = frozenset()
    failed_indexes: frozenset[int] = frozenset()

    @property
    def total_succeeded(self) -> int:
        """All successes: of an indexed Job the indexes that succeeded."""
        if jobpods.is_indexed(self.job):
            return len(self.succeeded_indexes)
        return _counted(self.job, "succeeded") + len(self.succeeded)

    @property
    def total_failed(self) -> int:
        """All failures that count."""
        return _counted(self.job, "failed") + sum(
            failurepolicy.match(self.job, pod).counts for pod in self.failed
        )


def tally(job: Obj, owned: Sequence[Obj]) -> Tally:
    """Sort a Job's pods."""
    tracked = [pod for pod in owned if jobpods.is_tracked(pod) and _belongs(pod, job)]
    failed = [pod for pod in tracked if jobpods.is_failed(pod, job)]
    succeeded = [pod for pod in tracked if pods.phase(pod) == "Succeeded"]
    return Tally(
        job=job,
        pods=owned,
        active=[pod for pod in owned if podstate.is_active(pod)],
        terminating=sum(podstate.is_terminating(pod) for pod in owned),
        succeeded=succeeded,
        failed=failed,
        succeeded_indexes=_succeeded_indexes(job, succeeded),
        failed_indexes=_failed_indexes(job, failed),
    )


def _belongs(pod: Obj, job: Obj) -> bool:
    return not jobpods.is_indexed(job) or jobpods.index_of(pod, job) is not None


def _counted(job: Obj, field: str) -> int:
    return int((job.get("status") or {}).get(field) or 0)


def _succeeded_indexes(job: Obj, succeeded: Sequence[Obj]) -> frozenset[int]:
    if not jobpods.is_indexed(job):
        return frozenset()
    before = (job.get("status") or {}).get("completedIndexes") or ""
    known = intervals.parse(before, int(job["spec"]["completions"]))
    return frozenset(known | _indexes(succeeded, job))


def _failed_indexes(job: Obj, failed: Sequence[Obj]) -> frozenset[int]:
    if job["spec"].get("backoffLimitPerIndex") is None:
        return frozenset()
    before = (job.get("status") or {}).get("failedIndexes") or ""
    known = intervals.parse(before, int(job["spec"]["completions"]))
    final = [pod for pod in failed if _fails_index(job, pod)]
    return frozenset(known | _indexes(final, job))


def _fails_index(job: Obj, pod: Obj) -> bool:
    """Whether the pod's index has failed for good: by its count, or by policy."""
    if failurepolicy.match(job, pod).action == "FailIndex":
        return True
    return jobpods.failures_of_index(pod) >= int(job["spec"]["backoffLimitPerIndex"])


def _indexes(found: Sequence[Obj], job: Obj) -> set[int]:
    return {index for pod in found if (index := jobpods.index_of(pod, job)) is not None}


def awaiting_retry(current: Tally, now: Micros) -> dict[int, Obj]:
    """Per index, the last failed pod that the next try of the index has yet to replace.

    Such a pod stays tracked until its successor carries its count of failures.
    """
    job = current.job
    if job["spec"].get("backoffLimitPerIndex") is None:
        return {}
    settled = current.succeeded_indexes | current.failed_indexes | _indexes(current.active, job)
    found: dict[int, Obj] = {}
    for pod in current.failed:
        index = jobpods.index_of(pod, job)
        if index is None or index in settled:
            continue
        if index not in found or _try(found[index], now) <= _try(pod, now):
            found[index] = pod
    return found


def _try(pod: Obj, now: Micros) -> tuple[int, Micros]:
    return jobpods.failures_of_index(pod), jobpods.finished_at(pod, now)


def taken_indexes(current: Tally) -> set[int]:
    """The indexes that need no new pod now."""
    running = [
        pod
        for pod in current.pods
        if podstate.is_active(pod)
        or (podstate.is_terminating(pod) and jobpods.replaces_only_failed(current.job))
    ]
    done = current.succeeded_indexes | current.failed_indexes
    return _indexes(running, current.job) | done


def surplus(current: Tally, count: int) -> list[Obj]:
    """Which ``count`` active pods to remove: those whose index is done or doubled go anyway."""
    removed: list[Obj] = []
    left = list(current.active)
    if jobpods.is_indexed(current.job):
        removed, left = _doubled(current)
    missing = max(0, count - len(removed))
    return removed + least_active_first(left)[:missing]


def _doubled(current: Tally) -> tuple[list[Obj], list[Obj]]:
    done = current.succeeded_indexes | current.failed_indexes
    kept: dict[int, Obj] = {}
    removed = []
    for pod in reversed(least_active_first(current.active)):
        index = jobpods.index_of(pod, current.job)
        if index is None or index in kept or index in done:
            removed.append(pod)
        else:
            kept[index] = pod
    return removed, list(kept.values())
