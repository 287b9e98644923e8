"""Auto Scaling groups as the cluster autoscaler finds them.

Source: kubernetes/autoscaler cluster-autoscaler/cloudprovider/aws: README "Auto-discovery setup",
aws_cloud_provider.go NodeGroupForNode.
"""

from decimal import Decimal

import pytest

from eks_bench import Bench
from minieks.data.timings import Timings
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, World
from minieks.engine.errors import UserError
from minieks.nodeprovider import AwsProvider

ENABLED = "k8s.io/cluster-autoscaler/enabled"
OWNED = "k8s.io/cluster-autoscaler/shop"
TAGS = {"mine": {ENABLED: "true", OWNED: "owned"}, "theirs": {ENABLED: "true"}, "plain": {}}


def provider(*discovery: str, named: tuple[str, ...] = (), cloud: str = "aws") -> AwsProvider:
    """Three groups with other tags each, and an instance in the first."""
    bench = Bench()
    world = World(
        bench.api, bench.aws, "shop", "eu-west-1", {}, Timings(), lambda _: Decimal("0.04")
    )
    for name, tags in TAGS.items():
        sizes = {"minSize": 1, "maxSize": 4, "desiredCapacity": 2}
        record = {"autoScalingGroupName": name, "tags": tags, **sizes}
        bench.aws.create(GROUPS, name, record)
    instance = {"instanceId": "i-1", "autoScalingGroupName": "mine", "lifecycleState": "InService"}
    bench.aws.create(INSTANCES, "i-1", instance)
    flags = {"cloud-provider": cloud, "node-group-auto-discovery": discovery, "nodes": named}
    return AwsProvider(world, flags)


@pytest.mark.parametrize(
    ("discovery", "found"),
    [
        (f"asg:tag={ENABLED},{OWNED}", ["mine"]),
        (f"asg:tag={ENABLED}", ["mine", "theirs"]),
        (f"asg:tag={ENABLED}=true,{OWNED}=owned", ["mine"]),
        (f"asg:tag={OWNED}=shared", []),
    ],
    ids=["all keys", "one key", "values", "another value"],
)
def test_groups_are_found_by_all_of_their_tags(discovery: str, found: list[str]) -> None:
    assert [one.id for one in provider(discovery).groups()] == found


def test_a_group_that_is_named_has_the_sizes_that_are_said() -> None:
    [group] = provider(named=("2:9:plain",)).groups()
    assert (group.id, group.min_size, group.max_size, group.target_size) == ("plain", 2, 9, 2)


FARGATE = "fargate-ip-10-0-0-9.eu-west-1.compute.internal"


@pytest.mark.parametrize(
    ("provider_id", "group"),
    [
        ("aws:///eu-west-1a/i-1", "mine"),
        ("aws:///eu-west-1a/i-2", None),
        (f"aws:///eu-west-1a/1b2c3d4e5f-0a1b2c3d4e5f/{FARGATE}", None),
        ("", None),
    ],
    ids=["an instance of a group", "another instance", "Fargate", "no machine"],
)
def test_the_group_of_a_node_is_that_of_its_instance(provider_id: str, group: str | None) -> None:
    node = {"metadata": {"name": "n"}, "spec": {"providerID": provider_id}}
    assert provider(f"asg:tag={ENABLED}").group_of(node) == group


@pytest.mark.parametrize(
    ("discovery", "named", "cloud", "problem"),
    [
        ("mig:namePrefix=x", (), "aws", "invalid node group auto discovery"),
        ("asg:tag=", (), "aws", "invalid node group auto discovery"),
        ("asg:tag=a", ("1:plain",), "aws", "wrong nodes configuration: 1:plain"),
        ("asg:tag=a", ("a:b:plain",), "aws", "wrong nodes configuration"),
        ("asg:tag=a", (), "gce", "the cloud provider 'gce' is not emulated"),
    ],
)
def test_flags_that_name_no_groups_are_refused(
    discovery: str, named: tuple[str, ...], cloud: str, problem: str
) -> None:
    with pytest.raises(UserError, match=problem):
        provider(discovery, named=named, cloud=cloud)
