"""What an Auto Scaling group tells of its next node, as the cluster autoscaler reads it.

Less than what the node will be: capacity by the instance type, nothing reserved; labels and taints
by the group's tags, and by DescribeNodegroup for managed groups.
Source: kubernetes/autoscaler cluster-autoscaler/cloudprovider/aws/{aws_manager,aws_wrapper}.go.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from minieks.data.instance_types import find
from minieks.eks.nodegroups.world import NODE_GROUPS, World
from minieks.kube.words.objects import Obj

_TEMPLATE: Final = "k8s.io/cluster-autoscaler/node-template/"
OPTIONS: Final = f"{_TEMPLATE}autoscaling-options/"
"""Before a setting of the autoscaler for one group, in a tag's key."""
_EKS: Final = "eks:"
_PODS: Final = 110
_EFFECTS: Final = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}


def options(group: Obj) -> dict[str, str]:
    """The settings of the autoscaler for this group, by their names in the tags."""
    return dict(_tagged(group["tags"], OPTIONS))


def node(world: World, group: Obj) -> Obj:
    """The next node as the group describes it."""
    name = f"{group['autoScalingGroupName']}-asg"
    managed = world.aws.get(NODE_GROUPS, group["nodegroup"]) or {}
    tags = {**group["tags"], **(managed.get("tags") or {})}
    has = {**_capacity(world, group), **dict(_tagged(tags, f"{_TEMPLATE}resources/"))}
    labels = {**_labels(world, group, name), **_labels_of(managed)}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": [*_taints(group["tags"]), *_taints_of(managed)]},
        "status": {"capacity": has, "allocatable": has},
    }


def _capacity(world: World, group: Obj) -> dict[str, str]:
    kind = find(world.spec(group).instance_types[0])
    return {
        "pods": str(_PODS),
        "cpu": str(kind.vcpu),
        "nvidia.com/gpu": str(kind.gpu),
        "memory": f"{kind.memory_mib}Mi",
    }


def _labels(world: World, group: Obj, name: str) -> dict[str, str]:
    kind, zone = find(world.spec(group).instance_types[0]), group["availabilityZones"][0]
    own = {key.removeprefix(_EKS): value for key, value in _eks_tags(group["tags"])}
    return {
        "kubernetes.io/arch": kind.arch,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": kind.name,
        "topology.kubernetes.io/region": world.region,
        "topology.kubernetes.io/zone": zone,
        "topology.ebs.csi.aws.com/zone": zone,
        "kubernetes.io/hostname": name,
        **own,
        **dict(_tagged(group["tags"], f"{_TEMPLATE}label/")),
    }


def _labels_of(managed: Obj) -> dict[str, str]:
    """What DescribeNodegroup adds; nothing for a group that EKS does not manage."""
    if not managed:
        return {}
    found = {
        "diskSize": str(managed["diskSize"]) if managed.get("diskSize") else "",
        "amiType": managed.get("amiType") or "",
        "eks.amazonaws.com/capacityType": managed["capacityType"],
        "k8sVersion": managed.get("version") or "",
        "eks.amazonaws.com/nodegroup": managed["nodegroupName"],
    }
    return {key: value for key, value in found.items() if value} | (managed.get("labels") or {})


def _taints(tags: Mapping[str, str]) -> Iterator[Obj]:
    for key, text in _tagged(tags, f"{_TEMPLATE}taint/"):
        value, colon, effect = text.partition(":")
        if colon:
            yield {"key": key, "value": value, "effect": effect}


def _taints_of(managed: Obj) -> Iterator[Obj]:
    for one in managed.get("taints") or ():
        effect = _EFFECTS.get(one["effect"], one["effect"])
        yield {"key": one["key"], "value": one.get("value") or "", "effect": effect}


def _tagged(tags: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tags.items():
        if key.startswith(prefix) and key != prefix:
            yield key.removeprefix(prefix), value


def _eks_tags(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((key, value) for key, value in tags.items() if key.startswith(_EKS))
