"""Groups that differ by their zone only grow together, the smallest first.

Source: kubernetes/autoscaler cluster-autoscaler/processors/nodegroupset/{compare_nodegroups,
aws_nodegroups,label_nodegroups,balancing_processor}.go.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler.nodetemplates import NodeTemplate
from minieks.autoscale.clusterautoscaler.provider import NodeGroup
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import labels

IGNORED_LABELS: Final = frozenset(
    (
        "kubernetes.io/hostname",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "beta.kubernetes.io/fluentd-ds-ready",
        "kops.k8s.io/instancegroup",
        "alpha.eksctl.io/instance-id",
        "alpha.eksctl.io/nodegroup-name",
        "eks.amazonaws.com/nodegroup",
        "k8s.amazonaws.com/eniConfig",
        "lifecycle",
        "topology.ebs.csi.aws.com/zone",
        "topology.k8s.aws/zone-id",
    )
)
"""Labels in which like groups may differ: the general ones and those of AWS."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far two groups may differ and still be alike; the defaults are the program's."""

    memory_capacity: float = 0.015
    allocatable: float = 0.05
    free: float = 0.05
    ignored: Collection[str] = field(default_factory=frozenset)
    """Further labels that do not matter."""
    only: Sequence[str] = ()
    """If given, nothing but these labels is compared."""


class Growth(NamedTuple):
    """A group and the size that it gets."""

    group: NodeGroup
    size: int

    def __str__(self) -> str:
        """As in the text of the event ``TriggeredScaleUp``."""
        one = self.group
        return f"{{{one.id} {one.target_size}->{self.size} (max: {one.max_size})}}"


def are_alike(one: NodeTemplate, other: NodeTemplate, likeness: Likeness) -> bool:
    """Whether nodes of two groups are the same for all that balancing cares for."""
    if likeness.only:
        worn = (labels(one.node), labels(other.node))
        return all(
            key in worn[0] and key in worn[1] and worn[0][key] == worn[1][key]
            for key in likeness.only
        )
    return (
        _capacities_agree(one, other, likeness.memory_capacity)
        and _agree(nodes.allocatable(one.node), nodes.allocatable(other.node), likeness.allocatable)
        and _agree(_free(one), _free(other), likeness.free)
        and _labels(one, likeness) == _labels(other, likeness)
    )


def _capacities_agree(one: NodeTemplate, other: NodeTemplate, ratio: float) -> bool:
    first, second = nodes.capacity(one.node), nodes.capacity(other.node)
    memory = (first.pop("memory", 0), second.pop("memory", 0))
    return first == second and _near(*memory, ratio)


def _agree(one: Mapping[str, int], other: Mapping[str, int], ratio: float) -> bool:
    return one.keys() == other.keys() and all(_near(one[key], other[key], ratio) for key in one)


def _near(one: int, other: int, ratio: float) -> bool:
    return abs(one - other) <= max(one, other) * ratio


def _free(template: NodeTemplate) -> dict[str, int]:
    free = {"cpu": 0, "memory": 0, "ephemeral-storage": 0, **nodes.allocatable(template.node)}
    for pod in template.pods:
        for key, amount in pods.requests(pod).items():
            free[key] = free.get(key, 0) - amount
    return free


def _labels(template: NodeTemplate, likeness: Likeness) -> dict[str, str]:
    return {
        key: value
        for key, value in labels(template.node).items()
        if key not in IGNORED_LABELS and key not in likeness.ignored
    }


def balanced(groups: Iterable[NodeGroup], more: int) -> list[Growth]:
    """``more`` nodes over the groups, one by one to the smallest; not above a group's maximum.

    The order is that of the program: by size, full groups first.
    """
    growing = [Growth(one, one.target_size) for one in groups if one.target_size != one.max_size]
    growing.sort(key=lambda one: one.size)
    left = min(more, sum(one.group.max_size - one.size for one in growing))
    start = at = 0
    while left > 0:
        one = growing[at]
        if one.size < one.group.max_size:
            growing[at] = one._replace(size=one.size + 1)
            left -= 1
        else:
            growing[start], growing[at] = one, growing[start]
            start += 1
        is_ahead = at < len(growing) - 1 and growing[at].size > growing[at + 1].size
        at = at + 1 if is_ahead else start
    return [one for one in growing if one.size != one.group.target_size]
