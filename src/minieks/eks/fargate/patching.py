"""Fargate pods are recycled for a patch: evicted, or deleted days later if a budget forbids that.

Source: AWS user guide for EKS, "Understand OS patching on Fargate": pods are evicted through the
Eviction API, zone by zone; where that fails the user is told when the pod is going to be deleted.
At that time eviction is tried once more. Pods that were created after the notice are not concerned.
"""

from collections.abc import Mapping
from typing import Final

from minieks.eks.fargate import microvm
from minieks.engine.clock import DAY, MINUTE, SECOND, Micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change, Store
from minieks.kube.api.errors import InternalError, NotFound, TooManyRequests
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, split_key, uid

ZONE_AFTER: Final[Micros] = 15 * MINUTE
"""Between the zones (a model)."""
DELETED_AFTER: Final[Micros] = 3 * DAY
"""From a refused eviction to the deletion, as in the guide's example."""


class PatchingLoop:
    """Evicts pods whose machines are to be patched; its keys are the keys of pods."""

    name = "fargate-patching"

    def __init__(self, api: Api, aws: Store) -> None:
        self._api = api
        self._aws = aws

    def watches(self) -> Mapping[str, Wakes]:
        """Machines."""
        return {microvm.COLLECTION: _patched}

    def reconcile(self, key: str) -> Result | None:
        """Evict the pod when its zone's time has come; delete it when the last time has come."""
        record, pod = self._aws.get(microvm.COLLECTION, key), self._api.get("pods", *split_key(key))
        if record is None or "patch" not in record or pod is None or not _is_on(record, pod):
            return None
        patch, now = record["patch"], self._api.engine.now()
        if now < patch["evictAt"]:
            return self._until(patch["evictAt"])
        refusal = self._evict(key)
        if not refusal:
            return None
        if not patch.get("refused"):
            patch = {"evictAt": now + DELETED_AFTER, "refused": refusal}
            self._aws.replace(microvm.COLLECTION, key, {**record, "patch": patch})
            return self._until(patch["evictAt"])
        self._api.delete("pods", *split_key(key))
        return None

    def _evict(self, key: str) -> str:
        """Why the pod cannot be evicted; empty if it was."""
        try:
            self._api.evict(*split_key(key))
        except NotFound:
            return ""
        except (TooManyRequests, InternalError) as error:
            return error.message
        return ""

    def _until(self, moment: Micros) -> Result:
        return Result(max(moment - self._api.engine.now(), 0) / SECOND)


def begin(aws: Store, profile: str, now: Micros) -> int:
    """Have the machines of a profile, or of all, patched zone by zone; returns how many."""
    found = [one for one in aws.values(microvm.COLLECTION) if profile in ("", one["profile"])]
    zones = sorted({one["availabilityZone"] for one in found})
    for one in found:
        due = now + zones.index(one["availabilityZone"]) * ZONE_AFTER
        aws.replace(microvm.COLLECTION, one["podKey"], {**one, "patch": {"evictAt": due}})
    return len(found)


def _is_on(record: Obj, pod: Obj) -> bool:
    return uid(pod) == record["podUid"] and bool(pods.node_name(pod)) and not is_deleting(pod)


def _patched(change: Change) -> tuple[str, ...]:
    return (change.key,) if "patch" in change.value else ()
