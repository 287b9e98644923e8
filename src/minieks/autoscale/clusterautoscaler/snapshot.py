"""The cluster as the autoscaler plays through it: the scheduler's own state, with undo.

Changes are made on the scheduler's state itself and are taken back one by one: nothing is copied.
Source: kubernetes/autoscaler cluster-autoscaler/simulator/clustersnapshot (Fork, Revert, Commit,
SchedulePod, SchedulePodOnAnyNodeMatching) and predicate/plugin_runner.go.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from minieks.kube.kinds import pods
from minieks.kube.scheduler.arrays import Bools, Ints
from minieks.kube.scheduler.filtering import Prepared, prepare
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.podinfo import PodInfo, PodSpec
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj


class _Ready(NamedTuple):
    """Checks worked out for a pod spec, good while the nodes stay as they are."""

    version: int
    spec: PodSpec
    prepared: Prepared


class Snapshot:
    """A state that can be tried out: every change since ``fork`` is undone by ``revert``."""

    def __init__(self, state: ClusterState) -> None:
        self.state = state
        self._undo: list[list[Callable[[], None]]] = []
        self._hidden: dict[str, None] = {}
        """Nodes that are only masked; see `hide_node`."""
        self._next = 0
        self._listed: tuple[int, Ints] | None = None
        self._ready: dict[tuple[int, str], _Ready] = {}

    # Trying out ------------------------------------------------------------------------------

    def fork(self) -> None:
        """Begin a trial."""
        self._undo.append([])

    def revert(self) -> None:
        """Undo all changes since the last fork."""
        for undo in reversed(self._undo.pop()):
            undo()

    def commit(self) -> None:
        """Keep the changes since the last fork; an earlier fork still undoes them."""
        done = self._undo.pop()
        if self._undo:
            self._undo[-1].extend(done)

    def _done(self, undo: Callable[[], None]) -> None:
        if self._undo:
            self._undo[-1].append(undo)

    # Changes ---------------------------------------------------------------------------------

    def compile(self, pod: Obj) -> PodInfo:
        """The pod as the scheduler sees it."""
        return self.state.compiler.compile(pod)

    def add_node(self, node: Obj, members: Sequence[PodInfo] = ()) -> str:
        """Add a node with pods on it; gives its name."""
        name = objects.name(node)
        self.state.put_node(node)
        self._done(lambda: self.state.remove_node(name))
        for info in members:
            self.add_pod(info, name)
        return name

    def remove_node(self, name: str) -> None:
        """Take a node out; its pods count no more."""
        node = self.state.nodes.nodes[self.state.nodes.slots[name]]
        assert node is not None, "a node that has a slot is known"
        self.state.remove_node(name)
        self._done(lambda: self.state.put_node(node))

    def hide_node(self, name: str) -> None:
        """Take a node out for those who leave it out of their masks of nodes anyway.

        That is all that most pods' checks need, and costs next to nothing; for a pod whose checks
        look at more than the node that it goes to, hidden nodes are taken out in earnest.
        """
        self._hidden[name] = None
        self._done(lambda: self._hidden.pop(name))

    def _remove_hidden(self) -> None:
        for name in list(self._hidden):
            del self._hidden[name]
            self._done(partial(self._hidden.setdefault, name))
            self.remove_node(name)

    def add_pod(self, info: PodInfo, node_name: str) -> None:
        """Count a pod on a node, wherever it was before."""
        before = self.state.node_of(info.key)
        known = self.state.info_of(info.key)
        self.state.add_pod(info, node_name)
        if before is None or known is None:
            self._done(lambda: self.state.remove_pod(info.key))
        else:
            self._done(lambda: self.state.add_pod(known, before))

    def remove_pod(self, info: PodInfo) -> None:
        """Count a pod no more."""
        node_name = self.state.node_of(info.key)
        if node_name is not None:
            self.state.remove_pod(info.key)
            self._done(lambda: self.state.add_pod(info, node_name))

    # Questions -------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The names of all nodes, in the order in which places are looked for."""
        return list(self.state.nodes.slots)

    def node(self, name: str) -> Obj | None:
        """A node."""
        slot = self.state.nodes.slots.get(name)
        return None if slot is None else self.state.nodes.nodes[slot]

    def mask(self, names: Sequence[str]) -> Bools:
        """The rows of these nodes."""
        found = np.zeros(self.state.nodes.capacity, dtype=np.bool_)
        slots = self.state.nodes.slots
        found[[slots[name] for name in names if name in slots]] = True
        return found

    def refusal(self, info: PodInfo, node_name: str) -> tuple[str, ...] | None:
        """Why the pod may not go to a node, by the first filter that says no; None if it may."""
        prepared = self._prepared(info)
        if prepared.refusal is not None:
            return prepared.refusal.reasons
        if prepared.only is not None and node_name not in prepared.only:
            return ()
        row = np.array([self.state.nodes.slots[node_name]])
        if prepared.passes(row)[0]:
            return None
        return tuple(reason for status, _ in prepared.statuses(row) for reason in status.reasons)

    def fits(self, info: PodInfo, node_name: str) -> bool:
        """Whether the pod passes all filters on a node."""
        prepared = self._prepared(info)
        if prepared.refusal is not None:
            return False
        if prepared.only is not None and node_name not in prepared.only:
            return False
        return bool(prepared.passes(np.array([self.state.nodes.slots[node_name]]))[0])

    def place(self, info: PodInfo, among: Bools | None = None) -> str | None:
        """Count the pod on the next node that takes it, and give its name; None if none does.

        The search goes on behind the node that was found last. ``among``: by slot, the nodes that
        may be chosen; None for all.
        """
        prepared = self._prepared(info)
        order = self._order()
        if prepared.refusal is not None or not len(order):
            return None
        start = self._next % len(order)
        passing = self._passing(prepared, among)[order]
        places = np.flatnonzero(passing)
        if not len(places):
            return None
        at = int(np.searchsorted(places, start))
        place = int(places[at] if at < len(places) else places[0])
        self._next = (place + 1) % len(order)
        found = self.state.nodes.names[int(order[place])]
        self.add_pod(info, found)
        return found

    def _passing(self, prepared: Prepared, among: Bools | None) -> Bools:
        table = self.state.nodes
        passing = prepared.passes(slice(0, table.size)) & ~table.cordoned()
        if among is not None:
            passing &= among[: table.size]
        if prepared.only is not None:
            passing &= self.mask(sorted(prepared.only))[: table.size]
        return passing

    def _order(self) -> Ints:
        version = self.state.nodes.version
        if self._listed is None or self._listed[0] != version:
            slots = np.fromiter(self.state.nodes.slots.values(), np.int64)
            self._listed = (version, slots)
        return self._listed[1]

    def _prepared(self, info: PodInfo) -> Prepared:
        """The checks for a pod; those of pods that mind no other pods are used again."""
        if not self._stands_alone(info):
            self._remove_hidden()
            return prepare(Cycle(self.state, info))
        key, version = (id(info.spec), info.namespace), self.state.nodes.version
        known = self._ready.get(key)
        if known is None or known.version != version or known.spec is not info.spec:
            found = prepare(Cycle(self.state, info))
            known = self._ready[key] = _Ready(version, info.spec, found)
        return known.prepared

    def _stands_alone(self, info: PodInfo) -> bool:
        """Whether only free resources decide how the pod's checks change when pods are placed."""
        spec, state = info.spec, self.state
        if spec.ports or spec.has_volumes or spec.disks or spec.inline:
            return False
        if spec.affinities.required or spec.affinities.required_anti:
            return False
        if info.pod["spec"].get("topologySpreadConstraints") or pods.node_name(info.pod):
            return False
        space = state.namespace_labels(info.namespace)
        found = state.bearers.meaning(info.namespace, space, info.labels)
        return not any(one.borne.role == "required_anti" for one in found)


def unbound(info: PodInfo) -> PodInfo:
    """The pod as it would be before it got its node."""
    if not pods.node_name(info.pod):
        return info
    spec = {key: value for key, value in info.pod["spec"].items() if key != "nodeName"}
    return replace(info, pod={**info.pod, "spec": spec})
