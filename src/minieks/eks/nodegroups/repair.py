"""Which nodes of a managed group are repaired, and when: decisions of node auto repair.

Source: AWS user guide for EKS, "Enable node auto repair and investigate node health issues"; Amazon
EKS API reference, NodeRepairConfig. All conditions but Ready are of the node monitoring agent.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from minieks.eks.spec import NodeRepairSpec, RepairOverride
from minieks.engine.clock import MINUTE, Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name

WAITS: Final[Mapping[str, Micros]] = {
    "Ready": 30 * MINUTE,
    "AcceleratedHardwareReady": 10 * MINUTE,
    "ContainerRuntimeReady": 30 * MINUTE,
    "KernelReady": 30 * MINUTE,
    "NetworkingReady": 30 * MINUTE,
    "StorageReady": 30 * MINUTE,
}
"""How long a condition is bad before its node is repaired."""
_MANY: Final = 5
_PAUSE_SHARE: Final = 20
"""A group of more than five nodes is left alone if more than 20 % of them are unhealthy."""


class Due(NamedTuple):
    """A node that is unhealthy, and from when it may be repaired."""

    node: str
    at: Micros


def unhealthy(nodes: Iterable[Obj], overrides: Sequence[RepairOverride]) -> list[Due]:
    """The nodes with a bad condition that asks for a repair, the most urgent first."""
    found = (min(_dues(node, overrides), default=None) for node in nodes)
    return sorted((one for one in found if one is not None), key=lambda one: (one.at, one.node))


def _dues(node: Obj, overrides: Sequence[RepairOverride]) -> Iterable[Due]:
    for condition in (node.get("status") or {}).get("conditions") or ():
        usual = WAITS.get(condition["type"])
        if usual is None or condition["status"] == "True":
            continue
        own = _override(condition, overrides)
        if own is not None and own.action == "NoAction":
            continue
        wait = usual if own is None else own.wait_minutes * MINUTE
        yield Due(name(node), times.parse(condition["lastTransitionTime"]) + wait)


def _override(
    condition: Mapping[str, Any], overrides: Sequence[RepairOverride]
) -> RepairOverride | None:
    told = condition["type"], condition.get("reason", "")
    return next((one for one in overrides if (one.condition, one.reason) == told), None)


def is_paused(spec: NodeRepairSpec, bad: int, size: int) -> bool:
    """Whether so many nodes are unhealthy that something else is wrong."""
    if spec.max_unhealthy_count is not None:
        return bad > spec.max_unhealthy_count
    if spec.max_unhealthy_percentage is not None:
        return bad * 100 > size * spec.max_unhealthy_percentage
    return size > _MANY and bad * 100 > size * _PAUSE_SHARE


def at_once(spec: NodeRepairSpec, bad: int) -> int:
    """How many of the unhealthy nodes may be under repair together: one at least."""
    if spec.max_parallel_count is not None:
        return max(spec.max_parallel_count, 1)
    if spec.max_parallel_percentage is not None:
        return max(math.floor(bad * spec.max_parallel_percentage / 100), 1)
    return bad
