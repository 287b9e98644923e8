"""What a kubelet checks before it takes a pod that somebody bound to its node.

The scheduler has checked the same; this matters for pods whose ``nodeName`` was set by hand, for
DaemonSets' races, and for static pods. Source: kubernetes pkg/kubelet/lifecycle/predicate.go.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.kinds import nodes, pods, taints
from minieks.kube.kinds.pods import Amounts, HostPort
from minieks.kube.kubelet.life import Verdict
from minieks.kube.words import selectors
from minieks.kube.words.objects import Obj, labels, name

Handler: TypeAlias = Callable[[Obj, Obj], Verdict | None]
"""An additional check by (pod, node), such as that of a node that takes only certain pods."""

_ALLOCATABLE: Final[IdentityMemo[dict[str, int]]] = IdentityMemo()

REJECTED: Final = "Pod was rejected: "
"""What the status says before the reason; the event tells only the reason."""


class Usage(NamedTuple):
    """What the pods on a node hold already."""

    requests: Mapping[str, int]
    pods: int
    ports: Iterable[HostPort]


def check(pod: Obj, node: Obj, requested: Amounts, usage: Usage) -> Verdict | None:
    """Why the node refuses the pod: the first reason, or None."""
    return (
        _resources(node, requested, usage)
        or _affinity(pod, node)
        or _ports(pod, usage.ports)
        or _taints(pod, node)
    )


def _resources(node: Obj, requested: Amounts, usage: Usage) -> Verdict | None:
    allocatable = _ALLOCATABLE.get(node) or _ALLOCATABLE.put(node, nodes.allocatable(node))
    limit = allocatable.get("pods", 0)
    if usage.pods + 1 > limit:
        return _out_of("pods", 1, usage.pods, limit)
    for resource, amount in requested.items():
        used, most = usage.requests.get(resource, 0), allocatable.get(resource, 0)
        if amount > most - used and amount:
            return _out_of(resource, amount, used, most)
    return None


def _out_of(resource: str, requested: int, used: int, capacity: int) -> Verdict:
    return Verdict(
        f"OutOf{resource}",
        f"{REJECTED}Node didn't have enough resource: {resource}, "
        f"requested: {requested}, used: {used}, capacity: {capacity}",
    )


def _failed(predicate: str, why: str) -> Verdict:
    return Verdict(predicate, f"{REJECTED}Predicate {predicate} failed: {why}")


def _affinity(pod: Obj, node: Obj) -> Verdict | None:
    if _fits(pod["spec"], node):
        return None
    return _failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")


def _fits(spec: Mapping[str, Any], node: Obj) -> bool:
    """Whether the node has the labels of the nodeSelector and meets the required affinity."""
    wanted = spec.get("nodeSelector")
    if wanted and not selectors.from_map(wanted).matches(labels(node)):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return not required or selectors.node_selector(required).matches(labels(node), name(node))


def _ports(pod: Obj, taken: Iterable[HostPort]) -> Verdict | None:
    wanted = list(pods.host_ports(pod))
    if not wanted or not any(_clash(one, other) for one in wanted for other in taken):
        return None
    return _failed("NodePorts", "node(s) didn't have free ports for the requested pod ports")


def _clash(one: HostPort, other: HostPort) -> bool:
    same = one.port == other.port and one.protocol == other.protocol
    return same and (one.ip == other.ip or pods.ANY_IP in (one.ip, other.ip))


def _taints(pod: Obj, node: Obj) -> Verdict | None:
    """The kubelet minds only NoExecute."""
    found = taints.first_untolerated(pods.tolerations(pod), nodes.taints(node), ("NoExecute",))
    if found is None or pods.is_mirror(pod):
        return None
    return _failed("TaintToleration", "node(s) had taints that the pod didn't tolerate")
