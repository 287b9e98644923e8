"""What a ClusterSpec becomes on the AWS side. Source: Amazon EKS API reference; eksctl."""

from dataclasses import replace
from ipaddress import IPv4Network
from random import Random

import pytest

from minieks.eks import desired
from minieks.eks.fargate import profiles
from minieks.eks.fargate.sizing import LIMIT_OF_2020
from minieks.eks.nodegroups.world import GROUPS, NODE_GROUPS
from minieks.eks.spec import (
    ClusterSpec,
    FargateCap,
    FargateProfileSpec,
    FargateSelector,
    NetworkSpec,
    NodeGroupSpec,
    SubnetSpec,
    Taint,
    VolumeSpec,
)
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

SUBNETS = (
    SubnetSpec("subnet-1", "eu-west-1a", public=True),
    SubnetSpec("subnet-2", "eu-west-1a", public=False),
    SubnetSpec("subnet-3", "eu-west-1b", public=False, cidr="10.1.0.0/20"),
)


def group(name: str, *, managed: bool) -> NodeGroupSpec:
    return NodeGroupSpec(
        name,
        managed,
        ("m5.large",),
        1,
        3,
        2,
        ("eu-west-1a", "eu-west-1b"),
        ("subnet-2", "subnet-3"),
        VolumeSpec(80),
        taints=(Taint("a", "b", "NoSchedule"),),
    )


def cluster(network: NetworkSpec | None = None) -> ClusterSpec:
    profile = FargateProfileSpec(
        "fp",
        (FargateSelector("default", {"a": "b"}),),
        ("subnet-2",),
        "arn:role",
        cap=FargateCap(4, 30),
    )
    return ClusterSpec(
        "shop",
        "eu-west-1",
        "1.34",
        "111122223333",
        ("eu-west-1a", "eu-west-1b"),
        network or NetworkSpec(SUBNETS, "vpc-1"),
        node_groups=(group("web", managed=True), group("own", managed=False)),
        fargate_profiles=(profile,),
    )


def written(seed: int = 0) -> Store:
    aws = Store()
    desired.write(cluster(), aws, Random(seed), 5)
    return aws


def one(collection: str, index: int = 0) -> Obj:
    return written().values(collection)[index]


def test_subnets_without_a_range_get_one_of_their_own() -> None:
    found = list(desired.subnets(cluster()))
    assert found[2]["cidrBlock"] == "10.1.0.0/20"
    ranges = [IPv4Network(record["cidrBlock"]) for record in found]
    assert not ranges[0].overlaps(ranges[1])


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(NetworkSpec(SUBNETS, "v"), [True, True, True], id="NAT"),
        pytest.param(NetworkSpec(SUBNETS, "v", nat="Disable"), [True, False, False], id="no NAT"),
        pytest.param(
            NetworkSpec(SUBNETS, "v", nat="Disable", owned=False), [True] * 3, id="the user's VPC"
        ),
    ],
)
def test_private_subnets_without_nat_have_no_way_out(
    network: NetworkSpec, expected: list[bool]
) -> None:
    assert [record["egress"] for record in desired.subnets(cluster(network))] == expected


def test_a_managed_group_and_its_auto_scaling_group() -> None:
    record, scaling = one(NODE_GROUPS), one(GROUPS)
    assert record["resources"]["autoScalingGroups"] == [{"name": scaling["autoScalingGroupName"]}]
    assert scaling["autoScalingGroupName"].startswith("eks-web-")
    assert (scaling["minSize"], scaling["desiredCapacity"], scaling["maxSize"]) == (1, 2, 3)
    assert scaling["tags"]["k8s.io/cluster-autoscaler/shop"] == "owned"
    assert record["taints"] == [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}]
    assert record["status"] == "CREATING"
    assert record["nodegroupArn"].startswith(
        "arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/web/"
    )


def test_a_self_managed_group_has_only_an_auto_scaling_group() -> None:
    assert len(written().values(NODE_GROUPS)) == 1
    assert one(GROUPS, 1)["autoScalingGroupName"].startswith("eksctl-shop-nodegroup-own-NodeGroup-")


def test_a_profile_and_its_cap() -> None:
    found = profiles.from_object(one(profiles.COLLECTION))
    assert found.selectors[0].labels == {"a": "b"}
    assert found.cap == LIMIT_OF_2020
    assert found.status == "ACTIVE"


@pytest.mark.parametrize(
    ("role", "mode", "why"),
    [
        ("arn:aws:iam::1:role/fargate", "CONFIG_MAP", ""),
        ("arn:aws:iam::1:role/team/fargate", "CONFIG_MAP", "RoleNotInAuthConfig"),
        ("arn:aws:iam::1:role/team/fargate", "API_AND_CONFIG_MAP", ""),
        ("", "API", "RoleTrust"),
    ],
)
def test_a_pod_execution_role_that_eks_cannot_use_blocks_the_profile(
    role: str, mode: str, why: str
) -> None:
    spec = replace(cluster(), authentication_mode=mode)
    profile = FargateProfileSpec("fp", (), ("subnet-2",), role)
    record = desired.fargate_profile(spec, profile, Random(0), 0)
    assert profiles.from_object(record).blocked == why


def test_the_same_chance_writes_the_same() -> None:
    first, second, third = written(1), written(1), written(2)
    assert first.values(GROUPS) == second.values(GROUPS)
    assert first.values(GROUPS) != third.values(GROUPS)
