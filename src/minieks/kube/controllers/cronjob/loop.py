"""The CronJob controller.

Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.engine.loop import Result, Wakes
from minieks.kube.api import errors
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.cronjob import runs
from minieks.kube.controllers.job import verdict
from minieks.kube.controllers.wakes import by_controller, itself
from minieks.kube.words import cron, times
from minieks.kube.words.conditions import is_true
from minieks.kube.words.objects import (
    Obj,
    annotations,
    is_deleting,
    labels,
    metadata,
    name,
    namespace,
    owner_reference,
    split_key,
    uid,
)

COLLECTION: Final = "cronjobs.batch"
JOBS: Final = "jobs.batch"
COMPONENT: Final = "cronjob-controller"
SCHEDULED_AT: Final = "batch.kubernetes.io/cronjob-scheduled-timestamp"
BUSY: Final = "Not starting job because prior execution is running and concurrency policy is Forbid"


class CronJobLoop:
    """Starts each CronJob's Jobs, keeps track of them and tidies up."""

    name = "cronjob"

    def __init__(self, api: Api) -> None:
        self._api = api
        indexes.add_owner_indexes(api, JOBS)

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes and its Jobs'."""
        return {COLLECTION: itself, JOBS: by_controller("CronJob")}

    def reconcile(self, key: str) -> Result | None:
        """Start the run that is due; the next look is at the next scheduled time."""
        cron_job = self._api.get(COLLECTION, *split_key(key))
        if cron_job is None:
            return None
        work = _Pass(self._api, cron_job)
        work.tidy()
        work.follow_jobs()
        wait = None if is_deleting(cron_job) else work.start_due()
        work.write()
        return Result(wait)


class _Pass:
    """One pass over one CronJob; the status is written once, at its end."""

    def __init__(self, api: Api, cron_job: Obj) -> None:
        self._api = api
        self._cron_job = cron_job
        self._spec = cron_job["spec"]
        self._status = dict(cron_job.get("status") or {})
        self._jobs = indexes.controlled(api, JOBS, cron_job)
        self._now: Micros = api.engine.now()

    def follow_jobs(self) -> None:
        """Bring status.active and lastSuccessfulTime up to date with the Jobs there are."""
        for job in self._jobs:
            active = any(entry["uid"] == uid(job) for entry in self._active())
            if not active and not verdict.is_finished(job):
                text = "Saw a job that the controller did not create or forgot"
                self._event("Warning", "UnexpectedJob", f"{text}: {name(job)}")
            elif active and verdict.is_finished(job):
                self._drop(job)
                ended = "Complete" if is_true(job["status"], "Complete") else "Failed"
                text = f"Saw completed job: {name(job)}, condition: {ended}"
                self._event("Normal", "SawCompletedJob", text)
            self._note_success(job)
        known = {uid(job) for job in self._jobs}
        for entry in [entry for entry in self._active() if entry["uid"] not in known]:
            self._event("Normal", "MissingJob", f"Active job went missing: {entry['name']}")
            self._status["active"] = [one for one in self._active() if one is not entry]

    def _note_success(self, job: Obj) -> None:
        ended = (job.get("status") or {}).get("completionTime")
        if not ended or not is_true(job["status"], "Complete"):
            return
        before = self._status.get("lastSuccessfulTime")
        if not before or times.parse(ended) > times.parse(before):
            self._status["lastSuccessfulTime"] = ended

    def start_due(self) -> float | None:
        """Start the most recent run that has come; seconds until the next one, None for never."""
        plan = self._plan()
        if plan is None or self._spec.get("suspend"):
            return None
        latest, missed = runs.missed(plan, self._now)
        if missed > runs.MANY:
            text = "too many missed start times. Set or decrease"
            text += " .spec.startingDeadlineSeconds or check clock skew"
            self._event("Warning", "TooManyMissedTimes", text)
        if latest is not None and self._may_start(plan, latest):
            self._start(latest)
            plan = self._plan() or plan
        return runs.wait(plan, self._now)

    def _plan(self) -> runs.Plan | None:
        zone = self._spec.get("timeZone") or "UTC"
        try:
            ZoneInfo(zone)
            schedule = cron.parse(self._spec["schedule"])
        except (ZoneInfoNotFoundError, ValueError) as error:
            text = f'unparseable schedule: "{self._spec["schedule"]}" : {error}'
            self._event("Warning", "UnparseableSchedule", text)
            return None
        since = (
            self._status.get("lastScheduleTime") or metadata(self._cron_job)["creationTimestamp"]
        )
        deadline = self._spec.get("startingDeadlineSeconds")
        return runs.Plan(schedule, zone, times.parse(since), deadline)

    def _may_start(self, plan: runs.Plan, scheduled: Micros) -> bool:
        if runs.is_too_late(plan, scheduled, self._now):
            text = f"Missed scheduled time to start a job: {_rfc1123z(scheduled)}"
            self._event("Warning", "MissSchedule", text)
            return False
        if any(entry["name"] == self._job_name(scheduled) for entry in self._active()):
            return False
        if self._status.get("lastScheduleTime") == times.rfc3339(scheduled):
            return False
        if self._spec.get("concurrencyPolicy") == "Forbid" and self._active():
            self._event("Normal", "JobAlreadyActive", BUSY)
            return False
        return True

    def _start(self, scheduled: Micros) -> None:
        if self._spec.get("concurrencyPolicy") == "Replace":
            for job in [job for job in self._jobs if self._is_active(job)]:
                self._delete(job)
        try:
            made = self._api.create(self._build(scheduled))
        except errors.AlreadyExists:
            self._status["lastScheduleTime"] = times.rfc3339(scheduled)
            return
        except errors.ApiError as error:
            self._event("Warning", "FailedCreate", f"Error creating job: {error.message}")
            raise
        self._event("Normal", "SuccessfulCreate", f"Created job {name(made)}")
        self._status["active"] = [*self._active(), _reference(made)]
        self._status["lastScheduleTime"] = times.rfc3339(scheduled)

    def _build(self, scheduled: Micros) -> Obj:
        template = self._spec["jobTemplate"]
        zone = ZoneInfo(self._spec.get("timeZone") or "UTC")
        moment = datetime.fromtimestamp(scheduled // SECOND, zone).isoformat()
        meta: Obj = {
            "name": self._job_name(scheduled),
            "namespace": namespace(self._cron_job),
            "annotations": {
                **annotations(template),
                SCHEDULED_AT: moment.replace("+00:00", "Z"),
            },
            "ownerReferences": [owner_reference(self._cron_job)],
        }
        if labels(template):
            meta["labels"] = dict(labels(template))
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": template["spec"]}

    def _job_name(self, scheduled: Micros) -> str:
        return f"{name(self._cron_job)}-{scheduled // MINUTE}"

    # tidying up

    def tidy(self) -> None:
        """Delete the oldest finished Jobs beyond the limits of the history."""
        finished = [job for job in self._present() if verdict.is_finished(job)]
        failed = [job for job in finished if is_true(job["status"], "Failed")]
        complete = [job for job in finished if not is_true(job["status"], "Failed")]
        self._delete_oldest(complete, self._spec.get("successfulJobsHistoryLimit"))
        self._delete_oldest(failed, self._spec.get("failedJobsHistoryLimit"))

    def _present(self) -> list[Obj]:
        return [
            job
            for job in indexes.controlled(self._api, JOBS, self._cron_job)
            if not is_deleting(job)
        ]

    def _delete_oldest(self, found: Sequence[Obj], limit: int | None) -> None:
        if limit is None or len(found) <= limit:
            return
        by_start = sorted(found, key=lambda job: (job["status"].get("startTime") or "", name(job)))
        for job in by_start[: len(found) - limit]:
            self._delete(job)

    def _delete(self, job: Obj) -> None:
        self._api.delete(JOBS, namespace(job), name(job), propagation="Background")
        self._drop(job)
        self._event("Normal", "SuccessfulDelete", f"Deleted job {name(job)}")

    # status

    def _active(self) -> list[Obj]:
        return list(self._status.get("active") or ())

    def _is_active(self, job: Obj) -> bool:
        return any(entry["uid"] == uid(job) for entry in self._active())

    def _drop(self, job: Obj) -> None:
        self._status["active"] = [one for one in self._active() if one["uid"] != uid(job)]

    def write(self) -> None:
        """Write the status."""
        if not self._status.get("active"):
            self._status.pop("active", None)
        self._api.update_status({**self._cron_job, "status": self._status})

    def _event(self, type_: str, reason: str, message: str) -> None:
        self._api.record_event(self._cron_job, type_, reason, message, component=COMPONENT)


def _reference(job: Obj) -> Obj:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": name(job),
        "namespace": namespace(job),
        "uid": uid(job),
        "resourceVersion": metadata(job)["resourceVersion"],
    }


def _rfc1123z(moment: Micros) -> str:
    return datetime.fromtimestamp(moment // SECOND, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
