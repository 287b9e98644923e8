"""Health issues of managed node groups, and the statuses that follow from them.

Source: Amazon EKS API reference, ``Issue`` and ``NodegroupHealth``; AWS user guide for EKS,
"Managed node group error codes".
"""

from collections.abc import Iterable

from minieks.eks.nodegroups.world import NODE_GROUPS, World
from minieks.kube.words.objects import Obj

NOT_JOINED = "NodeCreationFailure"
NOT_JOINED_TEXT = "Instances failed to join the kubernetes cluster"
JOIN_TIME = 15 * 60
"""Seconds after which an instance that has not joined is a failure."""


def add_issue(world: World, group: Obj, code: str, message: str, resources: Iterable[str]) -> None:
    """Note an issue on the managed group that an Auto Scaling group belongs to; once per code."""
    record = world.aws.get(NODE_GROUPS, group["nodegroup"])
    if record is None or any(one["code"] == code for one in record["health"]["issues"]):
        return
    issue = {"code": code, "message": message, "resourceIds": list(resources)}
    issues = [*record["health"]["issues"], issue]
    _write(world, record, issues)


def clear_issue(world: World, group: Obj, code: str) -> None:
    """Take an issue back."""
    record = world.aws.get(NODE_GROUPS, group["nodegroup"])
    if record is not None:
        left = [one for one in record["health"]["issues"] if one["code"] != code]
        _write(world, record, left)


def _write(world: World, record: Obj, issues: list[Obj]) -> None:
    world.change(
        NODE_GROUPS,
        record["nodegroupName"],
        health={"issues": issues},
        status=_status(record["status"], issues),
    )


def _status(status: str, issues: list[Obj]) -> str:
    """The group's status: creation fails with NodeCreationFailure, else issues degrade it."""
    if status == "CREATING":
        failed = any(one["code"] == NOT_JOINED for one in issues)
        return "CREATE_FAILED" if failed else status
    if status in ("ACTIVE", "DEGRADED"):
        return "DEGRADED" if issues else "ACTIVE"
    return status
