"""Which changes are news to a kubelet, and to which of its pods."""

from collections.abc import Iterable
from typing import Final

from minieks.engine.store import Change
from minieks.kube.kinds import pods
from minieks.kube.kubelet import evicting
from minieks.kube.words.objects import Obj, split_key

BY_NODE: Final = "node-name"
"""The index of the store by which a node's pods are found."""
WAITED_FOR: Final = (
    "persistentvolumeclaims",
    "persistentvolumes",
    "volumeattachments.storage.k8s.io",
    "csinodes.storage.k8s.io",
    "configmaps",
    "secrets",
)
"""Collections whose objects a pod may have to wait for."""


def node_of(pod: Obj) -> Iterable[str]:
    """The node that a pod is bound to, if any: what `BY_NODE` is made of."""
    node = pods.node_name(pod)
    return (node,) if node else ()


def pods_of(change: Change) -> Iterable[str]:
    """A pod on a node that is new, gone, to be deleted, or changed by somebody else."""
    new, old = change.value, change.previous
    spec = new["spec"]
    if not spec.get("nodeName"):
        return ()
    if old is None or not old["spec"].get("nodeName"):
        return (change.key,)
    if new["metadata"].get("deletionTimestamp") != old["metadata"].get("deletionTimestamp"):
        return (change.key,)
    if spec.get("readinessGates") and new.get("status") != old.get("status"):
        return (change.key,)
    if evicting.message(new) and not evicting.message(old):
        return (change.key,)
    if spec is not old["spec"] and spec != old["spec"]:
        return (change.key,)
    return ()


def token(change: Change) -> str:
    """What pods that wait for the changed object are filed under."""
    if change.collection == "volumeattachments.storage.k8s.io":
        source = change.value["spec"].get("source") or {}
        return f"{change.collection}//{source.get('persistentVolumeName')}"
    space, last = split_key(change.key)
    return f"{change.collection}/{space}/{last}"
