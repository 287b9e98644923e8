"""What a user orders of Auto Scaling and EC2 themselves, past the EKS API.

Source: Amazon EC2 Auto Scaling API reference, SetDesiredCapacity, UpdateAutoScalingGroup,
TerminateInstanceInAutoScalingGroup, DetachInstances, AttachInstances, EnterStandby, ExitStandby;
Amazon EC2 API reference, TerminateInstances.
All raise UserError with the words of the service where it refuses.
"""

from collections.abc import Sequence

from minieks.eks.nodegroups.scaling import begin_termination
from minieks.eks.nodegroups.sizes import change_sizes
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, LIVE, World
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj

DETACHED = "Detached"
"""The lifecycle state of an instance that was in a group; EC2 goes on with it alone."""
STANDBY = "Standby"
"""The lifecycle state of an instance that is in its group and does not count there."""


def set_capacity(world: World, group: str, desired: int) -> None:
    """SetDesiredCapacity: more or fewer instances, within the group's limits."""
    record = _group(world, group)
    start = f"New SetDesiredCapacity value {desired} is"
    if desired > record["maxSize"]:
        limit = record["maxSize"]
        raise UserError(f"{start} above max value {limit} for the AutoScalingGroup.")
    if desired < record["minSize"]:
        limit = record["minSize"]
        raise UserError(f"{start} below min value {limit} for the AutoScalingGroup.")
    change_sizes(world, group, desired=desired)


def set_sizes(
    world: World,
    group: str,
    *,
    least: int | None = None,
    most: int | None = None,
    desired: int | None = None,
) -> None:
    """UpdateAutoScalingGroup: other limits; the desired capacity is kept within them."""
    record = _group(world, group)
    low = record["minSize"] if least is None else least
    high = record["maxSize"] if most is None else most
    if low > high:
        raise UserError("Max bound must be greater than or equal to min bound")
    if desired is not None and not low <= desired <= high:
        raise UserError(
            f"Desired capacity:{desired} must be between the specified min size:{low} and max "
            f"size:{high}"
        )
    wanted = record["desiredCapacity"] if desired is None else desired
    change_sizes(world, group, least=low, most=high, desired=max(low, min(wanted, high)))


def terminate(world: World, instance_id: str) -> None:
    """TerminateInstances: the machine ends at once, and its group launches another one."""
    instance = world.aws.get(INSTANCES, instance_id)
    if instance is None or instance["state"] in ("shutting-down", "terminated"):
        return
    world.write(
        instance,
        lifecycleState="Terminating:Proceed",
        state="shutting-down",
        terminatedAt=world.now(),
    )


def give_up(world: World, instance_id: str, *, decrement: bool) -> None:
    """TerminateInstanceInAutoScalingGroup: the instance drains as in any scale-in, and ends."""
    instance = _member(world, instance_id)
    if decrement and instance["lifecycleState"] != STANDBY:
        _decrement(world, instance["autoScalingGroupName"], 1)
    begin_termination(world, instance)


def detach(world: World, group: str, instance_ids: Sequence[str], *, decrement: bool) -> None:
    """DetachInstances: they run on outside of the group, and their nodes stay in the cluster."""
    found = _members(world, group, instance_ids, "InService", STANDBY)
    counting = sum(one["lifecycleState"] != STANDBY for one in found)
    if decrement and counting:
        _decrement(world, group, counting)
    for one in found:
        world.write(one, autoScalingGroupName="", lifecycleState=DETACHED)


def attach(world: World, group: str, instance_ids: Sequence[str]) -> None:
    """AttachInstances: machines that were detached are of a group again, which grows by them."""
    record = _group(world, group)
    found = [_detached(world, record, one) for one in instance_ids]
    _grow(world, record, len(found), "attach")
    for one in found:
        place = {"autoScalingGroupName": group, "nodegroup": record["nodegroup"]}
        world.write(one, **place, lifecycleState="InService")


def enter_standby(
    world: World, group: str, instance_ids: Sequence[str], *, decrement: bool
) -> None:
    """EnterStandby: they stay nodes, and do not count; others are launched unless it is less."""
    found = _members(world, group, instance_ids, "InService")
    if decrement:
        _decrement(world, group, len(found))
    for one in found:
        world.write(one, lifecycleState=STANDBY)


def exit_standby(world: World, group: str, instance_ids: Sequence[str]) -> None:
    """ExitStandby: they count again, and the group is larger by them."""
    found = _members(world, group, instance_ids, STANDBY)
    _grow(world, _group(world, group), len(found), "place into service")
    for one in found:
        world.write(one, lifecycleState="InService")


def _members(world: World, group: str, instance_ids: Sequence[str], *states: str) -> list[Obj]:
    """Instances of a group that are in one of these states."""
    found = [_member(world, one) for one in instance_ids]
    for one in found:
        if one["autoScalingGroupName"] != group:
            text = f"The instance {one['instanceId']} is not part of Auto Scaling group {group}."
            raise UserError(text)
        if one["lifecycleState"] not in states:
            raise UserError(f"The instance {one['instanceId']} is not in {' or '.join(states)}.")
    return found


def _detached(world: World, group: Obj, instance_id: str) -> Obj:
    found = world.aws.get(INSTANCES, instance_id)
    if found is None:
        raise UserError(
            f"Instance {instance_id} is of no node group of the cluster {world.cluster}: only one "
            "that was detached can be attached here"
        )
    if found["lifecycleState"] != DETACHED or found["state"] != "running":
        raise UserError(f"Instance {instance_id} is already part of a group or not running.")
    zone = found["placement"]["availabilityZone"]
    if zone not in group["availabilityZones"]:
        name = group["autoScalingGroupName"]
        raise UserError(f"Instance {instance_id} is in {zone}, which is no zone of group {name}.")
    return found


def _grow(world: World, group: Obj, count: int, what: str) -> None:
    name, desired = group["autoScalingGroupName"], group["desiredCapacity"]
    if desired + count > group["maxSize"]:
        raise UserError(
            f"AutoScalingGroup {name} has min-size={group['minSize']}, "
            f"max-size={group['maxSize']}, and desired-size={desired}. To {what} {count} more "
            "instance, please update the AutoScalingGroup sizes appropriately."
        )
    change_sizes(world, name, desired=desired + count)


def _group(world: World, group: str) -> Obj:
    found = world.aws.get(GROUPS, group)
    if found is None:
        raise UserError(f"AutoScalingGroup name not found - AutoScalingGroup '{group}' not found")
    return found


def _member(world: World, instance_id: str) -> Obj:
    """An instance that counts in its group."""
    found = world.aws.get(INSTANCES, instance_id)
    if found is None or found["lifecycleState"] not in (*LIVE, STANDBY):
        raise UserError(f"Instance Id not found - No managed instance found for {instance_id}")
    return found


def _decrement(world: World, group: str, count: int) -> None:
    record = _group(world, group)
    least = record["minSize"]
    if record["desiredCapacity"] - count < least:
        raise UserError(
            f"Currently, desiredSize equals minSize ({least}). Terminating instance without "
            "replacement will violate group's min size constraint. Either set "
            "shouldDecrementDesiredCapacity flag to false or lower group's min size."
        )
    change_sizes(world, group, desired=record["desiredCapacity"] - count)
