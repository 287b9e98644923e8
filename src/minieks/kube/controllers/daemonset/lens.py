"""How a DaemonSet sees the nodes and its pods on them, at one template and generation.

A DaemonSet looks at every node each time one of its pods changes; a node on which nothing has
changed since looks as it did.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from minieks.engine.clock import Micros
from minieks.kube.controllers import podstate, templates
from minieks.kube.controllers.daemonset.placement import (
    GENERATION_LABEL,
    Fit,
    Placement,
    generation_of,
)
from minieks.kube.controllers.daemonset.update import DaemonPod, Plan, allows_surge, manage_node
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, labels, metadata, name

_NO_PODS: list[Obj] = []


class NodeView(NamedTuple):
    """One node: whether pods belong there, those that are there, and what it needs.

    ``pods`` and ``seen`` are the same pods in the same order. ``quiet``: nothing is to be done;
    ``outdated``: one of the pods is of an old template.
    """

    node: Obj
    pods: list[Obj]
    fit: Fit
    seen: list[DaemonPod]
    plan: Plan
    quiet: bool
    outdated: bool


class Lens:
    """One DaemonSet's look at nodes; remembers each node's view until the node or a pod differs.

    ``digest`` is the hash of the present template.
    """

    def __init__(self, daemon_set: Obj, digest: str, placement: Placement) -> None:
        self.version = version(daemon_set, digest)
        self.digest = digest
        self._generation = generation_of(daemon_set)
        self.min_ready = int(daemon_set["spec"].get("minReadySeconds") or 0)
        self._surges = allows_surge(daemon_set)
        self._placement = placement
        self._views: dict[str, NodeView] = {}

    def views(
        self, nodes: Iterable[Obj], by_node: Mapping[str, list[Obj]], now: Micros
    ) -> Mapping[str, NodeView]:
        """The nodes by name, in their order; ``by_node`` are the pods of those that have any."""
        before, after = self._views, {}
        for node in nodes:
            own_name = node["metadata"]["name"]
            here = by_node.get(own_name, _NO_PODS)
            known = before.get(own_name)
            # How long a pod has been ready changes with time alone.
            if self.min_ready or known is None or known.node is not node or known.pods != here:
                known = self._view(node, here, now)
            after[own_name] = known
        self._views = after
        return after

    def _view(self, node: Obj, here: list[Obj], now: Micros) -> NodeView:
        fit = self._placement.fit(node)
        seen = [self.pod(pod, now) for pod in here]
        plan = manage_node(name(node), fit, seen, surges=self._surges)
        quiet = not (plan.delete or plan.create or any(pod.ended for pod in seen))
        outdated = any(not pod.updated for pod in seen)
        return NodeView(node, here, fit, seen, plan, quiet, outdated)

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
