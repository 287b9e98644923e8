"""What the autoscaler knows of the cluster: kept by changes, taken over only when it looks.

A pod that comes and goes between two rounds costs nothing but a note of its key.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler import limits
from minieks.autoscale.clusterautoscaler.nodetemplates import DELETION_CANDIDATE, TO_BE_DELETED
from minieks.autoscale.clusterautoscaler.pending import is_unschedulable
from minieks.autoscale.clusterautoscaler.snapshot import Snapshot
from minieks.autoscale.clusterautoscaler.utilization import has_gpu
from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes, pods
from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.scheduler.volumes import Volumes
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, name

COLLECTIONS: Final = ("nodes", "namespaces", *Volumes.COLLECTIONS, "pods")
"""What it minds; pods last, so that what they refer to is there."""
_NOT_READY: Final = frozenset(
    (
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/disk-pressure",
        "node.kubernetes.io/network-unavailable",
    )
)


class NodeFacts(NamedTuple):
    """A node, as far as the autoscaler asks again and again."""

    node: Obj
    name: str
    uid: str
    provider_id: str
    ready: bool
    ready_since: Micros
    """When it last became ready or unready."""
    created: Micros
    cordoned: bool
    to_be_deleted: Micros | None
    """When it was marked for deletion."""
    is_marked: bool
    """Whether it has the soft taint of a candidate."""
    taint_keys: frozenset[str]
    has_gpu: bool
    size: Mapping[str, int]
    """Cores and bytes of memory."""


def facts_of(node: Obj) -> NodeFacts:
    """What a node says."""
    keys = {str(one.get("key")): one for one in nodes.taints(node)}
    marked = keys.get(TO_BE_DELETED)
    told = nodes.condition(node, "Ready") or {}
    since = told.get("lastTransitionTime")
    return NodeFacts(
        node=node,
        name=name(node),
        uid=node["metadata"].get("uid", ""),
        provider_id=nodes.provider_id(node),
        ready=nodes.is_ready(node) and _NOT_READY.isdisjoint(keys),
        ready_since=times.parse(since) if since else 0,
        created=times.parse(node["metadata"]["creationTimestamp"]),
        cordoned=nodes.is_unschedulable(node),
        to_be_deleted=_marked_at(str(marked.get("value") or "")) if marked else None,
        is_marked=DELETION_CANDIDATE in keys,
        taint_keys=frozenset(keys),
        has_gpu=has_gpu(node),
        size=limits.size(node),
    )


def _marked_at(text: str) -> Micros:
    return int(text) * SECOND if text.isdigit() else 0


class Mirror:
    """Nodes, the pods on them, and the pods that wait for one."""

    def __init__(self, api: Api, cutoff: int) -> None:
        """``cutoff``: pods of a lower priority do not count at all."""
        self._api = api
        self._cutoff = cutoff
        self._dirty: dict[str, dict[str, None]] = {one: {} for one in COLLECTIONS}
        self.snapshot = Snapshot(ClusterState(features_of(api.version)))
        self.nodes: dict[str, NodeFacts] = {}
        self.waiting: dict[str, Obj] = {}
        """Pods that the scheduler found no node for, by key; those of low priority too."""
        self.leaving: dict[str, str] = {}
        """The nodes of pods that are being deleted, by the pods' keys."""
        for collection in COLLECTIONS:
            for one in api.list(collection):
                self.note(collection, _key(one))

    def note(self, collection: str, key: str) -> None:
        """Something changed that has to be looked at again."""
        self._dirty[collection][key] = None

    def catch_up(self) -> tuple[bool, bool]:
        """Take over all that changed; gives whether nodes did, and whether anything else did."""
        changed = {one for one, keys in self._dirty.items() if keys}
        for collection in COLLECTIONS:
            keys, self._dirty[collection] = self._dirty[collection], {}
            for key in keys:
                self._take_over(collection, key, self._api.store.get(collection, key))
        return "nodes" in changed, bool(changed - {"nodes"})

    def _take_over(self, collection: str, key: str, obj: Obj | None) -> None:
        if collection == "pods":
            self._pod(key, obj)
            return
        if collection == "nodes":
            self._node(key, obj)
        if obj is None:
            feed.remove(self.snapshot.state, collection, key)
        else:
            feed.put(self.snapshot.state, collection, obj)

    def _node(self, key: str, node: Obj | None) -> None:
        if node is None:
            self.nodes.pop(key, None)
        else:
            self.nodes[key] = facts_of(node)

    def _pod(self, key: str, pod: Obj | None) -> None:
        self.waiting.pop(key, None)
        self.leaving.pop(key, None)
        if pod is None or pods.is_terminal(pod) or not pods.node_name(pod):
            self.snapshot.state.remove_pod(key)
            if pod is not None and is_unschedulable(pod):
                self.waiting[key] = pod
            return
        if pods.priority(pod) < self._cutoff:
            self.snapshot.state.remove_pod(key)
            return
        if is_deleting(pod):
            self.leaving[key] = pods.node_name(pod)
        feed.put_pod(self.snapshot.state, pod)

    def is_expendable(self, pod: Obj) -> bool:
        """Whether nobody minds about a pod of such a priority."""
        return pods.priority(pod) < self._cutoff


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


def _key(obj: Obj) -> str:
    space = obj["metadata"].get("namespace")
    return f"{space}/{name(obj)}" if space else name(obj)
