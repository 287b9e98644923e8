"""Prices: own, stand-in, refused, and the user's."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.data.instance_types import all_types
from minieks.data.price_file import parse
from minieks.data.prices import PriceList
from minieks.data.regions import all_regions
from minieks.engine.errors import UserError

PRICES = PriceList()


@pytest.mark.parametrize(
    ("region", "instance_type", "amount", "estimated"),
    [
        ("us-east-1", "m5.large", "0.096", False),
        ("us-east-1", "t3.medium", "0.0416", False),
        ("eu-west-1", "t3.medium", "0.0456", False),
        ("eu-west-1", "m5.2xlarge", "0.428", True),  # derived from m5.large of that region
        ("eu-west-1", "m6i.large", "0.096", True),  # us-east-1's
        ("us-gov-west-1", "m5.large", "0.121", False),
    ],
)
def test_instances(region: str, instance_type: str, amount: str, estimated: bool) -> None:
    price = PRICES.instance_hour(region, instance_type)
    assert (price.amount, price.estimated) == (Decimal(amount), estimated)


def test_a_type_sold_only_elsewhere_has_that_price_as_an_estimate() -> None:
    # Not offered in us-east-1 on demand in 2026-07.
    price = PRICES.instance_hour("eu-west-1", "hpc7a.96xlarge")
    assert price.estimated
    assert "us-gov" in price.source


@pytest.mark.parametrize(
    ("region", "instance_type", "amount"),
    [
        ("us-east-1", "m5.large", "0.0396"),  # seen
        ("us-east-1", "m6i.large", "0.0384"),  # 60 % off by default
        ("eu-central-1", "m5.large", "0.0414"),  # 64 % off 0.115
    ],
)
def test_spot_is_on_demand_less_a_discount(region: str, instance_type: str, amount: str) -> None:
    price = PRICES.spot_hour(region, instance_type)
    assert (price.amount, price.estimated) == (Decimal(amount), True)


@pytest.mark.parametrize(
    ("item", "region", "amount", "estimated"),
    [
        ("fargate_vcpu_hour", "us-east-1", "0.04048", False),
        ("fargate_gb_hour", "ap-northeast-1", "0.00553", False),
        ("fargate_vcpu_hour", "eu-north-1", "0.04048", True),
        ("eks_cluster_hour", "eu-north-1", "0.10", False),  # the same everywhere
        ("eks_cluster_hour", "us-gov-west-1", "0.10", True),  # ... among commercial regions
        ("ebs_gb_month.gp3", "ap-northeast-1", "0.096", False),
        ("ebs_gb_month.gp2", "eu-west-1", "0.10", True),
        ("nat_gateway_hour", "us-east-1", "0.045", False),
        ("egress_gb.first_10_tb", "sa-east-1", "0.15", False),
    ],
)
def test_items(item: str, region: str, amount: str, estimated: bool) -> None:
    price = PRICES.of(item, region)
    assert (price.amount, price.estimated) == (Decimal(amount), estimated)
    assert price.source


ITEMS = (
    "eks_cluster_hour",
    "eks_extended_support_hour",
    "fargate_vcpu_hour",
    "fargate_gb_hour",
    "fargate_ephemeral_gb_hour",
    "ebs_gb_month.gp3",
    "ebs_iops_month.gp3",
    "ebs_throughput_mibps_month.gp3",
)


def test_a_price_is_never_zero_or_without_source() -> None:
    for region in all_regions():
        for price in (
            *(PRICES.of(item, region.name) for item in ITEMS),
            PRICES.spot_hour(region.name, "m5.large"),
        ):
            assert price.amount > 0
            assert price.source


def test_every_type_has_a_price_or_is_refused() -> None:
    refused = []
    for known in all_types():
        try:
            assert PRICES.instance_hour("us-east-1", known.name).amount > 0
        except UserError as error:
            refused.append(error)
    assert len(refused) < 30  # macs, which run no Kubernetes, and a few reserved ones
    assert all("price file" in error.hint for error in refused)


@pytest.mark.parametrize(
    ("item", "region", "message"),
    [
        ("alb_hours", "us-east-1", "no price is known for 'alb_hours' in any region"),
        ("alb_hour", "us-east-9", "there is no AWS region 'us-east-9' with EKS"),
    ],
)
def test_the_unknown_is_refused(item: str, region: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        PRICES.of(item, region)
    assert refused.value.message == message
    assert "did you mean" in refused.value.hint


def own(tmp_path: Path, prices: dict[str, Any], **changes: Any) -> Path:
    path = tmp_path / "prices.json"
    head = {"format": "minieks-prices/1", "currency": "USD", "as_of": "2026-11-01"}
    path.write_text(json.dumps({**head, "prices": prices, **changes}))
    return path


def test_the_users_prices_come_first(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        {
            "fargate_vcpu_hour": {"eu-north-1": 0.0445, "us-east-1": "0.03"},
            "instance_hour.m6i.large": {"eu-west-1": {"amount": "0.107", "source": "offer file"}},
            "spot_hour.m5.large": {"us-east-1": "0.031"},
            "spot_discount": {"*": "0.5"},
            "instance_hour.mac1.metal": {"*": "1.083"},
        },
    )
    prices = PriceList.load(path)
    assert prices.of("fargate_vcpu_hour", "eu-north-1").amount == Decimal("0.0445")
    assert not prices.of("fargate_vcpu_hour", "eu-north-1").estimated
    assert prices.of("fargate_vcpu_hour", "us-east-1").amount == Decimal("0.03")
    assert prices.instance_hour("eu-west-1", "m6i.large").source == "offer file"
    assert prices.spot_hour("us-east-1", "m5.large").amount == Decimal("0.031")
    assert not prices.spot_hour("us-east-1", "m5.large").estimated
    assert prices.spot_hour("us-east-1", "m6i.large").amount == Decimal("0.048")
    assert prices.instance_hour("eu-west-1", "mac1.metal").amount == Decimal("1.083")
    assert prices.instance_hour("us-east-1", "m5.large") == PRICES.instance_hour(
        "us-east-1", "m5.large"
    )
    assert prices.as_of == "2026-11-01"


def test_a_general_price_does_not_hide_a_regions_own(tmp_path: Path) -> None:
    prices = PriceList.load(own(tmp_path, {"alb_hour": {"*": "0.02"}}))
    assert prices.of("alb_hour", "eu-west-1").amount == Decimal("0.0252")
    assert prices.of("alb_hour", "eu-west-2").amount == Decimal("0.02")


@pytest.mark.parametrize(
    ("prices", "place", "message"),
    [
        ({"fargate_cpu": {}}, "prices.fargate_cpu", "there is no item 'fargate_cpu'"),
        ({"alb_hour": {"eu-wst-1": "1"}}, "prices.alb_hour.eu-wst-1", "there is no AWS region"),
        ({"alb_hour": {"eu-west-1": "free"}}, "prices.alb_hour.eu-west-1", "'free' is no amount"),
        ({"alb_hour": {"eu-west-1": -1}}, "prices.alb_hour.eu-west-1", "-1 is no amount"),
        ({"alb_hour": {"eu-west-1": "NaN"}}, "prices.alb_hour.eu-west-1", "'NaN' is no amount"),
        ({"alb_hour": {"eu-west-1": "1e9"}}, "prices.alb_hour.eu-west-1", "'1e9' is no amount"),
        ({"alb_hour": {"eu-west-1": True}}, "prices.alb_hour.eu-west-1", "True is no amount"),
        ({"alb_hour": {"eu-west-1": {}}}, "prices.alb_hour.eu-west-1", "None is no amount"),
        ({"alb_hour": 1}, "prices.alb_hour", "is not a table"),
        ({"instance_hour.m5.larg": {}}, "instance_hour.m5.larg", "there is no EC2 instance type"),
        ({"spot_discount": {"*": "60"}}, "prices.spot_discount.*", "60 is no discount"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    tmp_path: Path, prices: dict[str, Any], place: str, message: str
) -> None:
    path = own(tmp_path, prices)
    with pytest.raises(UserError) as refused:
        PriceList.load(path)
    assert refused.value.where.startswith(str(path))
    assert refused.value.where.endswith(place)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a table"),
        ("{}", "format is None"),
        ('{"format": "minieks-prices/1", "currency": "CNY"}', "currency is 'CNY'"),
        ('{"format": "minieks-prices/1", "currency": "USD"}', "is not a table"),
    ],
)
def test_what_is_no_price_file_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "prices.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=message) as refused:
        PriceList.load(path)
    assert refused.value.where.startswith(str(path))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("alb_hour"), inner),
)


@given(json_values)
def test_any_document_is_read_or_refused(prices: Any) -> None:
    document = {"format": "minieks-prices/1", "currency": "USD", "prices": prices}
    places = ["file"]
    try:
        parse(document, "file", {"alb_hour"}.__contains__)
    except UserError as error:
        places.append(error.where)
    assert all(place.startswith("file") for place in places)
