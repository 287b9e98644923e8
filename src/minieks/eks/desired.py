"""Writes what a user wants of a cluster into the AWS side: subnets, profiles, node groups.

The records have the fields of the EC2, Auto Scaling and EKS APIs, as far as something here reads
them. Group names follow what EKS and eksctl call theirs.
"""

from collections.abc import Iterator
from dataclasses import asdict
from ipaddress import IPv4Network
from random import Random

from minieks.data.regions import find_region
from minieks.eks.fargate import profiles
from minieks.eks.nodegroups.world import GROUPS, NODE_GROUPS
from minieks.eks.spec import ClusterSpec, FargateProfileSpec, NodeGroupSpec, SubnetSpec
from minieks.eks.subnets import COLLECTION as SUBNETS
from minieks.engine import ids
from minieks.engine.clock import Micros
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

EFFECTS = {
    "NoSchedule": "NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
}
"""Kubernetes' taint effects in the EKS API's spelling."""

_SUBNET_PREFIX = 19
"""eksctl cuts its VPC into subnets of this size (for 192.168.0.0/16: eight)."""


def write(spec: ClusterSpec, aws: Store, chance: Random, now: Micros) -> None:
    """Store the subnets, Fargate profiles, node groups and Auto Scaling groups of a cluster."""
    for subnet in subnets(spec):
        aws.create(SUBNETS, subnet["subnetId"], subnet)
    for profile in spec.fargate_profiles:
        aws.create(profiles.COLLECTION, profile.name, fargate_profile(spec, profile, chance, now))
    for group in spec.node_groups:
        write_group(spec, group, aws, chance, now)


def subnets(spec: ClusterSpec) -> Iterator[Obj]:
    """The subnets' records; one without a range is given one out of the VPC's."""
    spare = _ranges(spec.network.cidr)
    for subnet in spec.network.subnets:
        made_up = next(spare)
        yield {
            "subnetId": subnet.id,
            "availabilityZone": subnet.zone,
            "cidrBlock": subnet.cidr or made_up,
            "public": subnet.public,
            "egress": has_egress(spec, subnet),
        }


def _ranges(cidr: str) -> Iterator[str]:
    network = IPv4Network(cidr, strict=False)
    prefix = max(_SUBNET_PREFIX, min(network.prefixlen + 3, 28))
    found = [str(one) for one in network.subnets(new_prefix=prefix)]
    while True:
        yield from found


def has_egress(spec: ClusterSpec, subnet: SubnetSpec) -> bool:
    """Whether machines in the subnet reach the internet: not in a private one without NAT.

    Of a VPC that the user brought nothing is known, so it is trusted.
    """
    network = spec.network
    return subnet.public or not network.owned or network.nat != "Disable"


def arn(spec: ClusterSpec, kind: str, name: str, chance: Random) -> str:
    """The ARN of a part of the cluster: ``nodegroup`` or ``fargateprofile``."""
    partition = find_region(spec.region).partition
    place = f"arn:{partition}:eks:{spec.region}:{spec.account_id}"
    return f"{place}:{kind}/{spec.name}/{name}/{ids.uid(chance)}"


def fargate_profile(
    spec: ClusterSpec, profile: FargateProfileSpec, chance: Random, now: Micros
) -> Obj:
    """A profile as DescribeFargateProfile shows it, with minieks' own settings beside."""
    settings = {
        "maxVcpu": profile.cap.vcpu,
        "maxMemoryGiB": profile.cap.memory_gib,
        "blocked": blocked(spec, profile) or None,
    }
    return {
        "fargateProfileName": profile.name,
        "fargateProfileArn": arn(spec, "fargateprofile", profile.name, chance),
        "clusterName": spec.name,
        "createdAt": now,
        "podExecutionRoleArn": profile.pod_execution_role_arn,
        "subnets": list(profile.subnets),
        "selectors": [
            {"namespace": one.namespace, "labels": dict(one.labels)} for one in profile.selectors
        ],
        "status": "ACTIVE",
        "tags": dict(profile.tags),
        "health": {"issues": []},
        "minieks": {key: value for key, value in settings.items() if value is not None},
    }


def blocked(spec: ClusterSpec, profile: FargateProfileSpec) -> str:
    """Why EKS could launch nothing for a profile (a key of `profiles.BLOCKED`); empty if it can.

    Without a role nothing can be assumed. A role with a path is not found in aws-auth (AWS user
    guide for EKS, "Get started with AWS Fargate"); with access entries it is.
    """
    role = profile.pod_execution_role_arn
    if not role:
        return "RoleTrust"
    has_path = "/" in role.partition(":role/")[2]
    return "RoleNotInAuthConfig" if has_path and spec.authentication_mode == "CONFIG_MAP" else ""


def write_group(
    spec: ClusterSpec, group: NodeGroupSpec, aws: Store, chance: Random, now: Micros
) -> None:
    """Store a node group and the Auto Scaling group behind it; instances follow by themselves."""
    scaling = auto_scaling_group(spec, group, chance)
    name = scaling["autoScalingGroupName"]
    aws.create(GROUPS, name, scaling)
    if group.managed:
        aws.create(NODE_GROUPS, group.name, node_group(spec, group, name, now, chance))


def auto_scaling_group(spec: ClusterSpec, group: NodeGroupSpec, chance: Random) -> Obj:
    """The Auto Scaling group behind a node group, with the tags that autodiscovery looks for."""
    tags = {
        f"kubernetes.io/cluster/{spec.name}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{spec.name}": "owned",
    }
    if group.managed:
        tags |= {"eks:cluster-name": spec.name, "eks:nodegroup-name": group.name}
    return {
        "autoScalingGroupName": _group_name(spec, group, chance),
        "nodegroup": group.name,
        "minSize": group.min_size,
        "maxSize": group.max_size,
        "desiredCapacity": group.desired_size,
        "availabilityZones": list(group.zones),
        "subnets": list(group.subnets),
        "launchTemplateVersion": 1,
        "version": group.version or spec.version,
        "rebalancing": False,
        "tags": dict(sorted({**tags, **group.tags}.items())),
    }


def _group_name(spec: ClusterSpec, group: NodeGroupSpec, chance: Random) -> str:
    if group.managed:
        return f"eks-{group.name}-{ids.uid(chance)}"
    suffix = ids.suffix(chance, 12).upper()
    return f"eksctl-{spec.name}-nodegroup-{group.name}-NodeGroup-{suffix}"


def node_group(
    spec: ClusterSpec, group: NodeGroupSpec, scaling: str, now: Micros, chance: Random
) -> Obj:
    """A managed group as DescribeNodegroup shows it."""
    taints = [{**asdict(one), "effect": EFFECTS[one.effect]} for one in group.taints]
    return {
        "nodegroupName": group.name,
        "nodegroupArn": arn(spec, "nodegroup", group.name, chance),
        "clusterName": spec.name,
        "version": group.version or spec.version,
        "releaseVersion": group.release_version,
        "createdAt": now,
        "status": "CREATING" if group.desired_size else "ACTIVE",
        "capacityType": "SPOT" if group.spot else "ON_DEMAND",
        "scalingConfig": {
            "minSize": group.min_size,
            "maxSize": group.max_size,
            "desiredSize": group.desired_size,
        },
        "instanceTypes": list(group.instance_types),
        "subnets": list(group.subnets),
        "nodeRole": group.instance_role_arn,
        "labels": dict(group.labels),
        "taints": taints,
        "diskSize": group.volume.size_gib,
        "resources": {"autoScalingGroups": [{"name": scaling}]},
        "health": {"issues": []},
        "tags": dict(group.tags),
    }
