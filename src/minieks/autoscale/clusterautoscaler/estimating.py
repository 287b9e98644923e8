"""How many nodes of one kind pods need: first-fit decreasing over the scheduler's own filters.

Source: kubernetes/autoscaler cluster-autoscaler/estimator/{binpacking_estimator,
decreasing_pod_orderer,threshold_based_limiter}.go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from minieks.autoscale.clusterautoscaler.nodetemplates import NodeTemplate, from_group
from minieks.autoscale.clusterautoscaler.podgroups import PodGroup, pod_groups
from minieks.autoscale.clusterautoscaler.snapshot import Snapshot
from minieks.kube.kinds import nodes
from minieks.kube.kinds.registry import Registry
from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words.objects import Obj

MOST_NODES: Final = 1000
"""``--max-nodes-per-scaleup``."""
_SKEWED: Final = "node(s) didn't match pod topology spread constraints"


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many new nodes, and who goes to them."""

    nodes: int
    """New nodes with at least one of the pods."""
    pods: tuple[str, ...]
    """``namespace/name`` of the pods that find a place, in the order of placing."""
    placement: dict[str, tuple[str, ...]]
    """The pods of each node that was counted."""


@dataclass(slots=True)
class Packing:
    """The outcome for the loop: how many nodes and which pods."""

    node_count: int
    pods: list[PodInfo]
    placement: dict[str, list[PodInfo]]


def estimate(  # noqa: PLR0913 - plain values, each of which the real program has too
    pending: Sequence[Obj],
    template: Obj,
    *,
    template_pods: Sequence[Obj] = (),
    daemon_sets: Sequence[Obj] = (),
    cluster: Sequence[Obj] = (),
    max_nodes: int = MOST_NODES,
    version: str = "1.34",
) -> Estimate:
    """How many nodes like ``template`` the estimator asks for, so that ``pending`` pods run.

    ``pending``: pods without a node, in the order in which the autoscaler lists them; like ones
    are those of one controller (by ``metadata.ownerReferences``) with equal labels and spec.
    ``template``: a Node with labels, taints and ``status.allocatable``; its name does not matter.
    ``template_pods``: pods that every such node has, such as mirror pods; ``daemon_sets`` are
    placed on it by their rules. ``cluster``: what is there already, in any order: Nodes, bound
    Pods, Namespaces, and whatever else the scheduler minds, such as PersistentVolumes.
    ``max_nodes``: no more are added than that (``--max-nodes-per-scaleup``, room in the group).
    ``version``: of Kubernetes. A pod that does not fit on an empty new node is left out, as the
    autoscaler does before it estimates.
    """
    snapshot = Snapshot(state_of(cluster, version))
    kind = from_group("estimate", template, template_pods, daemon_sets, set())
    groups = pod_groups(snapshot.compile(pod) for pod in pending)
    fitting = schedulable(snapshot, groups, kind, "estimate")
    found = Estimator(snapshot, kind, max_nodes).run(fitting)
    return Estimate(
        nodes=found.node_count,
        pods=tuple(info.key for info in found.pods),
        placement={
            node: tuple(info.key for info in infos) for node, infos in found.placement.items()
        },
    )


def state_of(cluster: Iterable[Obj], version: str) -> ClusterState:
    """The scheduler's state of these objects."""
    state, kinds = ClusterState(features_of(version)), Registry()
    by_collection: dict[str, list[Obj]] = {}
    for one in cluster:
        kind = kinds.kind_of(one)
        if kind is not None:
            by_collection.setdefault(kind.collection, []).append(one)
    for collection in feed.COLLECTIONS:
        for one in by_collection.get(collection, ()):
            feed.put(state, collection, one)
    return state


def schedulable(
    snapshot: Snapshot, groups: Iterable[PodGroup], template: NodeTemplate, group_id: str
) -> list[PodGroup]:
    """The groups whose pods fit on an empty node; why others do not is noted in them."""
    found = []
    snapshot.fork()
    node_name = add_node(snapshot, template)
    for group in groups:
        refused = snapshot.refusal(group.sample, node_name)
        if refused is None:
            group.schedulable = True
            found.append(group)
        else:
            group.refused[group_id] = refused
    snapshot.revert()
    return found


def add_node(snapshot: Snapshot, template: NodeTemplate) -> str:
    """Add a node of the template with its pods."""
    return snapshot.add_node(template.node, [snapshot.compile(pod) for pod in template.pods])


def score(info: PodInfo, template: Obj) -> float:
    """How large a pod is: its share of a node's cpu and of its memory, added.

    Only what its app containers request counts.
    """
    offered, asked = nodes.allocatable(template), requested(info)
    return sum(
        asked[resource] / offered[resource]
        for resource in ("cpu", "memory")
        if offered.get(resource, 0) > 0
    )


def requested(info: PodInfo) -> dict[str, int]:
    """cpu (millicores) and memory (bytes) that the app containers request together."""
    found = {"cpu": 0, "memory": 0}
    for container in info.pod["spec"]["containers"]:
        asked: Any = (container.get("resources") or {}).get("requests")
        for resource, amount in nodes.amounts(asked).items():
            if resource in found:
                found[resource] += amount
    return found


@dataclass(slots=True)
class Estimator:
    """One estimation: it is run once, and leaves the snapshot as it was."""

    snapshot: Snapshot
    template: NodeTemplate
    max_nodes: int
    _new: list[str] = field(default_factory=list)
    _placed: list[PodInfo] = field(default_factory=list)
    _used: dict[str, list[PodInfo]] = field(default_factory=dict)

    def run(self, groups: Sequence[PodGroup]) -> Packing:
        """Pack the groups, the largest pods first."""
        node = self.template.node
        ordered = sorted(groups, key=lambda group: -score(group.sample, node))
        self.snapshot.fork()
        may_grow = True
        for group in ordered:
            left = self._on_existing(group.pods)
            if may_grow:
                may_grow = self._on_new(left)
        self.snapshot.revert()
        return Packing(len(self._used), self._placed, self._used)

    def _on_existing(self, infos: list[PodInfo]) -> list[PodInfo]:
        """Fill the nodes added so far; gives the pods from the first on that finds no place."""
        if not self._new:
            return infos
        among = self.snapshot.mask(self._new)
        for index, info in enumerate(infos):
            found = self.snapshot.place(info, among)
            if found is None:
                return infos[index:]
            self._note(info, found)
        return []

    def _on_new(self, infos: list[PodInfo]) -> bool:
        """Fill the last node, then add others; gives whether more nodes may be added at all."""
        for info in infos:
            if self._on_last(info) or self._elsewhere(info):
                continue
            if self._new and self._new[-1] not in self._used:
                return True  # not even an empty node helps
            if len(self._new) >= self.max_nodes:
                return False
            number = len(self._new)
            self._new.append(add_node(self.snapshot, self.template.named(f"e-{number}")))
            if not self._on_last(info):
                break
        return True

    def _on_last(self, info: PodInfo) -> bool:
        if not self._new or not self.snapshot.fits(info, self._new[-1]):
            return False
        self.snapshot.add_pod(info, self._new[-1])
        self._note(info, self._new[-1])
        return True

    def _elsewhere(self, info: PodInfo) -> bool:
        """A pod that is spread over hosts may go to any other node when the last one is too full.

        Also to one that is there already, which then counts as a new one.
        """
        if not self._new or not _spreads_over_hosts(info):
            return False
        if _SKEWED not in (self.snapshot.refusal(info, self._new[-1]) or ()):
            return False
        others = self.snapshot.mask(self.snapshot.names())
        others[self.snapshot.state.nodes.slots[self._new[-1]]] = False
        found = self.snapshot.place(info, others)
        if found is not None:
            self._note(info, found)
        return found is not None

    def _note(self, info: PodInfo, node_name: str) -> None:
        self._placed.append(info)
        self._used.setdefault(node_name, []).append(info)


def _spreads_over_hosts(info: PodInfo) -> bool:
    spreads = info.pod["spec"].get("topologySpreadConstraints") or ()
    return any(one.get("topologyKey") == nodes.HOSTNAME for one in spreads)
