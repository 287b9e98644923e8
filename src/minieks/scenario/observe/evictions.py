"""Pods that were taken away before their time, by workload and by who took them."""

from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds import pods
from minieks.kube.kinds.workloads import WorkloadRef, workload_of


class Evictions:
    """Counts by workload and reason: each pod that goes with the condition DisruptionTarget.

    Reasons are Kubernetes' own: EvictionByEvictionAPI, DeletionByTaintManager,
    PreemptionByScheduler, TerminationByKubelet, DeletionByPodGC.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.counts: dict[WorkloadRef, dict[str, int]] = {}
        store.subscribe("pods", self._on_pod, aspects.WENT)

    def _on_pod(self, change: Change) -> None:
        condition = pods.condition(change.value, "DisruptionTarget")
        if condition is None or condition.get("status") != "True":
            return
        counts = self.counts.setdefault(workload_of(self._store, change.value), {})
        reason = str(condition.get("reason"))
        counts[reason] = counts.get(reason, 0) + 1
