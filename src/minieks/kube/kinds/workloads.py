"""Which workload a pod belongs to: the last controller up its chain of owners."""

from dataclasses import dataclass

from minieks.engine.store import Store
from minieks.kube.words.objects import Obj, controller_ref, labels, name, namespace

# Where the controllers of controllers are kept. Other owners end the chain: a custom resource is
# a workload in the user's eyes only by its name.
_COLLECTIONS = {
    ("apps/v1", "ReplicaSet"): "replicasets.apps",
    ("batch/v1", "Job"): "jobs.batch",
}


@dataclass(frozen=True, slots=True, order=True)
class WorkloadRef:
    """A workload by namespace, kind and name."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.kind}/{self.name}"


def workload_of(store: Store, pod: Obj) -> WorkloadRef:
    """The workload of a pod; a pod without controller is its own.

    A ReplicaSet or Job that is already deleted is taken for the workload, unless the pod's labels
    still say which Deployment's template it came from.
    """
    space = namespace(pod)
    at, reference = pod, controller_ref(pod)
    kind, found = "Pod", name(pod)
    while reference is not None:
        kind, found = str(reference["kind"]), str(reference["name"])
        collection = _COLLECTIONS.get((str(reference["apiVersion"]), kind))
        owner = store.get(collection, f"{space}/{found}") if collection else None
        if owner is None:
            break
        at, reference = owner, controller_ref(owner)
    if kind == "ReplicaSet" and at is pod:
        kind, found = _deployment_by_hash(pod, found)
    return WorkloadRef(space, kind, found)


def _deployment_by_hash(pod: Obj, replica_set: str) -> tuple[str, str]:
    suffix = f"-{labels(pod).get('pod-template-hash', '')}"
    if len(suffix) > 1 and replica_set.endswith(suffix):
        return "Deployment", replica_set.removesuffix(suffix)
    return "ReplicaSet", replica_set
