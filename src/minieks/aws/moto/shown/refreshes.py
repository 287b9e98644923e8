"""The operations of Auto Scaling about instance refreshes, which moto does not have.

Source: Amazon EC2 Auto Scaling API reference, StartInstanceRefresh, CancelInstanceRefresh,
DescribeInstanceRefreshes. They are for node groups only.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from minieks.aws.moto.shown.groups import ScalingGroup, refusing
from minieks.eks.nodegroups import refreshing
from minieks.eks.nodegroups.refreshing import Preferences
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words.objects import Obj

_MODELLED: Final = frozenset({"MinHealthyPercentage", "InstanceWarmup", "SkipMatching"})
_HARMLESS: Final[Mapping[str, Any]] = {
    "AutoRollback": False,
    "MaxHealthyPercentage": 100,
    "ScaleInProtectedInstances": "Ignore",
    "StandbyInstances": "Ignore",
    "CheckpointPercentages": [],
}
"""Preferences that ask for nothing more than what is done anyway."""


class _InProgress(AutoscalingClientError):  # type: ignore[misc]  # moto has no types
    code = "InstanceRefreshInProgress"
    message = (
        "An Instance Refresh is already in progress and blocks the execution of this Instance "
        "Refresh."
    )


class _NotFound(AutoscalingClientError):  # type: ignore[misc]  # moto has no types
    code = "ActiveInstanceRefreshNotFound"

    def __init__(self, group: str) -> None:
        text = f"No in progress or pending Instance Refresh found for Auto Scaling group {group}"
        super().__init__(text)


def start_instance_refresh(response: Any) -> ActionResult:
    """StartInstanceRefresh."""
    asked = response._get_params()
    group = _group(response, asked)
    if asked.get("DesiredConfiguration"):
        raise NotImplementedError("DesiredConfiguration of StartInstanceRefresh is not emulated")
    wanted = _preferences(asked.get("Preferences") or {})
    if refreshing.under_way(group.world, group.name) is not None:
        raise _InProgress
    with refusing():
        begun = refreshing.begin_refresh(group.world, group.name, wanted)
    return ActionResult({"InstanceRefreshId": begun})


def cancel_instance_refresh(response: Any) -> ActionResult:
    """CancelInstanceRefresh."""
    group = _group(response, response._get_params())
    found = refreshing.under_way(group.world, group.name)
    if found is None:
        raise _NotFound(group.name)
    refreshing.cancel(group.world, found)
    return ActionResult({"InstanceRefreshId": found["instanceRefreshId"]})


def describe_instance_refreshes(response: Any) -> ActionResult:
    """DescribeInstanceRefreshes."""
    asked = response._get_params()
    group, wanted = _group(response, asked), asked.get("InstanceRefreshIds")
    found = refreshing.of_group(group.world, group.name)
    shown = [_shown(one) for one in found if not wanted or one["instanceRefreshId"] in wanted]
    return ActionResult({"InstanceRefreshes": shown})


def _group(response: Any, asked: Mapping[str, Any]) -> ScalingGroup:
    name = asked["AutoScalingGroupName"]
    found = response.autoscaling_backend.autoscaling_groups.get(name)
    if found is None:
        raise ValidationError(f"AutoScalingGroup name not found - no such group: {name}")
    if not isinstance(found, ScalingGroup):
        raise NotImplementedError("an instance refresh of what is no node group is not emulated")
    return found


def _preferences(asked: Mapping[str, Any]) -> Preferences:
    for name, value in asked.items():
        if name not in _MODELLED and _HARMLESS.get(name) != value:
            raise NotImplementedError(f"{name} of an instance refresh is not emulated")
    least = int(asked.get("MinHealthyPercentage", 90))
    if not 0 <= least <= 100:
        raise ValidationError("MinHealthyPercentage must be between 0 and 100")
    warmup = int(asked.get("InstanceWarmup", 0))
    return Preferences(least, warmup, skip_matching=bool(asked.get("SkipMatching", False)))


def _shown(refresh: Obj) -> dict[str, Any]:
    left, total = len(refresh["left"]), refresh["total"]
    found: dict[str, Any] = {
        "InstanceRefreshId": refresh["instanceRefreshId"],
        "AutoScalingGroupName": refresh["autoScalingGroupName"],
        "Status": refresh["status"],
        "StartTime": _moment(refresh["startTime"]),
        "PercentageComplete": 100 * (total - left) // total if total else 0,
        "InstancesToUpdate": left,
        "Strategy": "Rolling",
        "Preferences": {
            "MinHealthyPercentage": refresh["minHealthy"],
            "InstanceWarmup": refresh["warmup"],
            "SkipMatching": refresh["skipMatching"],
        },
    }
    if refresh.get("statusReason"):
        found["StatusReason"] = refresh["statusReason"]
    if "endTime" in refresh:
        found["EndTime"] = _moment(refresh["endTime"])
    return found


def _moment(at: Micros) -> datetime:
    return datetime.fromtimestamp(at / SECOND, UTC)


def have_refreshes() -> None:
    """Let moto's Auto Scaling have these operations."""
    for one in (start_instance_refresh, cancel_instance_refresh, describe_instance_refreshes):
        setattr(AutoScalingResponse, one.__name__, one)
