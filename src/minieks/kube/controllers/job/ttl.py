"""Deletes Jobs some time after they finished.

Source: kubernetes pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.
"""

from collections.abc import Iterable, Mapping

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.job import verdict
from minieks.kube.controllers.job.loop import COLLECTION
from minieks.kube.words import times
from minieks.kube.words.conditions import find, is_true
from minieks.kube.words.objects import Obj, is_deleting, name, namespace, split_key, uid


def expires_at(job: Obj) -> Micros | None:
    """When a finished Job is to go; None if it is not finished or stays for good."""
    ttl = job["spec"].get("ttlSecondsAfterFinished")
    status = job.get("status") or {}
    if ttl is None or not verdict.is_finished(job):
        return None
    type_ = "Complete" if is_true(status, "Complete") else "Failed"
    finished = find(status, type_)
    assert finished is not None
    return times.parse(finished["lastTransitionTime"]) + int(ttl) * SECOND


class TtlAfterFinishedLoop:
    """Deletes each finished Job when its ttlSecondsAfterFinished is over."""

    name = "ttl-after-finished"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Jobs that are finished and have a time to live."""
        return {COLLECTION: self._of_job}

    @staticmethod
    def _of_job(change: Change) -> Iterable[str]:
        if change.type == "DELETED" or expires_at(change.value) is None:
            return ()
        return (change.key,)

    def reconcile(self, key: str) -> Result | None:
        """Delete the Job and its pods, or wait until it is time."""
        job = self._api.get(COLLECTION, *split_key(key))
        due = None if job is None or is_deleting(job) else expires_at(job)
        if job is None or due is None:
            return None
        left = due - self._api.engine.now()
        if left > 0:
            return Result(left / SECOND)
        self._api.delete(
            COLLECTION, namespace(job), name(job), propagation="Foreground", uid=uid(job)
        )
        return None
