"""What the next node of a group will look like: its labels, taints, resources, and its own pods.

Source: kubernetes/autoscaler cluster-autoscaler/simulator/node_info_utils.go and
utils/{taints/taints,daemonset/daemonset}.go.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.autoscale.clusterautoscaler.watching import DELETION_CANDIDATE
from minieks.kube.controllers.daemonset.placement import Placement, pod_for
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, annotations, is_deleting, labels, name

TO_BE_DELETED: Final = "ToBeDeletedByClusterAutoscaler"
UPCOMING: Final = "cluster-autoscaler.k8s.io/upcoming-node"
"""The annotation of a node that only stands for one that is about to come."""
_PREFIXES: Final = (
    "ignore-taint.cluster-autoscaler.kubernetes.io/",
    "startup-taint.cluster-autoscaler.kubernetes.io/",
    "status-taint.cluster-autoscaler.kubernetes.io/",
)
_PASSING: Final = frozenset(
    (
        TO_BE_DELETED,
        DELETION_CANDIDATE,
        "node.cloudprovider.kubernetes.io/uninitialized",
        "node.cloudprovider.kubernetes.io/shutdown",
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.kubernetes.io/unschedulable",
        "node.kubernetes.io/memory-pressure",
        "node.kubernetes.io/disk-pressure",
        "node.kubernetes.io/pid-pressure",
        "node.kubernetes.io/network-unavailable",
    )
)
"""Taints of a node's present state; a new node is not expected to have them."""


@dataclass(frozen=True, slots=True)
class NodeTemplate:
    """A node as it will be, and the pods that every such node has."""

    node: Obj
    pods: tuple[Obj, ...] = ()

    def named(self, node_name: str) -> "NodeTemplate":
        """The template as a node of that name."""
        node = _renamed(self.node, node_name)
        return NodeTemplate(node, tuple(_moved(pod, node_name) for pod in self.pods))


def from_group(
    group: str, node: Obj, own_pods: Iterable[Obj], daemon_sets: Iterable[Obj], ignored: set[str]
) -> NodeTemplate:
    """The template that a group's description gives, with the pods of DaemonSets that run there."""
    clean = _sanitized(node, f"template-node-for-{group}", ignored)
    return NodeTemplate(clean, (*own_pods, *daemon_pods(daemon_sets, clean)))


def from_node(group: str, node: Obj, members: Iterable[Obj], ignored: set[str]) -> NodeTemplate:
    """The template that a node of the group gives, with its daemon and mirror pods."""
    clean = _sanitized(node, f"template-node-for-{group}", ignored)
    own = (pod for pod in members if pods.is_daemon(pod) or pods.is_mirror(pod))
    return NodeTemplate(clean, tuple(pod for pod in own if not is_deleting(pod)))


def daemon_pods(daemon_sets: Iterable[Obj], node: Obj) -> list[Obj]:
    """The pods of the DaemonSets that would run on a node."""
    found = []
    for one in daemon_sets:
        if Placement(one["spec"]["template"]).fit(node).runs:
            pod = pod_for(one, name(node), "", "1")
            meta = {**pod["metadata"], "name": f"{name(one)}-pod"}
            found.append({**pod, "metadata": meta})
    return found


def is_passing(taint: Mapping[str, Any], ignored: Iterable[str]) -> bool:
    """Whether a taint tells of a node's present state only."""
    key = str(taint.get("key"))
    return key in _PASSING or key in ignored or key.startswith(_PREFIXES)


def is_starting(keys: Iterable[str], startup: Collection[str]) -> bool:
    """Whether one of a node's taints is of those that are taken off when it has started."""
    return any(key in startup or key.startswith(_PREFIXES[:2]) for key in keys)


def _sanitized(node: Obj, node_name: str, ignored: set[str]) -> Obj:
    kept = [one for one in nodes.taints(node) if not is_passing(one, ignored)]
    spec = {**(node.get("spec") or {}), "taints": kept}
    return _renamed({**node, "spec": spec}, node_name)


def _renamed(node: Obj, node_name: str) -> Obj:
    worn = {**labels(node), nodes.HOSTNAME: node_name}
    return {**node, "metadata": {**node["metadata"], "name": node_name, "labels": worn}}


def _moved(pod: Obj, node_name: str) -> Obj:
    """A pod of the template as it is on one node."""
    meta = {**pod["metadata"], "name": f"{name(pod)}-{node_name}", "uid": ""}
    return {**pod, "metadata": meta, "spec": {**pod["spec"], "nodeName": node_name}}


def as_upcoming(template: NodeTemplate, number: int) -> NodeTemplate:
    """The template as the next but ``number`` node that is about to come."""
    found = template.named(f"{name(template.node)}-upcoming-{number}")
    noted = {**annotations(found.node), UPCOMING: "true"}
    meta = {**found.node["metadata"], "annotations": noted}
    return NodeTemplate({**found.node, "metadata": meta}, found.pods)
