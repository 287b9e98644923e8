"""A VerticalPodAutoscaler object: what it aims at, and how its recommendations come to pods.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/utils/vpa/api.go,
pkg/target/fetcher.go, pkg/recommender/input/cluster_feeder.go.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from minieks.autoscale.vpa.amounts import Amounts
from minieks.autoscale.vpa.policies import ContainerPolicy, amounts_of, container_policies
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.engine.store import Store
from minieks.kube.api.server import Api
from minieks.kube.kinds.workloads import WorkloadRef, workload_of
from minieks.kube.words.objects import Obj, controller_ref, name, namespace
from minieks.kube.words.quantity import InvalidQuantity
from minieks.kube.words.selectors import Selector, compile_selector, from_map

COLLECTION: Final = "verticalpodautoscalers.autoscaling.k8s.io"
CHECKPOINTS: Final = "verticalpodautoscalercheckpoints.autoscaling.k8s.io"
API_VERSION: Final = "autoscaling.k8s.io/v1"
_UPDATED: Final = ("Auto", "Recreate", "InPlaceOrRecreate")
_TARGETS: Final = {
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "ReplicaSet": "replicasets.apps",
    "ReplicationController": "replicationcontrollers",
    "Job": "jobs.batch",
    "CronJob": "cronjobs.batch",
}


class Target(NamedTuple):
    """Which pods are meant; without a selector ``problem`` says why nobody knows.

    ``labels`` are some that all of the pods have, by which they are found faster.
    """

    selector: Selector | None
    problem: str = ""
    labels: Mapping[str, str] | None = None


def update_mode(vpa: Obj) -> str:
    """The update mode; Auto if none is said, as up to VPA 1.5."""
    return str((vpa["spec"].get("updatePolicy") or {}).get("updateMode") or "Auto")


def is_updated(vpa: Obj) -> bool:
    """Whether pods that run are changed, too."""
    return update_mode(vpa) in _UPDATED


def min_replicas(vpa: Obj, default: int) -> int:
    """How many pods a workload must have for one to be evicted."""
    stated = (vpa["spec"].get("updatePolicy") or {}).get("minReplicas")
    return default if stated is None else int(stated)


def policies_of(vpa: Obj) -> tuple[ContainerPolicy, ...]:
    """Its container policies; none if a bound in them is no quantity."""
    try:
        return container_policies(vpa)
    except InvalidQuantity:
        return ()


def target_of(api: Api, vpa: Obj) -> Target:
    """The pods that its ``targetRef`` means."""
    reference = vpa["spec"].get("targetRef")
    if not reference:
        return Target(None, "Cannot read targetRef. Reason: targetRef not defined")
    kind, aimed, space = reference.get("kind", ""), reference.get("name", ""), namespace(vpa)
    collection = _TARGETS.get(kind)
    if collection is None:
        return Target(None, f"Cannot read targetRef. Reason: unhandled targetRef kind {kind}")
    found = api.get(collection, space, aimed)
    if found is None:
        return Target(None, f"Cannot read targetRef. Reason: {kind} {space}/{aimed} does not exist")
    if controller_ref(found) is not None:
        return Target(
            None,
            "The targetRef controller has a parent but it should point to a topmost well-known or"
            " scalable controller",
        )
    stated = found["spec"].get("selector") or {}
    labels = stated.get("matchLabels") if kind != "ReplicationController" else stated
    return Target(_selector(kind, found["spec"]), labels=labels)


def _selector(kind: str, spec: Mapping[str, Any]) -> Selector:
    if kind == "CronJob":
        template = spec["jobTemplate"]["spec"]["template"]
        return from_map((template.get("metadata") or {}).get("labels"))
    if kind == "ReplicationController":
        return from_map(spec.get("selector"))
    return compile_selector(spec.get("selector"))


def controls(store: Store, vpa: Obj, pod: Obj) -> bool:
    """Whether the pod's topmost controller is what the object aims at."""
    reference = vpa["spec"].get("targetRef") or {}
    aimed = WorkloadRef(namespace(vpa), reference.get("kind", ""), reference.get("name", ""))
    return controller_ref(pod) is not None and workload_of(store, pod) == aimed


def controlling(api: Api, pod: Obj) -> Obj | None:
    """The oldest object that acts on a pod, be it only as it is created."""
    found = [
        one
        for one in api.list(COLLECTION, namespace(pod))
        if update_mode(one) != "Off" and controls(api.store, one, pod)
    ]
    return min(
        found, key=lambda one: (one["metadata"]["creationTimestamp"], name(one)), default=None
    )


def recommendation_of(vpa: Obj) -> dict[str, ContainerRecommendation]:
    """The recommendation in its status, by container; empty before there is one."""
    stated = (vpa.get("status") or {}).get("recommendation") or {}
    return {one["containerName"]: _read(one) for one in stated.get("containerRecommendations", ())}


def _read(one: Mapping[str, Any]) -> ContainerRecommendation:
    def amounts(field: str) -> Amounts:
        return amounts_of(one.get(field))

    return ContainerRecommendation(
        amounts("target"), amounts("lowerBound"), amounts("upperBound"), amounts("uncappedTarget")
    )
