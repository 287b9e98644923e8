"""Fargate machines that fail: the node falls silent, and goes when the failure is noticed.

What Fargate does then is not documented. Here it is as with instances: after some minutes the
machine is gone, the node with it, and Kubernetes' garbage collector deletes the pod. A pod whose
machine was still coming up gets another one at once.
"""

from collections.abc import Mapping
from typing import Final

from minieks.eks.fargate import microvm
from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change, Store
from minieks.kube.api import heartbeats
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, split_key

NOTICED_AFTER: Final[Micros] = 5 * MINUTE
"""From a failure to the end of the machine (a model)."""


class FargateHealthLoop:
    """Silences and removes machines that have failed; its keys are the keys of pods."""

    name = "fargate-health"

    def __init__(self, api: Api, aws: Store) -> None:
        self._api = api
        self._aws = aws

    def watches(self) -> Mapping[str, Wakes]:
        """Machines."""
        return {microvm.COLLECTION: _failed}

    def reconcile(self, key: str) -> Result | None:
        """Bring the end of a failed machine a step further."""
        record = self._aws.get(microvm.COLLECTION, key)
        if record is None or "impairedAt" not in record:
            return None
        if not self._is_bound(key):
            self._remove_node(record)
            self._aws.remove(microvm.COLLECTION, key)
            return None
        if heartbeats.silent_since(self._api, record["nodeName"]) is None:
            heartbeats.stopped(self._api, record["nodeName"], record["impairedAt"])
        due = record["impairedAt"] + NOTICED_AFTER
        now = self._api.engine.now()
        if now < due:
            return Result((due - now) / SECOND)
        self._remove_node(record)
        return None

    def _is_bound(self, key: str) -> bool:
        pod = self._api.get("pods", *split_key(key))
        return pod is not None and bool(pods.node_name(pod))

    def _remove_node(self, record: Obj) -> None:
        if self._api.get("nodes", "", record["nodeName"]) is not None:
            self._api.delete("nodes", "", record["nodeName"])


def impair(aws: Store, record: Obj, now: Micros) -> None:
    """Let a machine fail now; one that has failed stays as it is."""
    if "impairedAt" not in record:
        aws.replace(microvm.COLLECTION, record["podKey"], {**record, "impairedAt": now})


def _failed(change: Change) -> tuple[str, ...]:
    return (change.key,) if "impairedAt" in change.value else ()
