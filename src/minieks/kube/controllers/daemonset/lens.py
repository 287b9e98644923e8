"""How a DaemonSet sees the nodes and its pods on them, at one template and generation.

A DaemonSet looks at the nodes each time one of its pods changes; a node on which nothing has
changed since looks as it did, and is not looked at again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from minieks.engine.clock import Micros
from minieks.kube.controllers import podstate, templates
from minieks.kube.controllers.daemonset.placement import (
    GENERATION_LABEL,
    Fit,
    Placement,
    generation_of,
    target_node,
)
from minieks.kube.controllers.daemonset.update import DaemonPod, Plan, allows_surge, manage_node
from minieks.kube.controllers.owned import differing
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, labels, metadata, name, uid


class Tally(NamedTuple):
    """What a status and an update count, of one node or of all; the oldest pod speaks for a node.

    ``outdated`` are nodes with a pod of an old template, on whichever node.
    """

    desired: int = 0
    current: int = 0
    updated: int = 0
    ready: int = 0
    available: int = 0
    misscheduled: int = 0
    outdated: int = 0


class NodeView(NamedTuple):
    """One node: whether pods belong there, those that are there, and what it needs.

    ``pods`` and ``seen`` are the same pods in the same order. ``quiet``: nothing is to be done.
    """

    node: Obj
    pods: list[Obj]
    fit: Fit
    seen: list[DaemonPod]
    plan: Plan
    quiet: bool
    tally: Tally


class Lens:
    """One DaemonSet's look at nodes; remembers each node's view until the node or a pod differs.

    ``digest`` is the hash of the present template. ``views`` are the nodes by name, in their order;
    ``by_node`` are the pods of those that have any, bound ones first, then the older.
    """

    def __init__(self, daemon_set: Obj, digest: str, placement: Placement) -> None:
        self.version = version(daemon_set, digest)
        self.digest = digest
        self._generation = generation_of(daemon_set)
        self.min_ready = int(daemon_set["spec"].get("minReadySeconds") or 0)
        self._surges = allows_surge(daemon_set)
        self._placement = placement
        self._nodes: list[Obj] = []
        self._pods: list[Obj] = []
        self._targets: dict[int, str] = {}
        self._loud: set[str] = set()
        self.by_node: dict[str, list[Obj]] = {}
        self.views: dict[str, NodeView] = {}
        self.tally = Tally()

    def look(self, nodes: list[Obj], found: list[Obj], now: Micros) -> None:
        """See the nodes, and the DaemonSet's pods in the order they came, as they are now."""
        touched = self._regroup(found)
        touched.update(self._meet(nodes))
        # How long a pod has been ready changes with time alone.
        for own_name in self.views if self.min_ready else touched & self.views.keys():
            self._see(own_name, now)

    def loud(self) -> list[tuple[str, NodeView]]:
        """The nodes where something is to be done, in their order."""
        if not self._loud:
            return []
        return [(node, view) for node, view in self.views.items() if node in self._loud]

    def grouped(self) -> dict[str, list[Obj]]:
        """The pods by node as ``by_node``, in the order in which the first of each came."""
        order = dict.fromkeys(self._targets[id(pod)] for pod in self._pods)
        return {node: self.by_node[node] for node in order}

    def elsewhere(self) -> list[Obj]:
        """The pods on nodes that are no more, or that wait for one."""
        gone = [one for node, one in self.by_node.items() if node not in self.views]
        return [pod for here in gone for pod in here]

    def _regroup(self, found: list[Obj]) -> set[str]:
        """Take note of the pods; the nodes whose pods differ."""
        gone, come = differing(self._pods, found)
        touched = {self._targets.pop(id(pod)) for pod in gone}
        for pod in come:
            node = self._targets[id(pod)] = target_node(pod)
            touched.add(node)
        self._pods = found
        for node in touched:
            self.by_node.pop(node, None)
        targets, by_node = self._targets, self.by_node
        for pod in [pod for pod in found if targets[id(pod)] in touched] if touched else ():
            by_node.setdefault(targets[id(pod)], []).append(pod)
        for node in touched:
            by_node.get(node, []).sort(key=_rank)
        return touched

    def _meet(self, nodes: list[Obj]) -> set[str]:
        """Take note of the nodes; the names of those that are new or differ."""
        gone, come = differing(self._nodes, nodes)
        staying = {uid(node) for node in come}
        for node in gone:
            if uid(node) not in staying:
                self._leave(name(node))
        for node in come:
            known = self.views.get(name(node))
            self.views[name(node)] = known._replace(node=node) if known else _unseen(node)
        self._nodes = nodes
        return {name(node) for node in come}

    def _leave(self, own_name: str) -> None:
        view = self.views.pop(own_name)
        self._count(own_name, view, _unseen(view.node))

    def _see(self, own_name: str, now: Micros) -> None:
        before = self.views[own_name]
        view = self._view(before.node, self.by_node.get(own_name, []), now)
        self.views[own_name] = view
        self._count(own_name, before, view)

    def _count(self, own_name: str, before: NodeView, view: NodeView) -> None:
        (self._loud.discard if view.quiet else self._loud.add)(own_name)
        if before.tally != view.tally:
            changes = zip(self.tally, view.tally, before.tally, strict=True)
            self.tally = Tally(*(total + new - old for total, new, old in changes))

    def _view(self, node: Obj, here: list[Obj], now: Micros) -> NodeView:
        fit = self._placement.fit(node)
        seen = [self.pod(pod, now) for pod in here]
        plan = manage_node(name(node), fit, seen, surges=self._surges)
        quiet = not (plan.delete or plan.create or any(pod.ended for pod in seen))
        return NodeView(node, here, fit, seen, plan, quiet, _tally(fit, seen))

    def pod(self, pod: Obj, now: Micros) -> DaemonPod:
        """The pod as decisions see it."""
        return DaemonPod(
            name=name(pod),
            updated=self._is_updated(pod),
            ready=pods.is_ready(pod),
            available=podstate.is_available(pod, self.min_ready, now),
            terminating=is_deleting(pod),
            ended=pods.is_terminal(pod),
        )

    def _is_updated(self, pod: Obj) -> bool:
        worn = labels(pod)
        if worn.get(templates.REVISION_LABEL) == self.digest:
            return True
        return worn.get(GENERATION_LABEL) == self._generation


def version(daemon_set: Obj, digest: str) -> tuple[object, ...]:
    """What a lens is made for: the same for as long as the DaemonSet's spec is."""
    return (
        metadata(daemon_set).get("uid"),
        metadata(daemon_set).get("generation"),
        generation_of(daemon_set),
        digest,
    )


def _unseen(node: Obj) -> NodeView:
    return NodeView(node, [], Fit(runs=False, stays=False), [], Plan([], []), True, Tally())


def _tally(fit: Fit, seen: Sequence[DaemonPod]) -> Tally:
    outdated = any(not pod.updated for pod in seen)
    if not fit.runs:
        return Tally(misscheduled=bool(seen), outdated=outdated)
    if not seen:
        return Tally(desired=1)
    oldest = seen[0]
    return Tally(1, 1, oldest.updated, oldest.ready, oldest.available, 0, outdated)


def _rank(pod: Obj) -> tuple[bool, str]:
    return not pods.node_name(pod), podstate.created(pod)
