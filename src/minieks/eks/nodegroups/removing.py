"""A node group on its way out: its instances drain and end, then it is gone.

Source: AWS user guide for EKS, "Delete a managed node group": pods are drained first, and the
Auto Scaling group goes with the node group.
"""

from collections.abc import Mapping

from minieks.eks.nodegroups.orders import STANDBY
from minieks.eks.nodegroups.scaling import begin_termination
from minieks.eks.nodegroups.world import (
    GROUPS,
    INSTANCES,
    NODE_GROUPS,
    World,
    group_of_change,
    own_key,
)
from minieks.engine.loop import Result, Wakes


class RemovingLoop:
    """Removes Auto Scaling groups that are being deleted; its keys are their names."""

    name = "node-group-removal"

    def __init__(self, world: World) -> None:
        self._world = world

    def watches(self) -> Mapping[str, Wakes]:
        """Auto Scaling groups, and instances for theirs."""
        return {GROUPS: own_key, INSTANCES: group_of_change}

    def reconcile(self, key: str) -> Result | None:
        """Remove a group of which no instance is left."""
        world, group = self._world, self._world.aws.get(GROUPS, key)
        if group is None or not group.get("deleting"):
            return None
        if any(one["state"] != "terminated" for one in world.instances(key)):
            self._end_standby(key)
            return None
        world.aws.remove(GROUPS, key)
        record = world.aws.get(NODE_GROUPS, group["nodegroup"])
        if record is not None and not _is_of(record, key):
            return None
        world.shrink(group["nodegroup"])
        if record is not None:
            world.aws.remove(NODE_GROUPS, group["nodegroup"])
        return None

    def _end_standby(self, group: str) -> None:
        """Instances in standby do not count, and go with their group all the same."""
        for one in self._world.instances(group):
            if one["lifecycleState"] == STANDBY:
                begin_termination(self._world, one)


def begin_removal(world: World, group: str) -> None:
    """Let an Auto Scaling group go: no instance is wanted any more."""
    world.change(GROUPS, group, minSize=0, desiredCapacity=0, deleting=True)


def _is_of(record: dict[str, object], group: str) -> bool:
    """Whether this managed group is the one that the Auto Scaling group was made for."""
    resources = record["resources"]
    assert isinstance(resources, dict), "a node group's record says its resources"
    return any(one["name"] == group for one in resources["autoScalingGroups"])
