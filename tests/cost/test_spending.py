"""What is spent over time adds up to the bill."""

from decimal import Decimal

import pytest

from minieks.cost.bill import price
from minieks.cost.billed_time import Period
from minieks.cost.spending import spending
from minieks.cost.usage import ControlPlaneUsage, FargatePodUsage, InstanceUsage, Usage
from minieks.data.prices import PriceList
from minieks.engine.clock import HOUR, MINUTE, SECOND, Micros

NOON: Micros = 1_795_392_000 * SECOND
USAGES: list[Usage] = [
    ControlPlaneUsage(cluster="c", version="1.34", start=NOON - HOUR),
    InstanceUsage(
        instance_id="i-1", instance_type="m5.large", zone="a", start=NOON, end=NOON + 3 * HOUR
    ),
    FargatePodUsage(
        namespace="n",
        pod="p",
        workload="w",
        profile="f",
        vcpu=Decimal("0.25"),
        memory_gib=Decimal(1),
        start=NOON + 90 * MINUTE,
    ),
]


def test_spending_over_time_is_the_bill() -> None:
    ends = NOON + 5 * HOUR
    found = spending(USAGES, PriceList(), "us-east-1", Period(NOON, ends))
    bill = price(USAGES, PriceList(), "us-east-1", NOON, ends)

    moments = [*(at for at, _ in found), ends]
    spent = sum(
        rate * (after - at) / HOUR for (at, rate), after in zip(found, moments[1:], strict=True)
    )
    assert spent == pytest.approx(float(bill.total), rel=1e-6)
    # The instance comes at once, the pod later, and the instance goes.
    assert [at for at, _ in found] == [NOON, NOON + 90 * MINUTE, NOON + 3 * HOUR]
    assert found[0][1] == pytest.approx(0.1 + 0.096)
