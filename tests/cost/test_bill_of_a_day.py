"""A day worked out by hand: every line of the bill agrees to the cent, and beyond."""

from decimal import Decimal

import pytest

from minieks.cost.bill import Bill, price
from minieks.cost.money import cents
from minieks.cost.usage import (
    ControlPlaneUsage,
    FargatePodUsage,
    InstanceUsage,
    PodOnNodeUsage,
    Usage,
    VolumeUsage,
)
from minieks.data.prices import PriceList
from minieks.engine.clock import DAY, HOUR, MINUTE, SECOND
from minieks.kube.words.times import parse

# 2026-12-01T00:00Z to 2026-12-02T12:00Z. Kubernetes 1.34 leaves standard support on 2026-12-02.
START = parse("2026-12-01T00:00:00Z")
END = START + DAY + 12 * HOUR
MIB = 1024 * 1024


def fargate(pod: str, size: tuple[str, str], start: int, end: int | None) -> FargatePodUsage:
    return FargatePodUsage(
        namespace="shop",
        pod=pod,
        workload="Deployment/web",
        profile="shop",
        vcpu=Decimal(size[0]),
        memory_gib=Decimal(size[1]),
        start=start,
        end=end,
        ephemeral_gib=Decimal(115) if pod == "big" else Decimal(20),
    )


def node(name: str, instance_type: str, purchase: str, start: int) -> list[Usage]:
    return [
        InstanceUsage(
            instance_id=name,
            instance_type=instance_type,
            zone="us-east-1a",
            start=start,
            purchase="spot" if purchase == "spot" else "on-demand",
            node_group="workers",
            cpu_milli=1930,
            memory_bytes=6903 * MIB,
        ),
        VolumeUsage(
            volume_id=f"vol-{name}",
            kind="root",
            volume_type="gp3",
            gib=20,
            start=start,
            instance_id=name,
        ),
    ]


USAGES: list[Usage] = [
    ControlPlaneUsage(cluster="shop", version="1.34", start=START),
    # Runs the whole period.
    fargate("web-1", ("0.25", "0.5"), START, None),
    # 2 h 0 min 0.4 s: 7201 s.
    fargate("big", ("1", "2"), START + HOUR, START + 3 * HOUR + 400_000),
    # 5 s: the minute's minimum.
    fargate("short", ("0.25", "0.5"), START, START + 5 * SECOND),
    *node("i-1", "m5.large", "on-demand", START),
    *node("i-2", "m5.large", "spot", START + 12 * HOUR),
    VolumeUsage(
        volume_id="pvc-1",
        kind="pvc",
        volume_type="gp3",
        gib=100,
        iops=4000,
        throughput=250,
        start=START,
        namespace="shop",
        owner="StatefulSet/db",
    ),
    PodOnNodeUsage(
        namespace="shop",
        pod="db-0",
        workload="StatefulSet/db",
        instance_id="i-1",
        cpu_milli=965,  # half of 1930
        memory_bytes=100 * MIB,
        start=START,
    ),
]


@pytest.fixture(scope="module")
def bill() -> Bill:
    return price(USAGES, PriceList(), "us-east-1", START, END)


# Usage type: quantity, price, amount, worked out in the comment above.
LINES = {
    # 36 h x 0.10
    "USE1-AmazonEKS-Hours:perCluster": ("36", "0.10", "3.60"),
    # the 12 h of 2026-12-02 x 0.50
    "USE1-AmazonEKS-Hours:extendedSupport": ("12", "0.50", "6.00"),
    # web-1: 36 h x 0.25 = 9; big: 7201 s x 1 / 3600 = 2.000277..; short: 60 s x 0.25 / 3600 =
    # 0.0041666..; together 11.0044444 vCPU-h x 0.04048 = 0.44546
    "USE1-Fargate-vCPU-Hours:perCPU": ("11.0044444", "0.04048", "0.4454599"),
    # web-1: 36 x 0.5 = 18; big: 7201 x 2 / 3600 = 4.000555..; short: 60 x 0.5 / 3600 = 0.008333..;
    # together 22.0088889 GB-h x 0.004445 = 0.0978295
    "USE1-Fargate-GB-Hours": ("22.0088889", "0.004445", "0.0978295"),
    # big: (115 - 20) GB x 7201 s / 3600 = 190.0263889 GB-h x 0.000111 = 0.0210929
    "USE1-Fargate-EphemeralStorage-GB-Hours": ("190.0263889", "0.000111", "0.0210929"),
    # i-1: 36 h x 0.096
    "BoxUsage:m5.large": ("36", "0.096", "3.456"),
    # i-2: 24 h x 0.0396 (58.75 % below 0.096)
    "SpotUsage:m5.large": ("24", "0.0396", "0.9504"),
    # roots 20 GB x (36 + 24) h = 1200 GB-h, claim 100 x 36 = 3600 GB-h; 4800 / 730 = 6.5753425
    # GB-Mo x 0.08 = 0.5260274
    "EBS:VolumeUsage.gp3": ("6.5753425", "0.08", "0.5260274"),
    # 1000 IOPS above 3000 x 36 / 730 = 49.3150685 x 0.005 = 0.2465753
    "EBS:VolumeP-IOPS.gp3": ("49.3150685", "0.005", "0.2465753"),
    # 125 MiB/s above 125 x 36 / 730 = 6.1643836 x 0.04 = 0.2465753
    "EBS:VolumeP-Throughput.gp3": ("6.1643836", "0.04", "0.2465753"),
}


def test_the_bill_has_these_lines_and_no_others(bill: Bill) -> None:
    assert {line.usage_type for line in bill.lines} == set(LINES)


@pytest.mark.parametrize("usage_type", LINES)
def test_each_line_agrees(bill: Bill, usage_type: str) -> None:
    quantity, unit_price, amount = map(Decimal, LINES[usage_type])
    [line] = [line for line in bill.lines if line.usage_type == usage_type]
    assert round(line.quantity, 7) == quantity
    assert line.unit_price == unit_price
    assert round(line.amount, 7) == amount


def test_services_and_total(bill: Bill) -> None:
    assert {name: cents(amount) for name, amount in bill.by_service().items()} == {
        "Amazon EKS": Decimal("9.60"),
        "AWS Fargate": Decimal("0.56"),  # 0.4454599 + 0.0978295 + 0.0210929
        "Amazon EC2": Decimal("4.41"),  # 3.456 + 0.9504
        "Amazon EBS": Decimal("1.02"),  # 0.5260274 + 0.2465753 + 0.2465753
    }
    # 3.60 + 6.00 + 0.4454599 + 0.0978295 + 0.0210929 + 3.456 + 0.9504 + 1.0191780
    assert round(bill.total, 6) == Decimal("15.589960")


def test_everybody_gets_a_part(bill: Bill) -> None:
    pods = {pod: round(amount, 6) for (_, pod), amount in bill.by_pod().items()}
    assert pods == {
        # 36 h x (0.25 x 0.04048 + 0.5 x 0.004445) = 36 x 0.0123425
        "web-1": Decimal("0.444330"),
        # 7201 / 3600 x (0.04048 + 2 x 0.004445) + 0.0210929 = 2.0002778 x 0.04937 + 0.0210929
        "big": Decimal("0.119847"),
        # one minute of 0.0123425 an hour
        "short": Decimal("0.000206"),
        # half of i-1: (3.456 + 20 x 36 / 730 x 0.08) / 2 = (3.456 + 0.0789041) / 2
        "db-0": Decimal("1.767452"),
    }
    # the claim: 100 x 36 / 730 x 0.08 + 0.2465753 + 0.2465753
    assert round(bill.of_kind("volume"), 6) == Decimal("0.887671")
    # half of i-1, and all of i-2: 0.9504 + 20 x 24 / 730 x 0.08
    assert round(bill.of_kind("idle"), 6) == Decimal("2.770455")
    assert bill.of_kind("control-plane") == Decimal("9.6")


def test_groups_pay_for_machines_and_root_volumes(bill: Bill) -> None:
    amounts = {group: round(amount, 6) for group, amount in bill.by_group.items()}
    assert amounts == {
        ("fargate", "shop"): Decimal("0.564382"),
        # 3.456 + 0.9504 + 1200 / 730 x 0.08
        ("nodegroup", "workers"): Decimal("4.537907"),
    }


def test_a_month_has_730_hours(bill: Bill) -> None:
    # 3.60 in 36 h: 0.10 x 730
    assert cents(bill.monthly(bill.lines[1].amount)) == Decimal("73.00")
    assert bill.lines[1].usage_type == "USE1-AmazonEKS-Hours:perCluster"


def test_parts_and_lines_add_up_to_the_total_exactly(bill: Bill) -> None:
    assert sum(line.amount for line in bill.lines) == bill.total
    assert sum(part.amount for part in bill.allocations) == bill.total
    assert sum(bill.by_owner().values()) == bill.total


def test_only_what_is_modelled_is_estimated(bill: Bill) -> None:
    assert [line.usage_type for line in bill.lines if line.estimated] == ["SpotUsage:m5.large"]
    assert bill.warnings() == [
        "estimated, by a model (Spot discount, Windows licence): SpotUsage:m5.large"
    ]


def test_a_minute_is_charged_for_five_seconds() -> None:
    [pod] = [usage for usage in USAGES if isinstance(usage, FargatePodUsage) and usage.end][1:]
    bill = price([pod], PriceList(), "us-east-1", START, START + MINUTE)
    assert round(bill.total, 8) == Decimal("0.00020571")
