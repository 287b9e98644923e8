"""A row per workload: where its pods run, their size, how many are ready, or why not."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from statistics import median
from typing import Any

from minieks.cluster import Cluster
from minieks.kube.kinds.podresources import requests
from minieks.kube.kinds.workloads import WorkloadRef, workload_of
from minieks.kube.words.objects import Obj, controller_ref, name, namespace
from minieks.scenario.observe.readiness import Readiness, WorkloadNotes
from minieks.scenario.result import WorkloadRow
from minieks.scenario.summary import whynot

_COLLECTIONS = {
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "ReplicaSet": "replicasets.apps",
    "CronJob": "cronjobs.batch",
    "Job": "jobs.batch",
    "Pod": "pods",
}
_KINDS = {collection: kind for kind, collection in _COLLECTIONS.items()}

# Namespaces that EKS itself fills; what a user adds there is still shown as the user's.
_SYSTEM = "kube-system"


class WorkloadRows:
    """Makes the rows of one cluster's workloads."""

    def __init__(
        self,
        cluster: Cluster,
        readiness: Readiness,
        costs: Mapping[tuple[str, str], Decimal],
        brought: frozenset[WorkloadRef],
    ) -> None:
        self._api = cluster.api
        self._readiness = readiness
        self._costs = costs
        self._brought = brought
        self._pods = self._pods_by_workload()
        self._why_not = whynot.WhyNots(cluster.api, cluster.profiles())

    def rows(self) -> tuple[WorkloadRow, ...]:
        """The rows of what is there now, and of what ran and is gone; the user's own first."""
        there = dict(self._top_level())
        gone = {ref: None for ref in self._readiness.workloads if ref not in there}
        found = [self._row(ref, obj) for ref, obj in [*there.items(), *gone.items()]]
        return tuple(sorted(found, key=lambda row: (row.system, row.namespace, row.kind, row.name)))

    def _top_level(self) -> Iterator[tuple[WorkloadRef, Obj]]:
        for kind, collection in _COLLECTIONS.items():
            for obj in self._api.list(collection):
                if controller_ref(obj) is None:
                    yield WorkloadRef(namespace(obj), kind, name(obj)), obj

    def _pods_by_workload(self) -> dict[WorkloadRef, list[Obj]]:
        found: dict[WorkloadRef, list[Obj]] = {}
        for pod in self._api.list("pods"):
            found.setdefault(workload_of(self._api.store, pod), []).append(pod)
        return found

    def _row(self, ref: WorkloadRef, obj: Obj | None) -> WorkloadRow:
        notes = self._readiness.workloads.get(ref, WorkloadNotes())
        pods = self._pods.get(ref, [])
        spec = _pod_spec(ref.kind, obj) if obj else {}
        taken = sorted(notes.seconds_to_ready)
        desired, ready = _counts(ref.kind, obj, pods)
        complaints = self._why_not.of_pods(ref.kind, pods)
        if obj is not None:
            complaints = (*complaints, *whynot.of_controller(ref.kind, obj, spec))
        return WorkloadRow(
            namespace=ref.namespace,
            kind=ref.kind,
            name=ref.name,
            system=ref.namespace == _SYSTEM and ref not in self._brought,
            runs_on=dict(sorted(notes.places.items())),
            size=_size(notes, spec),
            desired=desired,
            ready=ready,
            pods_created=notes.created,
            pods_succeeded=notes.succeeded,
            pods_failed=notes.failed,
            seconds_to_ready_p50=round(median(taken), 1) if taken else None,
            seconds_to_ready_max=round(taken[-1], 1) if taken else None,
            why_not=complaints,
            cost=self._costs.get((ref.namespace, f"{ref.kind}/{ref.name}"), Decimal(0)),
        )


def refs_of(obj: Obj) -> WorkloadRef | None:
    """The workload that an object is, or None for other kinds."""
    kind = str(obj.get("kind"))
    if kind not in _COLLECTIONS:
        return None
    return WorkloadRef(namespace(obj) or "default", kind, name(obj))


def _pod_spec(kind: str, obj: Obj) -> dict[str, Any]:
    spec: dict[str, Any] = obj["spec"]
    if kind == "Pod":
        return spec
    if kind == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: dict[str, Any] = spec["template"]["spec"]
    return found


def _counts(kind: str, obj: Obj | None, pods: list[Obj]) -> tuple[int, int]:
    """How many pods are wanted, and how many are ready."""
    if obj is None:
        return 0, 0
    status = obj.get("status") or {}
    if kind == "DaemonSet":
        return status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    if kind in ("Deployment", "StatefulSet", "ReplicaSet"):
        return obj["spec"].get("replicas", 1), status.get("readyReplicas", 0)
    if kind == "Job":
        return obj["spec"].get("completions") or 1, status.get("ready", 0)
    if kind == "Pod":
        ready = (status.get("conditions") or ()) and any(
            one["type"] == "Ready" and one["status"] == "True" for one in status["conditions"]
        )
        return 1, int(bool(ready))
    return 0, 0


def _size(notes: WorkloadNotes, pod_spec: dict[str, Any]) -> str:
    """What Fargate gave, or what the pods ask of a node."""
    if notes.sizes:
        return ", ".join(sorted(notes.sizes))
    if not pod_spec:
        return ""
    asked = requests({"spec": pod_spec})
    cpu, memory = asked.get("cpu", 0), asked.get("memory", 0)
    parts = [f"{cpu}m"] if cpu else []
    if memory:
        parts.append(f"{-(-memory // 2**20)}Mi")
    return ", ".join(parts) or "no requests"
