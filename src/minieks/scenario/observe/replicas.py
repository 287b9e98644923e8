"""How many pods each workload wanted and had ready, over time."""

from typing import Final

from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds.workloads import WorkloadRef
from minieks.kube.words.objects import Obj, name, namespace
from minieks.scenario.observe.series import Series

_MINDED: Final = aspects.LIFE | aspects.SPEC | aspects.STATUS
_KINDS: Final = {
    "deployments.apps": "Deployment",
    "statefulsets.apps": "StatefulSet",
    "daemonsets.apps": "DaemonSet",
}


class Counts:
    """The pods of one workload: wanted, and ready."""

    __slots__ = ("ready", "wanted")

    def __init__(self) -> None:
        self.wanted = Series()
        self.ready = Series()


class Replicas:
    """Counts by workload, of those kinds whose status has them."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self.workloads: dict[WorkloadRef, Counts] = {}
        for collection in _KINDS:
            store.subscribe(collection, self._on_change, _MINDED)

    def restart(self) -> None:
        """Count from now on."""
        now = self._engine.now()
        for counts in self.workloads.values():
            counts.wanted.restart(now)
            counts.ready.restart(now)

    def _on_change(self, change: Change) -> None:
        obj, now = change.value, self._engine.now()
        ref = WorkloadRef(namespace(obj), _KINDS[change.collection], name(obj))
        counts = self.workloads.get(ref)
        if counts is None:
            counts = self.workloads[ref] = Counts()
        wanted, ready = (0, 0) if change.type == "DELETED" else _counts(ref.kind, obj)
        counts.wanted.put(now, wanted)
        counts.ready.put(now, ready)


def _counts(kind: str, obj: Obj) -> tuple[int, int]:
    status = obj.get("status") or {}
    if kind == "DaemonSet":
        return status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    return obj["spec"].get("replicas", 1), status.get("readyReplicas", 0)
