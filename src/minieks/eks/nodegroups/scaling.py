"""The Auto Scaling group: as many instances as desired, spread evenly over its zones.

Source: Amazon EC2 Auto Scaling user guide, and AWS user guide for EKS, "Managed node groups" (what
happens to pods when the number of nodes falls). EKS never changes the desired number by itself.
"""

from collections.abc import Mapping
from random import Random

from minieks.eks import shortages
from minieks.eks.nodegroups import asg, images
from minieks.eks.nodegroups.asg import Member
from minieks.eks.nodegroups.health import add_issue, clear_issue
from minieks.eks.nodegroups.launching import FULL_SUBNETS, Launching, NoPick, Pick
from minieks.eks.nodegroups.world import (
    GROUPS,
    INSTANCES,
    LIVE,
    NODE_GROUPS,
    World,
    group_of_change,
    member,
    members,
    mix_of,
    own_key,
)
from minieks.eks.spec import NodeGroupSpec
from minieks.eks.subnets import private_dns_name
from minieks.engine.clock import micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj

FAILED_LAUNCHES = "AsgInstanceLaunchFailures"
RETRY_AFTER = 60.0
"""Seconds until a launch that failed is tried again (a model)."""


class ScalingLoop:
    """Launches and terminates instances; its keys are names of Auto Scaling groups."""

    name = "auto-scaling"

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.api.engine.random("instances")
        self._launching = Launching(world, self._chance)

    def watches(self) -> Mapping[str, Wakes]:
        """Groups, instances for their group, and what can be launched for all of them."""
        return {
            GROUPS: own_key,
            INSTANCES: self._of_instance,
            shortages.COLLECTION: self._every_group,
            shortages.QUOTAS: self._every_group,
        }

    def _every_group(self, change: Change) -> list[str]:
        del change
        return [one["autoScalingGroupName"] for one in self._world.aws.values(GROUPS)]

    def _of_instance(self, change: Change) -> tuple[str, ...]:
        """The instance's group, if its members change or it waits for this one."""
        before, after = change.previous, change.value
        if (
            change.type == "MODIFIED"
            and before is not None
            and before["placement"] == after["placement"]
            and _counts(before) == _counts(after)
            and not self._is_rebalancing(after)
        ):
            return ()
        return group_of_change(change)

    def _is_rebalancing(self, instance: Obj) -> bool:
        group = self._world.aws.get(GROUPS, instance["autoScalingGroupName"])
        return group is not None and bool(group.get("rebalancing"))

    def reconcile(self, key: str) -> Result | None:
        """Launch what lacks, terminate what is too much, even out the zones."""
        group = self._world.aws.get(GROUPS, key)
        if group is None:
            return None
        live = self._world.live(key)
        missing = group["desiredCapacity"] - len(live)
        if missing > 0:
            return self._launch(group, missing)
        if missing < 0:
            self._terminate(group, live, -missing)
        elif self._wants_rebalancing(group, live):
            self._rebalance(group)
        return None

    def _wants_rebalancing(self, group: Obj, live: list[Obj]) -> bool:
        """Whether zones are uneven; an update of the group evens them out itself."""
        record = self._world.aws.get(NODE_GROUPS, group["nodegroup"])
        if record is not None and record["status"] == "UPDATING":
            return False
        return asg.is_unbalanced(self._launching.open_zones(group), members(live))

    def _launch(self, group: Obj, count: int) -> Result | None:
        present = members(self._world.live(group["autoScalingGroupName"]))
        for _ in range(count):
            pick = self._launching.pick(group, present)
            if isinstance(pick, NoPick):
                return self._fail(group, pick)
            present.append(self._create(group, pick))
        self._succeed(group)
        return None

    def _fail(self, group: Obj, no: NoPick) -> Result:
        """Note the failed activity, as the group and EKS show it, and try again later."""
        activity, now = shortages.activity(no.error, no.lifecycle), self._world.now()
        name = group["autoScalingGroupName"]
        self._world.change(GROUPS, name, activity=activity, launchFailedAt=now)
        if no.error.code == FULL_SUBNETS:
            add_issue(self._world, group, FULL_SUBNETS, no.error.message, group["subnets"])
        else:
            add_issue(self._world, group, FAILED_LAUNCHES, activity["statusMessage"], [name])
        return Result(again_after=RETRY_AFTER, settled=True)

    def _succeed(self, group: Obj) -> None:
        if group.get("activity"):
            self._world.change(GROUPS, group["autoScalingGroupName"], activity=None)
            for code in (FULL_SUBNETS, FAILED_LAUNCHES):
                clear_issue(self._world, group, code)

    def _create(self, group: Obj, pick: Pick) -> Member:
        world, name = self._world, group["autoScalingGroupName"]
        spec, kind, subnet = world.spec(group), pick.kind, pick.subnet
        version = world.version(group)
        instance = {
            "instanceId": new_instance_id(self._chance),
            "instanceType": kind.name,
            "imageId": spec.ami or images.image_id(spec.ami_family, version, kind.arch),
            "architecture": kind.arch,
            "platform": "windows" if spec.windows else "linux",
            "lifecycle": pick.lifecycle,
            "placement": {"availabilityZone": subnet.zone},
            "subnetId": subnet.id,
            "privateIpAddress": pick.address,
            "privateDnsName": private_dns_name(pick.address, world.region),
            "autoScalingGroupName": name,
            "launchTemplateVersion": group["launchTemplateVersion"],
            "nodegroup": spec.name,
            "version": version,
            "state": "pending",
            "lifecycleState": "Pending",
            "rootVolume": root_volume(spec),
            **self._times(spec),
        }
        return member(world.aws.create(INSTANCES, instance["instanceId"], instance))

    def _times(self, spec: NodeGroupSpec) -> dict[str, int]:
        """When the instance is launched, registers as a node, and is ready."""
        timings, now = self._world.timings, self._world.now()
        took = timings.instance_ready(spec.ami_family).sample(self._chance)
        joins = min(timings.of("instance_registration").sample(self._chance), took)
        ready = now + micros(took)
        return {"launchedAt": now, "registersAt": ready - micros(joins), "readyAt": ready}

    def _terminate(self, group: Obj, live: list[Obj], count: int) -> None:
        """Give up some members; after a rebalancing not before all are in service."""
        if group.get("rebalancing"):
            if any(one["lifecycleState"] != "InService" for one in live):
                return
            group = self._world.change(GROUPS, group["autoScalingGroupName"], rebalancing=False)
        left, by_id = members(live), {one["instanceId"]: one for one in live}
        for _ in range(count):
            zones = group["availabilityZones"]
            victim = asg.to_terminate(zones, left, mix_of(self._world.spec(group)))
            if victim is None:
                return
            left.remove(victim)
            begin_termination(self._world, by_id[victim.instance_id])

    def _rebalance(self, group: Obj) -> None:
        """AZRebalance: first one more in the emptiest zone, then one less in the fullest."""
        self._world.change(GROUPS, group["autoScalingGroupName"], rebalancing=True)
        present = members(self._world.live(group["autoScalingGroupName"]))
        pick = self._launching.pick(group, present)
        if isinstance(pick, Pick):
            self._create(group, pick)


def _counts(instance: Obj) -> bool:
    """Whether an instance counts towards its group's desired capacity."""
    return instance["lifecycleState"] in LIVE and not instance.get("leaving")


def begin_termination(
    world: World, instance: Obj, *, for_update: bool = False, force: bool = False
) -> None:
    """Take an instance out of its group; if EKS manages the group, it is drained first.

    An update waits for disruption budgets, and fails without ``force``; any other termination goes
    on when the time for draining is over.
    """
    if not world.spec(instance).managed:
        world.write(instance, lifecycleState="Terminating:Proceed")
        return
    drain = {"startedAt": world.now(), "forUpdate": for_update, "force": force}
    world.write(instance, lifecycleState="Terminating:Wait", drain=drain)


def new_instance_id(chance: Random) -> str:
    """``i-`` and 17 hex digits."""
    return f"i-0{chance.getrandbits(64):016x}"


def root_volume(spec: NodeGroupSpec) -> Obj:
    """The root volume of each instance of a group."""
    volume = spec.volume
    return {
        "type": volume.type,
        "sizeGiB": volume.size_gib,
        "iops": volume.iops,
        "throughput": volume.throughput_mib,
    }
