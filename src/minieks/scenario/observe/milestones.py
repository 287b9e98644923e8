"""Milestones of a run: workloads that became ready, jobs that ended, nodes that came and went."""

from minieks.eks.labels import is_fargate_node
from minieks.engine.store import Change, Store
from minieks.kube.kinds import nodes
from minieks.kube.words.conditions import is_true
from minieks.kube.words.objects import Obj, controller_ref, name, namespace
from minieks.scenario.observe.moments import Moments

# Where each kind's status says how many pods are wanted, up to date, and ready.
_SCALED = {
    "deployments.apps": ("Deployment", "replicas", "updatedReplicas", "readyReplicas"),
    "statefulsets.apps": ("StatefulSet", "replicas", "updatedReplicas", "readyReplicas"),
    "daemonsets.apps": (
        "DaemonSet",
        "desiredNumberScheduled",
        "updatedNumberScheduled",
        "numberReady",
    ),
}


class Milestones:
    """Tells `Moments` when something was reached that a reader waits for."""

    def __init__(self, store: Store, moments: Moments) -> None:
        self._moments = moments
        self._ready: dict[str, bool] = {}
        for collection in _SCALED:
            store.subscribe(collection, self._on_scaled)
        store.subscribe("jobs.batch", self._on_job)
        store.subscribe("nodes", self._on_node)

    def _on_scaled(self, change: Change) -> None:
        kind, wanted, updated, ready = _SCALED[change.collection]
        key = f"{change.collection}/{change.key}"
        if change.type == "DELETED":
            self._ready.pop(key, None)
            return
        status = change.value.get("status") or {}
        want = status.get(wanted, 0)
        reached = want > 0 and want == status.get(updated, 0) == status.get(ready, 0)
        if reached and not self._ready.get(key, False):
            about = f"{namespace(change.value)}/{kind}/{name(change.value)}"
            self._moments.tell(about, "Ready", f"{want} of {want} pods ready")
        self._ready[key] = reached

    def _on_job(self, change: Change) -> None:
        if change.type != "MODIFIED" or change.previous is None:
            return
        for type_, text in (("Complete", "completed"), ("Failed", "failed")):
            if _is(change.value, type_) and not _is(change.previous, type_):
                self._moments.tell(_job_owner(change.value), type_, f"a run {text}")

    def _on_node(self, change: Change) -> None:
        node = change.value
        if is_fargate_node(node):
            return
        if change.type == "DELETED":
            self._moments.tell(f"Node/{name(node)}", "NodeRemoved", "the node is gone")
        elif change.previous is not None and nodes.is_ready(node) != nodes.is_ready(
            change.previous
        ):
            state = "ready" if nodes.is_ready(node) else "not ready"
            self._moments.tell(f"Node/{name(node)}", "Node", f"the node is {state}")


def _is(job: Obj, type_: str) -> bool:
    return is_true(job.get("status") or {}, type_)


def _job_owner(job: Obj) -> str:
    """The CronJob of a run, or the Job itself."""
    owner = controller_ref(job)
    kind, own_name = ("Job", name(job)) if owner is None else (owner["kind"], owner["name"])
    return f"{namespace(job)}/{kind}/{own_name}"
