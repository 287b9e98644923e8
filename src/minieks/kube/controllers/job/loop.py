"""The Job controller.

Source: kubernetes pkg/controller/job/job_controller.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Later, Minding, Result, Wakes
from minieks.engine.store import EVERYTHING, Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.job import backoff, jobpods, verdict
from minieks.kube.controllers.job.syncing import Sync, released
from minieks.kube.controllers.owned import claim
from minieks.kube.controllers.wakes import by_replica, controller_key
from minieks.kube.words.objects import Obj, controller_ref, metadata, split_key, uid

COLLECTION: Final = "jobs.batch"
# What pods report is gathered for so long before a Job looks at it.
BATCH_SECONDS: Final = 1.0
_TRACKED: Final = "tracked-by-job"


def _tracked_by(pod: Obj) -> Iterable[str]:
    owner = controller_key(pod, "Job") if jobpods.is_tracked(pod) else None
    return (owner,) if owner else ()


def _of_job(change: Change) -> Iterable[str | Later]:
    """A Job that is new, gone or changed in its spec at once, one with news of its pods later."""
    before = change.previous
    if change.type != "MODIFIED" or before is None:
        return (change.key,)
    if metadata(before)["generation"] != metadata(change.value)["generation"]:
        return (change.key,)
    return (Later(change.key, BATCH_SECONDS),)


class JobLoop:
    """Runs each Job's pods and counts how they end."""

    name = "job"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._records: dict[str, backoff.Record] = {}
        indexes.add_owner_indexes(api, "pods")
        api.store.add_index("pods", _TRACKED, _tracked_by, aspects.OWNERS | aspects.FINALIZERS)

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes and its pods'."""
        replicas = by_replica(self._api, "Job", COLLECTION)

        def of_pod(change: Change) -> Iterable[Later]:
            keys = replicas(change)
            return [Later(key, BATCH_SECONDS) for key in keys]

        kinds = aspects.OF_JOB | aspects.UNCONTROLLED
        return {COLLECTION: _of_job, "pods": Minding(of_pod, EVERYTHING, of=kinds)}

    def reconcile(self, key: str) -> Result | None:
        """One pass; pods of a Job that is over or gone are only released."""
        job = self._api.get(COLLECTION, *split_key(key))
        if job is None or verdict.is_finished(job):
            self._forget(key, job)
            return None
        claim(self._api, job, "pods")
        work = Sync(self._api, job, self._records.get(uid(job), backoff.Record()))
        self._records[uid(job)] = work.record
        work.run()
        self._release_strangers(key, job)
        return Result(work.wait)

    def _forget(self, key: str, job: Obj | None) -> None:
        for pod in self._api.store.lookup("pods", _TRACKED, key):
            owner = controller_ref(pod)
            if owner is not None:
                self._records.pop(str(owner["uid"]), None)
            released(self._api, pod)
        if job is not None:
            self._records.pop(uid(job), None)

    def _release_strangers(self, key: str, job: Obj) -> None:
        """Pods of a former Job of the same name are nobody's to count."""
        for pod in self._api.store.lookup("pods", _TRACKED, key):
            owner = controller_ref(pod)
            if owner is not None and owner["uid"] != uid(job):
                released(self._api, pod)
