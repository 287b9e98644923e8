"""What the loops of node groups share: the two stores, the wanted groups, and who belongs where.

The AWS side keeps Auto Scaling groups, managed node groups and instances as JSON records in words
of the EC2, Auto Scaling and EKS APIs; moments are microseconds since the epoch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minieks.data.timings import Timings
from minieks.eks.nodegroups.asg import ALL_ON_DEMAND, ALL_SPOT, Member, Mix
from minieks.eks.nodegroups.maxpods import SECONDARY_ADDRESSES, Networking
from minieks.eks.nodegroups.node import Placed
from minieks.eks.spec import NodeGroupSpec
from minieks.eks.subnets import Subnet, from_object
from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Result
from minieks.engine.store import Change, Store
from minieks.kube.api.server import Api
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

GROUPS = "autoscalinggroups.autoscaling"
NODE_GROUPS = "nodegroups.eks"
INSTANCES = "instances.ec2"
SUBNETS = "subnets.ec2"

LIVE = ("Pending", "InService")
"""Lifecycle states of instances that count towards a group's desired capacity."""


@dataclass(frozen=True, slots=True)
class World:
    """One cluster's node groups and where they live."""

    api: Api
    aws: Store
    cluster: str
    region: str
    specs: dict[str, NodeGroupSpec]
    """The wanted groups by name; more come and go as the EKS API is asked."""
    timings: Timings
    spot_price: Callable[[str], Decimal]
    """The price of an hour on Spot, by instance type."""
    networking: Networking = SECONDARY_ADDRESSES
    """How the VPC CNI gives addresses, which decides how many pods a node takes."""

    def __post_init__(self) -> None:
        self.aws.add_index(INSTANCES, "group", _group_of)

    def grow(self, group: NodeGroupSpec) -> None:
        """Take in a wanted group, or what is wanted of one from now on."""
        self.specs[group.name] = group

    def shrink(self, group: str) -> None:
        """Forget a group that has no instances any more."""
        self.specs.pop(group, None)

    def now(self) -> Micros:
        """The engine's time."""
        return self.api.engine.now()

    def now_text(self) -> str:
        """The engine's time as Kubernetes writes it."""
        return times.rfc3339(self.now())

    def until(self, moment: Micros) -> Result:
        """Come back at that moment."""
        return Result(again_after=max(moment - self.now(), 0) / SECOND)

    def instances(self, group: str) -> list[Obj]:
        """The instances of an Auto Scaling group, the terminated ones too."""
        return self.aws.lookup(INSTANCES, "group", group)

    def everything(self) -> list[Obj]:
        """The instances of all groups, the terminated ones too."""
        return self.aws.values(INSTANCES)

    def live(self, group: str) -> list[Obj]:
        """The instances that count towards the group's desired capacity.

        One that is to be replaced (``leaving``) does not: another one is launched for it.
        """
        return [
            one
            for one in self.instances(group)
            if one["lifecycleState"] in LIVE and not one.get("leaving")
        ]

    def subnets(self, group: Obj) -> list[Subnet]:
        """The subnets that a group launches in."""
        found = (self.aws.get(SUBNETS, one) for one in group["subnets"])
        return [from_object(one) for one in found if one is not None]

    def spec(self, record: Obj) -> NodeGroupSpec:
        """What is wanted of the group that a group's or an instance's record belongs to."""
        return self.specs[record["nodegroup"]]

    def version(self, group: Obj) -> str:
        """The Kubernetes version that the next node of an Auto Scaling group gets.

        A managed group's is updated; another one's is that of its image, from when it was made.
        """
        record = self.aws.get(NODE_GROUPS, group["nodegroup"]) or group
        return record.get("version") or self.api.version

    def placed(self, instance: Obj) -> Placed:
        """Where an instance belongs, for its node."""
        return Placed(
            cluster=self.cluster,
            region=self.region,
            group=self.spec(instance),
            version=instance["version"],
            template_version=instance["launchTemplateVersion"],
            networking=self.networking,
        )

    def node_of(self, instance: Obj) -> Obj | None:
        """The instance's node, once it has registered."""
        return self.api.get("nodes", "", instance["privateDnsName"])

    def write(self, instance: Obj, **changes: object) -> Obj:
        """Store an instance with some fields changed."""
        changed = {**instance, **changes}
        return self.aws.replace(INSTANCES, instance["instanceId"], changed)

    def change(self, collection: str, key: str, **changes: object) -> Obj:
        """Store a record with some fields changed, unless it has them already."""
        before = self.aws.get(collection, key)
        assert before is not None, f"{collection} {key} was there when it was read"
        if all(before.get(field) == value for field, value in changes.items()):
            return before
        return self.aws.replace(collection, key, {**before, **changes})


def _group_of(instance: Obj) -> Iterator[str]:
    yield instance["autoScalingGroupName"]


def group_of_change(change: Change) -> tuple[str, ...]:
    """Wakes the Auto Scaling group of an instance that changed, and the one that it was in."""
    before = change.previous or change.value
    names = (change.value["autoScalingGroupName"], before["autoScalingGroupName"])
    return tuple(dict.fromkeys(names))


def own_key(change: Change) -> tuple[str, ...]:
    """Wakes the record that changed."""
    return (change.key,)


def member(instance: Obj) -> Member:
    """An instance as a member of its group."""
    return Member(
        instance_id=instance["instanceId"],
        zone=instance["placement"]["availabilityZone"],
        lifecycle=instance["lifecycle"],
        launched_at=instance["launchedAt"],
        template_version=instance["launchTemplateVersion"],
        protected=bool(instance.get("protectedFromScaleIn")),
    )


def members(instances: Sequence[Obj]) -> list[Member]:
    """Instances as members of their group."""
    return [member(one) for one in instances]


def mix_of(spec: NodeGroupSpec) -> Mix:
    """How a group mixes On-Demand and Spot."""
    if spec.distribution is not None:
        wanted = spec.distribution
        return Mix(wanted.on_demand_base, wanted.on_demand_percent_above_base)
    return ALL_SPOT if spec.spot else ALL_ON_DEMAND
