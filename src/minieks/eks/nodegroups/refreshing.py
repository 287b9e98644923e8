"""An instance refresh: all instances of a group are replaced, a few at a time.

Source: Amazon EC2 Auto Scaling user guide, "How an instance refresh works in an Auto Scaling group"
and "Understand the default values for an instance refresh"; API reference, InstanceRefresh,
RefreshPreferences. Instances are terminated first, and others launched for them; the next ones go
when the group is whole and warm again. After an hour without progress a refresh fails.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from minieks.eks.nodegroups.scaling import begin_termination
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, World, own_key
from minieks.engine import ids
from minieks.engine.clock import HOUR, SECOND, Micros
from minieks.engine.errors import UserError
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj

REFRESHES: Final = "instancerefreshes.autoscaling"
UNDER_WAY: Final = ("Pending", "InProgress")
_PATIENCE: Final[Micros] = HOUR
_LATE: Final = "The instance refresh made no progress for an hour."


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a refresh goes about it. ``warmup`` are seconds from a new instance being in service."""

    min_healthy: int = 90
    """Percent of the desired capacity that stays in service."""
    warmup: int = 0
    skip_matching: bool = False
    """Leave alone what was launched from the group's present template."""

    def at_once(self, desired: int) -> int:
        """How many of ``desired`` instances are replaced at a time: one at least."""
        return max(desired - math.ceil(desired * self.min_healthy / 100), 1)


def begin_refresh(world: World, group: str, wanted: Preferences) -> str:
    """Start a refresh; returns its id. UserError if there is no such group."""
    if world.aws.get(GROUPS, group) is None:
        raise UserError(f"AutoScalingGroup name not found - AutoScalingGroup '{group}' not found")
    refresh_id = ids.uid(world.api.engine.random("instance refreshes"))
    record = {
        "instanceRefreshId": refresh_id,
        "autoScalingGroupName": group,
        "status": "Pending",
        "startTime": world.now(),
        "progressAt": world.now(),
        "minHealthy": wanted.min_healthy,
        "warmup": wanted.warmup,
        "skipMatching": wanted.skip_matching,
        "left": [],
        "total": 0,
    }
    world.aws.create(REFRESHES, refresh_id, record)
    return refresh_id


def under_way(world: World, group: str) -> Obj | None:
    """The group's refresh that is not over; there is one at most."""
    return next((one for one in of_group(world, group) if one["status"] in UNDER_WAY), None)


def of_group(world: World, group: str) -> list[Obj]:
    """The refreshes of a group, the latest first."""
    every = world.aws.values(REFRESHES)
    return [one for one in reversed(every) if one["autoScalingGroupName"] == group]


def cancel(world: World, refresh: Obj) -> None:
    """End a refresh where it is: what was launched stays."""
    _end(world, refresh, "Cancelled")


class RefreshingLoop:
    """Carries out instance refreshes; its keys are their ids."""

    name = "instance-refresh"

    def __init__(self, world: World) -> None:
        self._world = world

    def watches(self) -> Mapping[str, Wakes]:
        """Refreshes, and instances for the refresh of their group."""
        return {REFRESHES: own_key, INSTANCES: self._of_instance}

    def _of_instance(self, change: Change) -> tuple[str, ...]:
        found = under_way(self._world, change.value["autoScalingGroupName"])
        return () if found is None else (found["instanceRefreshId"],)

    def reconcile(self, key: str) -> Result | None:
        """Bring a refresh a step further."""
        world, refresh = self._world, self._world.aws.get(REFRESHES, key)
        if refresh is None or refresh["status"] not in UNDER_WAY:
            return None
        group = world.aws.get(GROUPS, refresh["autoScalingGroupName"])
        if group is None:
            _end(world, refresh, "Failed", "The group was deleted.")
            return None
        if refresh["status"] == "Pending":
            refresh = self._started(refresh, group)
        return self._proceed(refresh, group)

    def _started(self, refresh: Obj, group: Obj) -> Obj:
        version = group["launchTemplateVersion"]
        found = [
            one["instanceId"]
            for one in self._world.live(group["autoScalingGroupName"])
            if not (refresh["skipMatching"] and one["launchTemplateVersion"] == version)
        ]
        return self._change(refresh, status="InProgress", left=found, total=len(found))

    def _proceed(self, refresh: Obj, group: Obj) -> Result | None:
        world, live = self._world, self._world.live(group["autoScalingGroupName"])
        warm_at = [_warm_at(one, refresh["warmup"]) for one in live]
        warm = [at for at in warm_at if at is not None and at <= world.now()]
        if len(warm) < group["desiredCapacity"]:
            return self._wait(refresh, [at for at in warm_at if at is not None])
        left = [one for one in live if one["instanceId"] in refresh["left"]]
        if not left:
            _end(world, refresh, "Successful")
            return None
        preferences = Preferences(refresh["minHealthy"])
        going = left[: preferences.at_once(group["desiredCapacity"])]
        staying = [one["instanceId"] for one in left[len(going) :]]
        self._change(refresh, left=staying, progressAt=world.now())
        for instance in going:
            begin_termination(world, instance)
        return None

    def _wait(self, refresh: Obj, moments: list[Micros]) -> Result | None:
        """Until the next instance is warm, or it has taken too long."""
        world, late = self._world, refresh["progressAt"] + _PATIENCE
        if world.now() >= late:
            _end(world, refresh, "Failed", _LATE)
            return None
        return world.until(min([at for at in moments if at > world.now()], default=late))

    def _change(self, refresh: Obj, **changes: object) -> Obj:
        return self._world.change(REFRESHES, refresh["instanceRefreshId"], **changes)


def _warm_at(instance: Obj, warmup: int) -> Micros | None:
    """When an instance is, or was, warm; None if it is not in service yet."""
    if instance["lifecycleState"] != "InService":
        return None
    return int(instance["readyAt"]) + warmup * SECOND


def _end(world: World, refresh: Obj, status: str, reason: str = "") -> None:
    ended = {"status": status, "statusReason": reason, "endTime": world.now()}
    world.change(REFRESHES, refresh["instanceRefreshId"], **ended)
