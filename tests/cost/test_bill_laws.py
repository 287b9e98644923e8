"""Laws of the bill that hold whatever was used."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from minieks.cost.bill import Bill, price
from minieks.cost.usage import (
    ControlPlaneUsage,
    FargatePodUsage,
    InstanceUsage,
    PodOnNodeUsage,
    Usage,
    VolumeUsage,
)
from minieks.data.prices import PriceList
from minieks.engine.clock import DAY, SECOND
from minieks.kube.words.times import parse

START = parse("2026-11-30T00:00:00Z")
END = START + 4 * DAY
PRICES = PriceList()
TRILLIONTH = Decimal("1e-12")

moments = st.integers(START - DAY, END + DAY)
ends = st.none() | moments
nodes = st.sampled_from(["i-a", "i-b", "i-c"])


def fargate(start: int, end: int | None, size: tuple[str, str, int]) -> Usage:
    return FargatePodUsage(
        namespace="n",
        pod=f"f-{start}",
        workload="Deployment/f",
        profile="fp",
        vcpu=Decimal(size[0]),
        memory_gib=Decimal(size[1]),
        ephemeral_gib=Decimal(size[2]),
        start=start,
        end=end,
    )


def instance(name: str, start: int, end: int | None, type_: str, spot: bool) -> Usage:
    return InstanceUsage(
        instance_id=name,
        instance_type=type_,
        zone="us-east-1a",
        start=start,
        end=end,
        purchase="spot" if spot else "on-demand",
        cpu_milli=1930,
        memory_bytes=7 * 1024**3,
    )


def on_node(node: str, start: int, end: int | None, cpu: int, mib: int) -> Usage:
    return PodOnNodeUsage(
        namespace="m",
        pod=f"p-{start}-{cpu}",
        workload="Job/p",
        instance_id=node,
        cpu_milli=cpu,
        memory_bytes=mib * 1024 * 1024,
        start=start,
        end=end,
    )


def volume(start: int, end: int | None, gib: int, namespace: str, node: str) -> Usage:
    return VolumeUsage(
        volume_id=f"v-{start}",
        kind="root" if node else "pvc",
        volume_type="gp3",
        gib=gib,
        iops=gib * 10,
        start=start,
        end=end,
        namespace="" if node else namespace,
        owner="StatefulSet/db",
        instance_id=node,
    )


sizes = st.tuples(
    st.sampled_from(["0.25", "4"]), st.sampled_from(["0.5", "30"]), st.integers(20, 175)
)
direct = st.one_of(
    st.builds(fargate, moments, ends, sizes),
    st.builds(volume, moments, ends, st.integers(1, 500), st.sampled_from(["n", ""]), st.just("")),
    st.builds(
        lambda start, end, version: ControlPlaneUsage(
            cluster="c", version=version, start=start, end=end
        ),
        moments,
        ends,
        st.sampled_from(["1.33", "1.34", "1.35"]),
    ),
)
shared = st.one_of(
    st.builds(on_node, nodes, moments, ends, st.integers(0, 1930), st.integers(0, 7168)),
    st.builds(volume, moments, ends, st.integers(1, 100), st.just(""), nodes),
)
machines = st.lists(
    st.builds(
        instance, nodes, moments, ends, st.sampled_from(["m5.large", "t3.medium"]), st.booleans()
    ),
    max_size=3,
    unique_by=lambda usage: getattr(usage, "instance_id", ""),
)
worlds: st.SearchStrategy[list[Usage]] = st.tuples(
    machines, st.lists(direct, max_size=6), st.lists(shared, max_size=12)
).map(lambda parts: [usage for part in parts for usage in part])


def bill(usages: Sequence[Usage], start: int = START, end: int = END) -> Bill:
    return price(usages, PRICES, "us-east-1", start, end)


@given(worlds)
def test_lines_and_parts_add_up_to_the_total(usages: list[Usage]) -> None:
    found = bill(usages)
    assert sum(line.amount for line in found.lines) == found.total
    assert sum(found.by_service().values()) == found.total
    assert sum(part.amount for part in found.allocations) == found.total
    assert sum(found.by_owner().values()) == found.total


@given(worlds)
def test_nobody_is_paid_for_using(usages: list[Usage]) -> None:
    found = bill(usages)
    assert all(part.amount >= 0 for part in found.allocations)
    assert all(line.amount > 0 for line in found.lines)


@given(worlds, st.integers(0, 4 * 86400))
def test_two_periods_cost_what_one_does(usages: list[Usage], seconds: int) -> None:
    cut = START + seconds * SECOND
    parts = bill(usages, START, cut).total + bill(usages, cut, END).total
    rounding = TRILLIONTH * 4 * len(usages)
    assert abs(parts - bill(usages).total) <= rounding


@given(worlds, st.integers(0, 4 * 86400), st.integers(0, 4 * 86400))
def test_a_longer_period_never_costs_less(usages: list[Usage], one: int, other: int) -> None:
    short, long = sorted((one, other))
    first = bill(usages, START, START + short * SECOND).total
    assert first <= bill(usages, START, START + long * SECOND).total


@given(worlds, worlds)
def test_more_use_never_costs_less(usages: list[Usage], more: list[Usage]) -> None:
    assert bill(usages).total <= bill([*usages, *more]).total


@given(worlds)
def test_the_order_of_usage_changes_no_amount(usages: list[Usage]) -> None:
    there, back = bill(usages), bill(usages[::-1])
    assert there.total == back.total
    assert there.by_owner() == back.by_owner()
    assert [line.amount for line in there.lines] == [line.amount for line in back.lines]
