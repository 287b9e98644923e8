"""Instances come, join, drain and go. Sources: AWS user guide for EKS, "Managed node groups";
Amazon EC2 Auto Scaling user guide.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from eks_bench import Bench
from minieks.data.timings import Timing, Timings
from minieks.eks.desired import node_group as managed_record
from minieks.eks.nodegroups.draining import DrainingLoop
from minieks.eks.nodegroups.joining import JoiningLoop
from minieks.eks.nodegroups.orders import set_capacity
from minieks.eks.nodegroups.scaling import ScalingLoop, begin_termination
from minieks.eks.nodegroups.updating import UpdatingLoop, begin_update, parallel
from minieks.eks.nodegroups.world import GROUPS, NODE_GROUPS, World
from minieks.eks.spec import ClusterSpec, NetworkSpec, NodeGroupSpec, UpdateSpec, VolumeSpec
from minieks.engine.errors import UserError
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, labels

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
FIXED = Timings({"instance_ready.AmazonLinux2023": Timing(60)})
CLUSTER = ClusterSpec("shop", "eu-west-1", "1.34", "111122223333", ZONES, NetworkSpec((), "vpc-1"))


class Fleet:
    """One node group on a bench, with all loops of node groups."""

    def __init__(self, bench: Bench, *, egress: bool = True, **more: Any) -> None:
        self.bench = bench
        wanted: dict[str, Any] = {
            "name": "workers",
            "managed": True,
            "instance_types": ("m5.large",),
            "min_size": 0,
            "max_size": 20,
            "desired_size": 3,
            "zones": ZONES,
            "subnets": ("subnet-0", "subnet-1", "subnet-2"),
            "volume": VolumeSpec(80),
        }
        self.spec = NodeGroupSpec(**{**wanted, **more})
        for index, zone in enumerate(ZONES):
            bench.subnet(f"subnet-{index}", zone, f"10.0.{index}.0/24", egress=egress)
        self.world = World(
            bench.api,
            bench.aws,
            "shop",
            "eu-west-1",
            {"workers": self.spec},
            FIXED,
            {"m5.large": Decimal("0.04"), "m5a.large": Decimal("0.03")}.__getitem__,
        )
        for loop in (ScalingLoop, JoiningLoop, DrainingLoop, UpdatingLoop):
            bench.run(loop(self.world))
        if self.spec.managed:
            chance = bench.engine.random("test")
            record = managed_record(CLUSTER, self.spec, "asg", bench.engine.now(), chance)
            bench.aws.create(NODE_GROUPS, "workers", record)
        bench.aws.create(GROUPS, "asg", self._group())

    def _group(self) -> Obj:
        return {
            "autoScalingGroupName": "asg",
            "nodegroup": "workers",
            "minSize": self.spec.min_size,
            "maxSize": self.spec.max_size,
            "desiredCapacity": self.spec.desired_size,
            "availabilityZones": list(self.spec.zones),
            "subnets": list(self.spec.subnets),
            "launchTemplateVersion": 1,
            "version": "1.34",
            "rebalancing": False,
        }

    def live(self) -> list[Obj]:
        return self.world.live("asg")

    def zones(self) -> list[int]:
        counts = Counter(one["placement"]["availabilityZone"] for one in self.live())
        return [counts[zone] for zone in ZONES]

    def ready(self) -> list[Obj]:
        return [node for node in self.bench.api.list("nodes") if nodes.is_ready(node)]

    def record(self) -> Obj:
        found = self.bench.aws.get(NODE_GROUPS, "workers")
        assert found is not None
        return found

    def fill(self, node: str, name: str = "web", **more: Any) -> None:
        """A running pod on a node."""
        self.bench.pod(name, labels={"app": "web"}, nodeName=node, **more)
        pod = self.bench.get_pod(name)
        ready = {"type": "Ready", "status": "True"}
        status = {**pod["status"], "phase": "Running", "conditions": [ready]}
        self.bench.api.update_status({**pod, "status": status})

    def budget(self) -> None:
        """A disruption budget that allows nothing."""
        api = self.bench.api
        budget = api.create(
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": "web", "namespace": "default"},
                "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
            }
        )
        status = {**budget["status"], "observedGeneration": 1, "desiredHealthy": 1}
        api.update_status({**budget, "status": {**status, "currentHealthy": 1}})


def test_instances_are_spread_and_become_ready_nodes(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=4)
    bench.after(1)
    assert [one["state"] for one in fleet.live()] == ["pending"] * 4
    assert sorted(fleet.zones()) == [1, 1, 2]
    bench.after(54)
    assert len(bench.api.list("nodes")) == 4
    assert fleet.ready() == []
    assert fleet.record()["status"] == "CREATING"
    bench.after(10)
    assert len(fleet.ready()) == 4
    assert [one["lifecycleState"] for one in fleet.live()] == ["InService"] * 4
    assert fleet.record()["status"] == "ACTIVE"


def test_an_instance_says_what_it_is(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=1, spot=True, instance_types=("m5.large", "m5a.large"))
    bench.after(61)
    (instance,) = fleet.live()
    assert instance["instanceType"] == "m5a.large"
    assert instance["lifecycle"] == "spot"
    assert instance["rootVolume"]["sizeGiB"] == 80
    assert instance["privateDnsName"] == fleet.ready()[0]["metadata"]["name"]


def test_the_group_follows_its_desired_capacity(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=2)
    bench.after(100)
    set_capacity(fleet.world, "asg", 7)
    bench.after(100)
    assert len(fleet.ready()) == 7
    assert max(fleet.zones()) - min(fleet.zones()) <= 1
    set_capacity(fleet.world, "asg", 3)
    bench.after(100)
    assert len(bench.api.list("nodes")) == 3
    assert fleet.zones() == [1, 1, 1]
    with pytest.raises(UserError, match="value 99 is above max value 20 for the AutoScalingGroup"):
        set_capacity(fleet.world, "asg", 99)


def test_a_terminated_instance_is_replaced(bench: Bench) -> None:
    fleet = Fleet(bench)
    bench.after(100)
    begin_termination(fleet.world, fleet.live()[0])
    bench.after(200)
    assert len(fleet.ready()) == 3
    assert fleet.zones() == [1, 1, 1]


def test_uneven_zones_are_rebalanced(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=2)
    bench.after(100)
    one, other = fleet.live()
    zone = one["placement"]["availabilityZone"]
    fleet.world.write(other, placement={"availabilityZone": zone})
    bench.after(50)
    assert len(fleet.live()) == 3
    bench.after(200)
    assert sorted(fleet.zones()) == [0, 1, 1]


def test_pods_are_evicted_before_a_managed_instance_goes(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=1)
    bench.end_pods()
    bench.after(100)
    node = fleet.ready()[0]["metadata"]["name"]
    fleet.fill(node)
    set_capacity(fleet.world, "asg", 0)
    bench.after(15)
    assert bench.api.get("pods", "default", "web") is None
    bench.after(60)
    assert bench.api.list("nodes") == []


def test_scaling_in_waits_for_budgets_but_not_for_ever(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=1)
    bench.end_pods()
    bench.after(100)
    fleet.fill(fleet.ready()[0]["metadata"]["name"])
    fleet.budget()
    set_capacity(fleet.world, "asg", 0)
    bench.after(14 * 60)
    assert bench.api.get("pods", "default", "web") is not None
    assert nodes.is_unschedulable(fleet.ready()[0])
    bench.after(120)
    assert bench.api.get("pods", "default", "web") is None
    assert bench.api.list("nodes") == []


def test_a_self_managed_instance_goes_at_once(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=1, managed=False)
    bench.after(100)
    fleet.fill(fleet.ready()[0]["metadata"]["name"])
    set_capacity(fleet.world, "asg", 0)
    bench.after(40)
    assert bench.api.list("nodes") == []
    assert bench.api.get("pods", "default", "web") is not None


@pytest.mark.parametrize("managed", [True, False], ids=["managed", "self-managed"])
def test_nodes_keep_their_groups_version_when_the_control_plane_gets_another(
    bench: Bench, managed: bool
) -> None:
    fleet = Fleet(bench, desired_size=1, managed=managed)
    bench.after(120)
    bench.api.upgrade("1.35")
    group = bench.aws.get(GROUPS, "asg")
    assert group is not None
    bench.aws.replace(GROUPS, "asg", {**group, "desiredCapacity": 2})
    bench.after(120)
    versions = [one["status"]["nodeInfo"]["kubeletVersion"][:5] for one in fleet.ready()]
    assert versions == ["v1.34", "v1.34"]


def test_terminated_instances_are_forgotten_after_an_hour(bench: Bench) -> None:
    fleet = Fleet(bench, desired_size=1)
    bench.after(100)
    set_capacity(fleet.world, "asg", 0)
    bench.after(100)
    assert [one["state"] for one in fleet.world.instances("asg")] == ["terminated"]
    bench.after(3600)
    assert fleet.world.instances("asg") == []


def test_nodes_that_cannot_join_fail_the_group_after_a_quarter_of_an_hour(bench: Bench) -> None:
    fleet = Fleet(bench, egress=False)
    bench.after(14 * 60)
    assert fleet.record()["status"] == "CREATING"
    bench.after(120)
    assert fleet.record()["status"] == "CREATE_FAILED"
    (issue,) = fleet.record()["health"]["issues"]
    assert issue["code"] == "NodeCreationFailure"
    assert issue["message"] == "Instances failed to join the kubernetes cluster"
    assert bench.api.list("nodes") == []


def test_full_subnets_degrade_the_group(bench: Bench) -> None:
    bench.aws.create(
        "subnets.ec2",
        "small",
        {"subnetId": "small", "availabilityZone": ZONES[0], "cidrBlock": "10.9.0.0/28"},
    )
    fleet = Fleet(bench, desired_size=11, zones=ZONES[:1], subnets=("small",))
    bench.after(100)
    assert len(fleet.ready()) == 11  # 16 addresses less the five that are AWS'
    set_capacity(fleet.world, "asg", 12)
    bench.after(100)
    assert fleet.record()["status"] == "DEGRADED"
    assert fleet.record()["health"]["issues"][0]["code"] == "InsufficientFreeAddresses"
    set_capacity(fleet.world, "asg", 11)
    bench.after(100)
    set_capacity(fleet.world, "asg", 10)
    bench.after(100)
    set_capacity(fleet.world, "asg", 11)
    bench.after(100)
    assert fleet.record()["status"] == "ACTIVE"


def versions(fleet: Fleet) -> Counter[str]:
    found = (node["status"]["nodeInfo"]["kubeletVersion"] for node in fleet.ready())
    return Counter(version.split("-")[0] for version in found)


def test_an_update_brings_new_nodes_before_old_ones_go(bench: Bench) -> None:
    fleet = Fleet(bench, version="1.33")
    bench.end_pods()
    bench.after(100)
    assert set(versions(fleet)) == {"v1.33.5"}
    begin_update(fleet.world, "workers", "1.34")
    bench.after(30)
    assert len(fleet.live()) == 9  # two more for each of three zones
    bench.after(40)
    old = [
        node for node in fleet.ready() if "v1.33" in node["status"]["nodeInfo"]["kubeletVersion"]
    ]
    assert all(nodes.is_unschedulable(node) for node in old)
    excluded = "node.kubernetes.io/exclude-from-external-load-balancers"
    assert all(labels(node)[excluded] == "true" for node in old)
    assert len(fleet.ready()) == 9
    bench.after(3600)
    assert versions(fleet) == {"v1.34.1": 3}
    assert fleet.record()["status"] == "ACTIVE"
    assert fleet.record()["update"]["status"] == "Successful"
    group = bench.aws.get(GROUPS, "asg")
    assert group is not None
    assert (group["desiredCapacity"], group["maxSize"]) == (3, 20)


def test_an_update_takes_one_node_at_a_time(bench: Bench) -> None:
    fleet = Fleet(bench, version="1.33")
    bench.after(100)
    begin_update(fleet.world, "workers", "1.34")
    most = 0
    for _ in range(200):
        bench.after(5)
        leaving = [
            one
            for one in fleet.world.instances("asg")
            if one["lifecycleState"].startswith("Terminating")
            and one.get("drain", {}).get("forUpdate")
        ]
        most = max(most, len(leaving))
    assert most == 1
    assert fleet.record()["update"]["status"] == "Successful"


@pytest.mark.parametrize("force", [False, True])
def test_an_update_that_a_budget_blocks_fails_unless_it_is_forced(
    bench: Bench, force: bool
) -> None:
    fleet = Fleet(bench, desired_size=1, version="1.33", zones=ZONES[:1], subnets=("subnet-0",))
    bench.end_pods()
    bench.after(100)
    fleet.fill(fleet.ready()[0]["metadata"]["name"])
    fleet.budget()
    begin_update(fleet.world, "workers", "1.34", force=force)
    bench.after(3600)
    update = fleet.record()["update"]
    assert fleet.record()["status"] == "ACTIVE"
    if force:
        assert update["status"] == "Successful"
        assert versions(fleet) == {"v1.34.1": 1}
    else:
        assert update["status"] == "Failed"
        assert update["errors"][0]["errorCode"] == "PodEvictionFailure"
        assert update["errors"][0]["resourceIds"] == ["web"]
        assert bench.api.get("pods", "default", "web") is not None
        assert versions(fleet) == {"v1.33.5": 1}
        assert not nodes.is_unschedulable(fleet.ready()[0])


def test_one_update_at_a_time(bench: Bench) -> None:
    fleet = Fleet(bench, version="1.33")
    bench.after(100)
    begin_update(fleet.world, "workers", "1.34")
    with pytest.raises(UserError, match="currently has update"):
        begin_update(fleet.world, "workers", "1.34")
    with pytest.raises(UserError, match="No node group found for name: nobody"):
        begin_update(fleet.world, "nobody", "1.34")


@pytest.mark.parametrize(
    ("update", "size", "expected"),
    [
        (UpdateSpec(), 10, 1),
        (UpdateSpec(4), 10, 4),
        (UpdateSpec(1, 33), 10, 4),
        (UpdateSpec(1, 10), 3, 1),
    ],
)
def test_how_many_nodes_an_update_takes_at_once(
    update: UpdateSpec, size: int, expected: int
) -> None:
    spec = NodeGroupSpec("n", True, ("m5.large",), 0, 9, 3, (), (), VolumeSpec(80), update=update)
    assert parallel(spec, size) == expected
