"""What single things cost: figures published elsewhere, as tables."""

from decimal import Decimal

import pytest

from minieks.cost.bill import Bill, price
from minieks.cost.money import cents
from minieks.cost.usage import (
    ControlPlaneUsage,
    FargatePodUsage,
    InstanceUsage,
    Usage,
    VolumeUsage,
)
from minieks.data.prices import PriceList
from minieks.engine.clock import HOUR, SECOND
from minieks.engine.errors import UserError
from minieks.kube.words.times import parse

START = parse("2026-10-01T00:00:00Z")
MONTH = 730 * HOUR
PRICES = PriceList()


def bill(*usages: Usage, hours: int = 730, region: str = "us-east-1") -> Bill:
    return price(usages, PRICES, region, START, START + hours * HOUR)


def pod(vcpu: str, gib: str, end: int | None = None, name: str = "p") -> FargatePodUsage:
    return FargatePodUsage(
        namespace="default",
        pod=name,
        workload="Deployment/p",
        profile="fp",
        vcpu=Decimal(vcpu),
        memory_gib=Decimal(gib),
        start=START,
        end=end,
    )


def instance(name: str, type_: str = "t3.medium", purchase: str = "on-demand") -> InstanceUsage:
    return InstanceUsage(
        instance_id=name,
        instance_type=type_,
        zone="us-east-1a",
        start=START,
        purchase="spot" if purchase == "spot" else "on-demand",
    )


def root(name: str, gib: int = 20, volume_type: str = "gp3", iops: int = 0) -> VolumeUsage:
    return VolumeUsage(
        volume_id=f"vol-{name}",
        kind="root",
        volume_type=volume_type,
        gib=gib,
        iops=iops,
        start=START,
        instance_id=name,
    )


def cluster(version: str = "1.34", start: int = START, extended: bool = True) -> ControlPlaneUsage:
    return ControlPlaneUsage(cluster="c", version=version, start=start, extended_support=extended)


# AWS Fargate pricing page, us-east-1, Linux on x86: vCPU, GiB, an hour, 730 hours, a minute.
FARGATE = [
    ("0.25", "0.5", "0.0123425", "9.01", "0.00020571"),
    ("0.25", "1", "0.014565", "10.63", "0.00024275"),
    ("0.25", "2", "0.01901", "13.88", "0.00031683"),
    ("0.5", "1", "0.024685", "18.02", "0.00041142"),
    ("0.5", "4", "0.03802", "27.75", "0.00063367"),
    ("1", "2", "0.04937", "36.04", "0.00082283"),
    ("1", "8", "0.07604", "55.51", "0.00126733"),
    ("2", "4", "0.09874", "72.08", "0.00164567"),
    ("2", "16", "0.15208", "111.02", "0.00253467"),
    ("4", "8", "0.19748", "144.16", "0.00329133"),
    ("4", "30", "0.29527", "215.55", "0.00492117"),
    ("8", "16", "0.39496", "288.32", "0.00658267"),
    ("8", "60", "0.59054", "431.09", "0.00984233"),
    ("16", "32", "0.78992", "576.64", "0.01316533"),
    ("16", "120", "1.18108", "862.19", "0.01968467"),
]


@pytest.mark.parametrize(
    ("vcpu", "gib", "hour", "month", "minute"), FARGATE, ids=[f"{c}/{g}" for c, g, *_ in FARGATE]
)
def test_fargate_sizes(vcpu: str, gib: str, hour: str, month: str, minute: str) -> None:
    assert bill(pod(vcpu, gib), hours=1).total == Decimal(hour)
    assert cents(bill(pod(vcpu, gib)).total) == Decimal(month)
    assert round(bill(pod(vcpu, gib, START + SECOND)).total, 8) == Decimal(minute)


# Seconds used, seconds billed (AWS Fargate and Amazon EC2 pricing pages).
@pytest.mark.parametrize(
    ("micros", "billed"),
    [(1, 60), (59 * SECOND, 60), (60 * SECOND, 60), (60 * SECOND + 1, 61), (3600 * SECOND, 3600)],
    ids=["a microsecond", "59 s", "60 s", "just over 60 s", "an hour"],
)
def test_seconds_are_rounded_up_and_a_minute_is_the_least(micros: int, billed: int) -> None:
    memory, _ = bill(pod("1", "2", START + micros)).lines
    assert memory.usage_type == "USE1-Fargate-GB-Hours"
    assert memory.quantity * 3600 == 2 * billed


# Setups and their sums for 730 hours in us-east-1.
T3_NODES: list[Usage] = [use for n in ("a", "b", "c") for use in (instance(n), root(n))]
SPOT_NODES: list[Usage] = [
    use for n in ("a", "b", "c") for use in (instance(n, purchase="spot"), root(n))
]
SETUPS: list[tuple[str, list[Usage], str]] = [
    ("empty cluster", [cluster()], "73.00"),
    ("extended support", [cluster("1.31")], "438.00"),
    ("CoreDNS", [pod("0.25", "0.5", name="a"), pod("0.25", "0.5", name="b")], "18.02"),
    ("three nodes", [cluster(), *T3_NODES], "168.90"),
    ("three Spot nodes", [cluster(), *SPOT_NODES], "112.40"),
]


@pytest.mark.parametrize(
    ("usages", "total"), [(u, t) for _, u, t in SETUPS], ids=[name for name, *_ in SETUPS]
)
def test_monthly_bills(usages: list[Usage], total: str) -> None:
    assert cents(bill(*usages).total) == Decimal(total)


# Lines of real Cost Explorer and CUR exports: micros of an hour, version, amount.
@pytest.mark.parametrize(
    ("start", "hours", "usage_type", "amount"),
    [
        ("2026-08-01T00:00:00Z", "1488", "perCluster", "148.80"),
        ("2026-08-01T00:00:00Z", "11.174742", "perCluster", "1.1174742"),
        ("2026-08-01T00:00:00Z", "72", "extendedSupport", "36.00"),
        ("2026-08-01T00:00:00Z", "9.768626", "extendedSupport", "4.884313"),
    ],
)
def test_cluster_hours_are_not_rounded(
    start: str, hours: str, usage_type: str, amount: str
) -> None:
    begin = parse(start)
    end = begin + int(Decimal(hours) * HOUR)
    found = price([cluster("1.32", begin)], PRICES, "us-east-1", begin, end)
    [line] = [line for line in found.lines if line.usage_type.endswith(usage_type)]
    assert abs(line.quantity - Decimal(hours)) < Decimal("1e-9")
    assert round(line.amount, 7) == Decimal(amount)


# Days in extended support during October 2026 (31 days), by version.
@pytest.mark.parametrize(
    ("version", "extended", "hours"),
    [
        ("1.33", True, 744),  # standard support ended 2026-07-29
        ("1.34", True, 0),  # ends 2026-12-02
        ("1.33", False, 0),  # upgradePolicy STANDARD
        ("1.20", True, 0),  # had no extended support
    ],
)
def test_extended_support_hours(version: str, extended: bool, hours: int) -> None:
    found = bill(cluster(version, extended=extended), hours=744)
    lines = [line for line in found.lines if line.usage_type.endswith(":extendedSupport")]
    assert sum(line.quantity for line in lines) == hours


def test_extended_support_was_free_before_april_2024() -> None:
    start = parse("2024-03-31T00:00:00Z")
    # 1.24 left standard support on 2024-01-31.
    found = price([cluster("1.24", start)], PRICES, "us-east-1", start, start + 48 * HOUR)
    [line] = [line for line in found.lines if line.usage_type.endswith(":extendedSupport")]
    assert line.quantity == 24


EVERYTHING: list[Usage] = [
    cluster(),
    pod("0.25", "0.5"),
    instance("i", "m5.large"),
    instance("s", "m5.large", "spot"),
    root("i"),
    root("s", volume_type="io1", iops=100),
]


# EC2 and EBS leave the prefix out in us-east-1 (AWS Price List and public usage type tables).
@pytest.mark.parametrize(
    ("region", "names"),
    [
        (
            "us-east-1",
            "USE1-AmazonEKS-Hours:perCluster USE1-Fargate-GB-Hours USE1-Fargate-vCPU-Hours:perCPU"
            " BoxUsage:m5.large SpotUsage:m5.large EBS:VolumeP-IOPS.piops EBS:VolumeUsage.gp3"
            " EBS:VolumeUsage.piops",
        ),
        (
            "eu-west-1",
            "EU-AmazonEKS-Hours:perCluster EU-Fargate-GB-Hours EU-Fargate-vCPU-Hours:perCPU"
            " EU-BoxUsage:m5.large EU-SpotUsage:m5.large EU-EBS:VolumeP-IOPS.piops"
            " EU-EBS:VolumeUsage.gp3 EU-EBS:VolumeUsage.piops",
        ),
        (
            "ap-south-1",
            "APS3-AmazonEKS-Hours:perCluster APS3-Fargate-GB-Hours"
            " APS3-Fargate-vCPU-Hours:perCPU APS3-BoxUsage:m5.large APS3-SpotUsage:m5.large"
            " APS3-EBS:VolumeP-IOPS.piops APS3-EBS:VolumeUsage.gp3 APS3-EBS:VolumeUsage.piops",
        ),
    ],
)
def test_usage_types(region: str, names: str) -> None:
    found = [line.usage_type for line in bill(*EVERYTHING, region=region).lines]
    assert found == names.split()


def test_windows_costs_its_licence() -> None:
    windows = InstanceUsage(
        instance_id="w", instance_type="m5.large", zone="", start=START, windows=True
    )
    [line] = bill(windows, instance("l", "m5.large"), hours=1).lines[1:]
    # 0.096 + 2 vCPU x 0.046: what AWS lists for m5.large with Windows is 0.188.
    assert line.amount == Decimal("0.188")
    assert line.estimated


def test_a_region_without_its_own_price_is_estimated() -> None:
    found = bill(pod("0.25", "0.5"), region="eu-north-1", hours=1)
    [memory, cpu] = found.lines
    assert memory.estimated
    assert cpu.unit_price == Decimal("0.04048")
    assert "for want of eu-north-1" in cpu.source
    [warning] = found.warnings()
    assert "EUN1-Fargate-GB-Hours, EUN1-Fargate-vCPU-Hours:perCPU" in warning
    assert "price file" in warning


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        (instance("i", "m5.huge"), "there is no EC2 instance type 'm5.huge'"),
        (instance("i", "mac1.metal"), "no price of mac1.metal is known in any region"),
        (root("v", volume_type="gp9"), "there is no EBS volume type 'gp9'"),
        (cluster("1.99"), "Amazon EKS has no Kubernetes version '1.99'"),
    ],
)
def test_the_unknown_is_refused_never_free(usage: Usage, message: str) -> None:
    with pytest.raises(UserError) as refused:
        bill(usage)
    assert refused.value.message == message
    assert refused.value.hint


def test_nothing_used_costs_nothing() -> None:
    empty = bill()
    assert empty.total == 0
    assert empty.lines == ()
    assert empty.warnings() == []
