"""Spot interruptions: a recommendation to rebalance, a notice of two minutes, the end.

Sources: Amazon EC2 user guide, "Spot Instance interruption notices" (two minutes) and "EC2 instance
rebalance recommendations"; AWS user guide for EKS, "Managed node groups": capacity rebalancing is
on for Spot groups; when a recommendation comes, a replacement is launched, and once it is ready the
node is cordoned and drained; if the notice comes first, it is drained at once, as far as there is
time. Groups that are not managed do neither.
"""

from collections.abc import Mapping
from typing import Final

from minieks.eks.nodegroups.orders import terminate
from minieks.eks.nodegroups.scaling import begin_termination
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, LIVE, World
from minieks.engine.clock import MINUTE, Micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj

_INTERRUPTED: Final = "interrupted"
"""The index of instances that are being interrupted, by their group."""
NOTICE: Final[Micros] = 2 * MINUTE


class SpotLoop:
    """Carries out interruptions; its keys are instance ids."""

    name = "spot-interruption"

    def __init__(self, world: World) -> None:
        self._world = world
        world.aws.add_index(INSTANCES, _INTERRUPTED, _group_if_interrupted)

    def watches(self) -> Mapping[str, Wakes]:
        """Instances, and for each the others of its group that it waits for."""
        return {INSTANCES: self._of_instance}

    def _of_instance(self, change: Change) -> list[str]:
        group = change.value["autoScalingGroupName"]
        waiting = self._world.aws.lookup(INSTANCES, _INTERRUPTED, group)
        return [one["instanceId"] for one in waiting]

    def reconcile(self, key: str) -> Result | None:
        """Bring an interruption a step further."""
        world, instance = self._world, self._world.aws.get(INSTANCES, key)
        if instance is None or "spot" not in instance:
            return None
        notice, now = instance["spot"]["noticeAt"], world.now()
        if now >= notice + NOTICE:
            terminate(world, key)
            return None
        if instance["lifecycleState"] in LIVE and world.spec(instance).managed:
            self._make_way(instance, is_noticed=now >= notice)
        return world.until(notice if now < notice else notice + NOTICE)

    def _make_way(self, instance: Obj, *, is_noticed: bool) -> None:
        """Have another one launched; drain when that is there, or when there is no more time."""
        if "leaving" not in instance:
            instance = self._world.write(instance, leaving=True)
        if is_noticed or self._is_replaced(instance["autoScalingGroupName"]):
            begin_termination(self._world, instance)

    def _is_replaced(self, group: str) -> bool:
        record, live = self._world.aws.get(GROUPS, group), self._world.live(group)
        in_service = [one for one in live if one["lifecycleState"] == "InService"]
        return record is not None and len(in_service) >= record["desiredCapacity"]


def _group_if_interrupted(instance: Obj) -> tuple[str, ...]:
    return (instance["autoScalingGroupName"],) if "spot" in instance else ()


def interrupt(world: World, instance: Obj, notice_after: Micros = 0) -> None:
    """Recommend now to rebalance an instance on Spot, and give the notice that much later."""
    if instance["lifecycleState"] in LIVE and "spot" not in instance:
        world.write(instance, spot={"noticeAt": world.now() + notice_after})
