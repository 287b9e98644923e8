"""How a node's cost is shared: cases small enough to see."""

from decimal import Decimal

import pytest

from minieks.cost.billed_time import Period
from minieks.cost.sharing import share, split
from minieks.cost.usage import InstanceUsage, PodOnNodeUsage
from minieks.engine.clock import HOUR

PERIOD = Period(0, 10 * HOUR)
NODE = InstanceUsage(
    instance_id="i", instance_type="m5.large", zone="", start=0, cpu_milli=2000, memory_bytes=8000
)


def pod(cpu: int, memory: int, start: int = 0, end: int | None = None) -> PodOnNodeUsage:
    return PodOnNodeUsage(
        namespace="n",
        pod="p",
        workload="Pod/p",
        instance_id="i",
        cpu_milli=cpu,
        memory_bytes=memory,
        start=start,
        end=end,
    )


@pytest.mark.parametrize(
    ("cpu", "memory", "expected"),
    [
        (500, 800, "0.25"),  # cpu is the larger part
        (200, 4000, "0.5"),  # memory is
        (0, 0, "0"),  # asks for nothing
        (4000, 0, "1"),  # static pods may ask for more than there is
    ],
)
def test_the_larger_of_cpu_and_memory_counts(cpu: int, memory: int, expected: str) -> None:
    assert share(pod(cpu, memory), NODE) == Decimal(expected)


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        ([pod(500, 0)], ["25"]),
        ([pod(500, 0, 0, 4 * HOUR), pod(1000, 0, 2 * HOUR)], ["10", "40"]),
        # Two shares of 0.8 on one node: each pays half while both are there.
        ([pod(1600, 0), pod(0, 6400)], ["50", "50"]),
        # ... and its own share while it is alone.
        ([pod(1600, 0), pod(0, 6400, 5 * HOUR)], ["65", "25"]),
        # Outside the node's life and the period nothing counts.
        ([pod(2000, 0, -HOUR, 0), pod(2000, 0, 10 * HOUR, 20 * HOUR)], ["0", "0"]),
        ([], []),
    ],
    ids=["one", "overlapping", "overfull", "overfull at times", "elsewhere", "none"],
)
def test_hundred_dollars_for_ten_hours(pods: list[PodOnNodeUsage], expected: list[str]) -> None:
    parts = split(Decimal(100), NODE, pods, PERIOD)
    assert [round(part, 9) for part in parts] == [Decimal(part) for part in expected]


def test_a_node_that_never_joined_is_idle() -> None:
    lost = InstanceUsage(instance_id="i", instance_type="m5.large", zone="", start=0)
    assert split(Decimal(100), lost, [pod(500, 0)], PERIOD) == [0]


def test_an_instance_of_no_length_has_nothing_to_share() -> None:
    gone = InstanceUsage(instance_id="i", instance_type="m5.large", zone="", start=0, end=0)
    assert split(Decimal(0), gone, [pod(500, 0)], PERIOD) == [0]
