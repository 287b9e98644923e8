"""What the autoscaler knows of the cluster: kept by changes, taken over only when it looks.

A pod that comes and goes between two rounds costs nothing but a note of its key.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler import limits
from minieks.autoscale.clusterautoscaler.nodetemplates import TO_BE_DELETED
from minieks.autoscale.clusterautoscaler.snapshot import Snapshot
from minieks.autoscale.clusterautoscaler.utilization import has_gpu
from minieks.autoscale.clusterautoscaler.watching import (
    COLLECTIONS,
    DELETION_CANDIDATE,
    is_unschedulable,
)
from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes, pods
from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, name

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

    def catch_up(self) -> Collection[str]:
        """Take over all that changed; gives the names of the nodes that did."""
        changed = self._dirty["nodes"]
        for collection in COLLECTIONS:
            keys, self._dirty[collection] = self._dirty[collection], {}
            for key in keys:
                self._take_over(collection, key, self._api.store.get(collection, key))
        return changed

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


def _key(obj: Obj) -> str:
    space = obj["metadata"].get("namespace")
    return f"{space}/{name(obj)}" if space else name(obj)
