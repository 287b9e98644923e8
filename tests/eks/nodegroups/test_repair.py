"""Which nodes auto repair takes, when, and how many.

Source: AWS user guide for EKS, "Enable node auto repair and investigate node health issues"; Amazon
EKS API reference, NodeRepairConfig.
"""

from typing import Any

import pytest

from minieks.eks.nodegroups.repair import at_once, is_paused, unhealthy
from minieks.eks.spec import NodeRepairSpec, RepairOverride
from minieks.engine.clock import MINUTE
from minieks.kube.words import times

SINCE = times.parse("2026-11-23T00:00:00Z")


def node(type_: str, status: str, reason: str = "") -> dict[str, Any]:
    condition = {"type": type_, "status": status, "reason": reason}
    told = {**condition, "lastTransitionTime": "2026-11-23T00:00:00Z"}
    return {"metadata": {"name": "n"}, "status": {"conditions": [told]}}


@pytest.mark.parametrize(
    ("type_", "status", "minutes"),
    [
        ("Ready", "Unknown", 30),
        ("Ready", "False", 30),
        ("Ready", "True", None),
        ("AcceleratedHardwareReady", "False", 10),
        ("KernelReady", "False", 30),
        ("NetworkingReady", "False", 30),
        ("StorageReady", "False", 30),
        ("ContainerRuntimeReady", "False", 30),
        ("DiskPressure", "True", None),
        ("MemoryPressure", "True", None),
    ],
)
def test_a_condition_is_waited_for_as_long_as_the_guide_says(
    type_: str, status: str, minutes: int | None
) -> None:
    found = [(one.at - SINCE) // MINUTE for one in unhealthy([node(type_, status)], ())]
    assert found == ([] if minutes is None else [minutes])


@pytest.mark.parametrize(
    ("override", "minutes"),
    [
        (RepairOverride("KernelReady", "Hang", 5, "Replace"), 5),
        (RepairOverride("KernelReady", "Other", 5, "Replace"), 30),
        (RepairOverride("KernelReady", "Hang", 5, "NoAction"), None),
    ],
    ids=["sooner", "another reason", "no action"],
)
def test_overrides_decide_for_their_condition_and_reason(
    override: RepairOverride, minutes: int | None
) -> None:
    found = unhealthy([node("KernelReady", "False", "Hang")], (override,))
    assert [(one.at - SINCE) // MINUTE for one in found] == ([minutes] if minutes else [])


@pytest.mark.parametrize(
    ("spec", "bad", "size", "expected"),
    [
        (NodeRepairSpec(), 5, 5, False),
        (NodeRepairSpec(), 2, 10, False),
        (NodeRepairSpec(), 3, 10, True),
        (NodeRepairSpec(max_unhealthy_count=1), 2, 4, True),
        (NodeRepairSpec(max_unhealthy_count=3), 3, 10, False),
        (NodeRepairSpec(max_unhealthy_percentage=50), 3, 5, True),
        (NodeRepairSpec(max_unhealthy_percentage=50), 5, 10, False),
    ],
)
def test_repairs_pause_when_too_much_is_unhealthy(
    spec: NodeRepairSpec, bad: int, size: int, expected: bool
) -> None:
    assert is_paused(spec, bad, size) is expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (NodeRepairSpec(), 7),
        (NodeRepairSpec(max_parallel_count=2), 2),
        (NodeRepairSpec(max_parallel_percentage=50), 3),
        (NodeRepairSpec(max_parallel_percentage=1), 1),
    ],
)
def test_so_many_are_repaired_together(spec: NodeRepairSpec, expected: int) -> None:
    assert at_once(spec, 7) == expected
