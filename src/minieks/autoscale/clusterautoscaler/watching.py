"""What the cluster autoscaler watches, and which changes may lead it to something.

Little is needed to know that: while the program does not run, nothing else of it is loaded.
"""

from collections.abc import Iterable
from typing import Final

from minieks.engine.store import Change
from minieks.kube.kinds import nodes, pods
from minieks.kube.scheduler.volumes import Volumes
from minieks.kube.words.objects import Obj, is_deleting

COMPONENT: Final = "cluster-autoscaler"
COLLECTIONS: Final = ("nodes", "namespaces", *Volumes.COLLECTIONS, "pods")
"""What it minds; pods last, so that what they refer to is there."""
DELETION_CANDIDATE: Final = "DeletionCandidateOfClusterAutoscaler"


def is_unschedulable(pod: Obj) -> bool:
    """Whether the scheduler has found no node for the pod and has said so."""
    if pods.node_name(pod) or is_deleting(pod) or pods.is_terminal(pod):
        return False
    told = pods.condition(pod, "PodScheduled")
    return (
        told is not None and told.get("status") == "False" and told.get("reason") == "Unschedulable"
    )


def matters(change: Change) -> bool:
    """Whether a pod's change may change a decision: not what its kubelet reports of it."""
    after, before = change.value, change.previous
    if change.type != "MODIFIED" or before is None:
        return bool(pods.node_name(after)) or is_unschedulable(after)
    if pods.node_name(after):
        return before["spec"] is not after["spec"] or _differs(before, after)
    return is_unschedulable(after) != is_unschedulable(before) or _differs(before, after)


def _differs(before: Obj, after: Obj) -> bool:
    if _metadata_differs(before, after):
        return True
    return pods.is_terminal(before) != pods.is_terminal(after)


def _metadata_differs(before: Obj, after: Obj) -> bool:
    old, new = before["metadata"], after["metadata"]
    fields: Iterable[str] = ("labels", "annotations", "deletionTimestamp")
    return any(old.get(one) != new.get(one) for one in fields)


def is_soft(change: Change) -> bool:
    """Whether of a node nothing has changed that matters but the soft taint of a candidate."""
    after, before = change.value, change.previous
    if change.type != "MODIFIED" or before is None or _metadata_differs(before, after):
        return False
    return _hard(before) == _hard(after) and nodes.is_ready(before) == nodes.is_ready(after)


def _hard(node: Obj) -> Obj:
    kept = [one for one in nodes.taints(node) if one.get("key") != DELETION_CANDIDATE]
    return {**node["spec"], "taints": kept}
