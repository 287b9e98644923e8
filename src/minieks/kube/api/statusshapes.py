"""Statuses as the API server writes them: what is no pointer in Go is there though it is empty.

Source: kubernetes staging/src/k8s.io/api types.go of each group, 1.34.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.words.objects import Obj

_TRANSITION: Final = ("lastTransitionTime",)
_PROBE: Final = ("lastProbeTime", "lastTransitionTime")
# The times of a condition, by collection.
_CONDITION_TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "pods": _PROBE,
    "jobs.batch": _PROBE,
    "persistentvolumeclaims": _PROBE,
    "nodes": ("lastHeartbeatTime", "lastTransitionTime"),
    "deployments.apps": ("lastUpdateTime", "lastTransitionTime"),
    "certificatesigningrequests.certificates.k8s.io": ("lastUpdateTime", "lastTransitionTime"),
    "replicasets.apps": _TRANSITION,
    "statefulsets.apps": _TRANSITION,
    "daemonsets.apps": _TRANSITION,
    "replicationcontrollers": _TRANSITION,
    "namespaces": _TRANSITION,
    "horizontalpodautoscalers.autoscaling": _TRANSITION,
    "poddisruptionbudgets.policy": _TRANSITION,
    "services": _TRANSITION,
}
# What is always in a status, by collection.
_ALWAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "services": {"loadBalancer": {}},
    "ingresses.networking.k8s.io": {"loadBalancer": {}},
    "replicasets.apps": {"replicas": 0},
    "replicationcontrollers": {"replicas": 0},
    "statefulsets.apps": {"replicas": 0, "availableReplicas": 0},
    "daemonsets.apps": {
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
    },
    "horizontalpodautoscalers.autoscaling": {"desiredReplicas": 0, "currentMetrics": None},
    "poddisruptionbudgets.policy": {
        "disruptionsAllowed": 0,
        "currentHealthy": 0,
        "desiredHealthy": 0,
        "expectedPods": 0,
    },
    "volumeattachments.storage.k8s.io": {"attached": False},
    "nodes": {
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
        "nodeInfo": dict.fromkeys(
            (
                *("machineID", "systemUUID", "bootID", "kernelVersion", "osImage"),
                *("containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion"),
                *("operatingSystem", "architecture"),
            ),
            "",
        ),
    },
}
_STATE_TIMES: Final = {"running": ("startedAt",), "terminated": ("startedAt", "finishedAt")}
_CONTAINERS: Final = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")


def shaped(collection: str, obj: Obj) -> Obj:
    """The object with a status that has all its fields."""
    status = {**_ALWAYS.get(collection, {}), **(obj.get("status") or {})}
    times = _CONDITION_TIMES.get(collection)
    if times and status.get("conditions"):
        status["conditions"] = [_timed(one, times) for one in status["conditions"]]
    if collection == "pods":
        for field in _CONTAINERS:
            if status.get(field):
                status[field] = [_container(one) for one in status[field]]
        _say_addresses_twice(status)
    return {**obj, "status": status}


def _say_addresses_twice(status: Obj) -> None:
    """A pod's first address is also said alone, and the one said alone is the first."""
    address, addresses = status.get("podIP"), status.get("podIPs") or []
    if address and (not addresses or addresses[0].get("ip") != address):
        status["podIPs"] = [{"ip": address}]


def _timed(value: Obj, times: tuple[str, ...]) -> Obj:
    missing = [field for field in times if field not in value]
    return {**value, **dict.fromkeys(missing)} if missing else value


def _container(status: Obj) -> Obj:
    return {
        **status,
        "state": _state(status.get("state") or {}),
        "lastState": _state(status.get("lastState") or {}),
    }


def _state(state: Obj) -> Obj:
    return {name: _timed(value, _STATE_TIMES.get(name, ())) for name, value in state.items()}
