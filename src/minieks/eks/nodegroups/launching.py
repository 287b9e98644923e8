"""Where the next instance of a group comes up, and of which type; or why none does.

Source: Amazon EC2 Auto Scaling user guide, "Availability Zone distribution" (if a launch fails in
one zone, it is tried in the others) and "Allocation strategies for multiple instance types".
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from minieks.data.instance_types import InstanceType, find
from minieks.eks import shortages
from minieks.eks.nodegroups import asg
from minieks.eks.nodegroups.asg import Lifecycle, Member
from minieks.eks.nodegroups.world import INSTANCES, World, mix_of
from minieks.eks.shortages import Launch, LaunchError
from minieks.eks.subnets import Addresses, Subnet
from minieks.kube.words.objects import Obj

FULL_SUBNETS = "InsufficientFreeAddresses"
_FULL_TEXT = (
    "Amazon Autoscaling was unable to launch instances because the subnets have no free addresses."
)


class Pick(NamedTuple):
    """An instance to launch."""

    kind: InstanceType
    lifecycle: Lifecycle
    subnet: Subnet
    address: str


class NoPick(NamedTuple):
    """Nothing can be launched: of which lifecycle it would have been, and why not."""

    lifecycle: Lifecycle
    error: LaunchError


class Launching:
    """Picks instances for the groups of one world."""

    def __init__(self, world: World, chance: Random) -> None:
        self._world = world
        self._chance = chance
        self._addresses = Addresses(world.aws)

    def pick(self, group: Obj, present: Sequence[Member]) -> Pick | NoPick:
        """The next instance: in the emptiest zone that has an address and the capacity."""
        spec = self._world.spec(group)
        lifecycle = asg.lifecycle_to_launch(present, mix_of(spec))
        types = asg.types_to_launch(spec.instance_types, lifecycle, self._world.spot_price)
        short = shortages.present(self._world.aws)
        limit = self._over_quota(types[0], lifecycle)
        if limit is not None:
            return NoPick(lifecycle, limit)
        found: Pick | NoPick | None = None
        for zone in asg.zones_to_launch(group["availabilityZones"], present):
            launches = [Launch(zone, lifecycle, one, group["nodegroup"]) for one in types]
            able = [one for one in launches if not shortages.is_short(short, one)]
            if not able:
                others = [one for one in group["availabilityZones"] if one != zone]
                found = found or NoPick(lifecycle, shortages.no_capacity(launches[0], others))
                continue
            place = self._place(group, zone)
            if place is not None:
                return Pick(find(able[0].type), lifecycle, *place)
        return found or NoPick(lifecycle, LaunchError(FULL_SUBNETS, _FULL_TEXT))

    def open_zones(self, group: Obj) -> list[str]:
        """The group's zones in which something can be launched."""
        short = shortages.present(self._world.aws)
        zones: list[str] = group["availabilityZones"]
        if not short:
            return zones
        spec = self._world.spec(group)
        lifecycle = shortages.SPOT if spec.spot else shortages.ON_DEMAND
        return [
            zone
            for zone in zones
            if not all(
                shortages.is_short(short, Launch(zone, lifecycle, one, group["nodegroup"]))
                for one in spec.instance_types
            )
        ]

    def _place(self, group: Obj, zone: str) -> tuple[Subnet, str] | None:
        """A subnet in the zone, and a free address of it."""
        for subnet in self._world.subnets(group):
            if subnet.zone != zone:
                continue
            address = self._addresses.free(subnet, self._chance)
            if address is not None:
                return subnet, address
        return None

    def _over_quota(self, kind: str, lifecycle: Lifecycle) -> LaunchError | None:
        limit = shortages.quota(self._world.aws, lifecycle)
        if limit is None:
            return None
        instances = self._world.aws.values(INSTANCES)
        vcpus = {one["instanceType"]: find(one["instanceType"]).vcpu for one in instances}
        used = shortages.vcpus_in_use(vcpus, instances, lifecycle)
        return shortages.over_quota(lifecycle, limit) if used + find(kind).vcpu > limit else None
