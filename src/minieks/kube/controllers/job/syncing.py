"""One pass over one Job: judge it, create or delete pods, count those that ended.

Source: kubernetes pkg/controller/job/job_controller.go (syncJob, manageJob,
trackJobStatusAndRemoveFinalizers).
"""

from collections.abc import Sequence
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.job import (
    backoff,
    failurepolicy,
    intervals,
    jobpods,
    successpolicy,
    verdict,
)
from minieks.kube.controllers.job.tally import (
    Tally,
    awaiting_retry,
    surplus,
    taken_indexes,
    tally,
)
from minieks.kube.controllers.job.verdict import Verdict
from minieks.kube.controllers.slowstart import burst, is_for_good, slow_start
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.conditions import find, with_condition
from minieks.kube.words.objects import Obj, is_deleting, metadata, name, namespace, with_metadata

COMPONENT: Final = "job-controller"
BURST: Final = 500


def released(api: Api, pod: Obj) -> Obj:
    """Take the tracking finalizer from a pod: it needs no more counting."""
    left = [one for one in metadata(pod).get("finalizers") or () if one != jobpods.FINALIZER]
    return api.update(with_metadata(pod, finalizers=left or None))


class Sync:
    """A Job and its pods during one pass; ``wait`` is when to look again, in seconds."""

    def __init__(self, api: Api, job: Obj, record: backoff.Record) -> None:
        self._api = api
        self._now: Micros = api.engine.now()
        self._job = job
        self._failure: ApiError | None = None
        self.wait: float | None = None
        self._start()
        self._seen = self._tally()
        self.record = record.after(
            [jobpods.finished_at(pod, self._now) for pod in self._seen.succeeded],
            [jobpods.finished_at(pod, self._now) for pod in self._seen.failed],
        )

    def run(self) -> None:
        """The whole pass; raises the first refusal of a creation after all is written."""
        found = verdict.noted(self._status()) or self._judge()
        if found is not None:
            self._delete(self._seen.active, untrack=False)
        elif not is_deleting(self._job):
            self._manage()
            found = self._completed()
            if found is None:
                self._note_suspension()
        self._count(found)
        if self._failure is not None:
            raise self._failure

    # judging

    def _start(self) -> None:
        """The time the Job began, unless it is suspended."""
        if self._status().get("startTime") or verdict.is_suspended(self._job):
            return
        self._set_status({**self._status(), "startTime": times.rfc3339(self._now)})

    def _judge(self) -> Verdict | None:
        message = failurepolicy.fail_job_message(
            self._job, [pod for pod in self._seen.pods if jobpods.is_failed(pod, self._job)]
        )
        if message is not None:
            return verdict.failure("PodFailurePolicy", message)
        found = (
            verdict.by_limits(self._job, self._seen.total_failed, self._seen.pods, self._now)
            or self._judge_indexes()
        )
        left = verdict.time_left(self._job, self._now)
        if found is None and left is not None:
            self._look_again(left)
        return found

    def _judge_indexes(self) -> Verdict | None:
        if not jobpods.is_indexed(self._job):
            return None
        spec, seen = self._job["spec"], self._seen
        failed = None
        if spec.get("backoffLimitPerIndex") is not None:
            failed = verdict.by_indexes(
                self._job, len(seen.succeeded_indexes), len(seen.failed_indexes)
            )
        if failed is not None:
            return failed
        message = successpolicy.met(
            spec.get("successPolicy"), int(spec["completions"]), seen.succeeded_indexes
        )
        return None if message is None else verdict.success("SuccessPolicy", message)

    def _completed(self) -> Verdict | None:
        active = self._tally().active
        if verdict.is_complete(self._job, self._seen.total_succeeded, len(active)):
            return verdict.COMPLETED
        return None

    def _note_suspension(self) -> None:
        """The condition Suspended, written when a Job is suspended and when it is resumed."""
        suspended = verdict.is_suspended(self._job)
        before = find(self._status(), "Suspended")
        known = before is not None and before["status"] == "True"
        if suspended == known:
            return
        word = "suspended" if suspended else "resumed"
        condition = {
            "type": "Suspended",
            "status": str(suspended),
            "reason": f"Job{word.title()}",
            "message": f"Job {word}",
        }
        status = _with_condition(self._status(), condition, self._now)
        if not suspended:
            status["startTime"] = times.rfc3339(self._now)
        self._event("Normal", word.title(), f"Job {word}")
        self._set_status(status)

    # creating and deleting

    def _manage(self) -> None:
        active = list(self._seen.active)
        if verdict.is_suspended(self._job):
            self._delete(active, untrack=True)
            return
        wanted = verdict.wanted_active(self._job, self._seen.total_succeeded, len(active))
        too_many = surplus(self._seen, max(0, len(active) - wanted))[:BURST]
        if too_many:
            self._delete(too_many, untrack=True)
            return
        awaited = self._seen.terminating if jobpods.replaces_only_failed(self._job) else 0
        missing = wanted - awaited - len(active)
        if missing > 0:
            self._create(min(missing, BURST))

    def _create(self, count: int) -> None:
        if not jobpods.is_indexed(self._job):
            if not self._is_waiting(self.record.remaining(self._now)):
                self._create_all([None] * count, {})
            return
        completions = int(self._job["spec"]["completions"])
        free = intervals.first_free(taken_indexes(self._seen), count, completions)
        if self._job["spec"].get("backoffLimitPerIndex") is not None:
            self._create_indexes(free)
        elif not self._is_waiting(self.record.remaining(self._now)):
            self._create_all(free, {})

    def _create_indexes(self, free: Sequence[int]) -> None:
        """Each index waits for its own back-off."""
        failed = awaiting_retry(self._seen, self._now)
        waits = {
            index: backoff.remaining(
                jobpods.failures_of_index(failed[index]) + 1,
                jobpods.finished_at(failed[index], self._now),
                self._now,
            )
            for index in free
            if index in failed
        }
        due = [index for index in free if not waits.get(index)]
        self._create_all(due, failed)
        later = [wait for wait in waits.values() if wait]
        if later:
            self._look_again(min(later))

    def _create_all(self, targets: Sequence[int | None], failed: dict[int, Obj]) -> None:
        _, error = slow_start(targets, lambda index: self._create_one(index, failed))
        self._failure = self._failure or error

    def _create_one(self, index: int | None, failed: dict[int, Obj]) -> None:
        before = failed.get(index) if index is not None else None
        pod = jobpods.build(self._job, index, self._failure_notes(before))
        try:
            made = self._api.create(pod)
        except ApiError as error:
            if not is_for_good(error):
                self._event("Warning", "FailedCreate", f"Error creating: {error.message}")
            raise
        self._event("Normal", "SuccessfulCreate", f"Created pod: {name(made)}")

    def _failure_notes(self, before: Obj | None) -> dict[str, str]:
        """How often the index failed, counted on in annotations when failures count per index."""
        if self._job["spec"].get("backoffLimitPerIndex") is None:
            return {}
        if before is None:
            return {jobpods.FAILURES: "0"}
        counts = failurepolicy.match(self._job, before).counts
        noted = jobpods.failures_of_index(before) + (1 if counts else 0)
        ignored = int((metadata(before).get("annotations") or {}).get(jobpods.IGNORED) or 0)
        notes = {jobpods.FAILURES: str(noted)}
        if ignored or not counts:
            notes[jobpods.IGNORED] = str(ignored + (0 if counts else 1))
        return notes

    def _delete(self, doomed: Sequence[Obj], *, untrack: bool) -> None:
        """Delete pods; ``untrack`` those that are not wanted, so that they do not count."""
        for pod in burst(doomed):
            left = released(self._api, pod) if untrack and jobpods.is_tracked(pod) else pod
            self._api.delete("pods", namespace(left), name(left))
            self._event("Normal", "SuccessfulDelete", f"Deleted pod: {name(left)}")

    def _is_waiting(self, remaining: Micros) -> bool:
        if remaining:
            self._look_again(remaining)
        return bool(remaining)

    def _look_again(self, micros: Micros) -> None:
        seconds = micros / SECOND
        self.wait = seconds if self.wait is None else min(self.wait, seconds)

    # counting

    def _count(self, found: Verdict | None) -> None:
        """Write a verdict, count and release what ended, and end the Job when nothing is left."""
        if found is not None and find(self._status(), found.type) is None:
            self._set_status(self._with_verdict(self._status(), found.type, found))
        due = self._countable(found)
        status = self._counted(due, found)
        for pod in due:
            released(self._api, self._current(pod) or pod)
        after = self._tally()
        self._set_status(self._with_state(status, after))
        if found is not None and not after.active and not after.terminating:
            self._finish(found)

    def _countable(self, found: Verdict | None) -> list[Obj]:
        """The tracked pods whose end is known; all of them once the Job ends.

        They are as they were before this pass: what it deleted itself did not fail by that.
        """
        held = {name(pod) for pod in awaiting_retry(self._tally(), self._now).values()}
        everything = found is not None or is_deleting(self._job)
        return [
            pod
            for pod in self._seen.pods
            if self._is_tracked(pod)
            and (
                everything
                or pods.phase(pod) == "Succeeded"
                or (jobpods.is_failed(pod, self._job) and name(pod) not in held)
            )
        ]

    def _is_tracked(self, pod: Obj) -> bool:
        current = self._current(pod)
        return current is not None and jobpods.is_tracked(current)

    def _current(self, pod: Obj) -> Obj | None:
        return self._api.get("pods", namespace(pod), name(pod))

    def _counted(self, due: Sequence[Obj], found: Verdict | None) -> Obj:
        job, status, seen = self._job, self._status(), self._seen
        failing = found is not None and found.is_failure
        succeeded = [pod for pod in due if pods.phase(pod) == "Succeeded"]
        failed = sum(
            failurepolicy.match(job, pod).counts
            for pod in due
            if pods.phase(pod) != "Succeeded" and (failing or jobpods.is_failed(pod, job))
        )
        counts = {
            "succeeded": int(status.get("succeeded") or 0) + len(succeeded),
            "failed": int(status.get("failed") or 0) + failed,
        }
        if jobpods.is_indexed(job):
            counts["succeeded"] = len(seen.succeeded_indexes)
            status["completedIndexes"] = intervals.render(seen.succeeded_indexes)
        if job["spec"].get("backoffLimitPerIndex") is not None:
            status["failedIndexes"] = intervals.render(seen.failed_indexes)
        return _with_counts(status, counts)

    @staticmethod
    def _with_state(status: Obj, after: Tally) -> Obj:
        ready = sum(pods.is_ready(pod) for pod in after.active)
        counted = _with_counts(status, {"active": len(after.active)})
        state = {"terminating": after.terminating, "ready": ready}
        return {**counted, **state, "uncountedTerminatedPods": {}}

    def _finish(self, found: Verdict) -> None:
        status = self._with_verdict(self._status(), found.final_type, found)
        if found.is_failure:
            self._event("Warning", found.reason, found.message)
        else:
            status["completionTime"] = times.rfc3339(self._now)
            completions = self._job["spec"].get("completions")
            if completions is not None and int(status.get("succeeded") or 0) > completions:
                text = "Too many succeeded pods running after completion count reached"
                self._event("Warning", "TooManySucceededPods", text)
            self._event("Normal", "Completed", "Job completed")
        self._set_status(status)

    def _with_verdict(self, status: Obj, type_: str, found: Verdict) -> Obj:
        condition = {
            "type": type_,
            "status": "True",
            "reason": found.reason,
            "message": found.message,
        }
        return _with_condition(status, condition, self._now)

    # reading and writing

    def _tally(self) -> Tally:
        return tally(self._job, indexes.controlled(self._api, "pods", self._job))

    def _status(self) -> Obj:
        return dict(self._job.get("status") or {})

    def _set_status(self, status: Obj) -> None:
        self._job = self._api.update_status({**self._job, "status": status})

    def _event(self, type_: str, reason: str, message: str) -> None:
        self._api.record_event(self._job, type_, reason, message, component=COMPONENT)


def _with_condition(status: Obj, condition: Obj, now: Micros) -> Obj:
    moment = times.rfc3339(now)
    return with_condition(status, {**condition, "lastProbeTime": moment}, moment)


def _with_counts(status: Obj, counts: dict[str, int]) -> Obj:
    """Counts of zero are left out."""
    kept = {field: value for field, value in status.items() if field not in counts}
    return {**kept, **{field: count for field, count in counts.items() if count}}
