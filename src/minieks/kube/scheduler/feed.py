"""Which collections the scheduler's state is fed from, and how a change of each is taken over."""

from typing import Any, Final

from minieks.kube.kinds import pods
from minieks.kube.scheduler.owners import Owners
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.scheduler.volumes import Volumes
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

COLLECTIONS: Final = (
    "nodes",
    "namespaces",
    "poddisruptionbudgets.policy",
    *Volumes.COLLECTIONS,
    *Owners.COLLECTIONS,
    "pods",
)
"""All of them; pods last, so that what they refer to is there."""


def put(state: ClusterState, collection: str, obj: Obj) -> None:
    """Take over an object that came or changed."""
    if collection == "pods":
        put_pod(state, obj)
    elif collection == "nodes":
        state.put_node(obj)
    elif collection == "namespaces":
        state.put_namespace(objects.name(obj), objects.labels(obj))
    elif collection == "poddisruptionbudgets.policy":
        state.budgets[objects.key(obj)] = obj
        state.changed()
    else:
        _table(state, collection).put(collection, obj)
        state.changed()


def remove(state: ClusterState, collection: str, key: str) -> None:
    """Forget an object."""
    if collection == "pods":
        state.remove_pod(key)
        state.withdraw(key)
    elif collection == "nodes":
        if key in state.nodes.slots:
            state.remove_node(key)
    elif collection == "poddisruptionbudgets.policy":
        state.budgets.pop(key, None)
        state.changed()
    elif collection != "namespaces":
        _table(state, collection).remove(collection, key)
        state.changed()


def put_pod(state: ClusterState, pod: Obj) -> None:
    """Count a pod where it is bound; one that has ended counts nowhere."""
    node_name = pods.node_name(pod)
    if not node_name:
        return
    key = objects.key(pod)
    if pods.is_terminal(pod):
        state.remove_pod(key)
        return
    known = state.info_of(key)
    if known is not None and is_only_news(known.pod, pod):
        known.pod = pod
        return
    info = state.compiler.compile(pod)
    if known is None or state.node_of(info.key) != node_name or info.counts_unlike(known):
        state.add_pod(info, node_name)
    else:
        known.pod = pod


def is_only_news(before: Obj, after: Obj) -> bool:
    """Whether nothing changed that the scheduler counts, as when the kubelet reports."""
    if before["spec"] is not after["spec"]:
        return False
    old, new = objects.metadata(before), objects.metadata(after)
    if old.get("labels") != new.get("labels") or old.get("uid") != new.get("uid"):
        return False
    if old.get("deletionTimestamp") != new.get("deletionTimestamp"):
        return False
    return not (pods.resized(before) or pods.resized(after))


def _table(state: ClusterState, collection: str) -> Any:
    return state.owners if collection in Owners.COLLECTIONS else state.volumes
