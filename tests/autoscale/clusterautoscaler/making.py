"""Pods and nodes for tests of the cluster autoscaler."""

from typing import Any

from minieks.kube.words.objects import Obj


def node(name: str = "node", cpu: str = "2", memory: str = "8Gi", **labels: str) -> Obj:
    """A node that offers all it has; ``pods`` is 29."""
    amounts = {"cpu": cpu, "memory": memory, "pods": "29"}
    worn = {"kubernetes.io/hostname": name, **{k.replace("_", "-"): v for k, v in labels.items()}}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": worn},
        "spec": {},
        "status": {"capacity": amounts, "allocatable": amounts},
    }


def tainted(obj: Obj, key: str, effect: str = "NoSchedule") -> Obj:
    """The node with a taint."""
    return {**obj, "spec": {**obj["spec"], "taints": [{"key": key, "effect": effect}]}}


def pod(name: str, cpu: str = "100m", memory: str = "", owner: str = "", **spec: Any) -> Obj:
    """A pod of a ReplicaSet, if ``owner`` names one."""
    requests = {"cpu": cpu, **({"memory": memory} if memory else {})}
    meta: Obj = {"name": name, "namespace": "default", "labels": {"app": owner or name}}
    if owner:
        reference = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": owner}
        meta["ownerReferences"] = [{**reference, "controller": True}]
    container = {"name": "c", "image": "i", "resources": {"requests": requests}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": [container], **spec},
    }


def pods(count: int, owner: str = "web", **like: Any) -> list[Obj]:
    """Pods of one ReplicaSet."""
    return [pod(f"{owner}-{number}", owner=owner, **like) for number in range(count)]


def with_meta(obj: Obj, **changes: Any) -> Obj:
    """The object with other metadata."""
    return {**obj, "metadata": {**obj["metadata"], **changes}}


def daemon_set(name: str, cpu: str, **spec: Any) -> Obj:
    """A DaemonSet of one container."""
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": cpu}}}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container], **spec}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": "kube-system", "uid": name},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }
