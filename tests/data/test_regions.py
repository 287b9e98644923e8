"""Regions: zones, names in a bill, and what is refused."""

import pytest

from minieks.data.regions import all_regions, find_region, zones
from minieks.engine.errors import UserError


@pytest.mark.parametrize(
    ("region", "suffixes"),
    [
        ("us-east-1", "abcdf"),  # e (use1-az3) takes no cluster
        ("us-west-1", "ac"),  # two of three for each account
        ("us-west-2", "abcd"),
        ("ap-northeast-1", "acd"),
        ("ca-central-1", "abd"),
        ("eu-central-1", "abc"),
    ],
)
def test_zones(region: str, suffixes: str) -> None:
    assert zones(region) == tuple(region + suffix for suffix in suffixes)


@pytest.mark.parametrize(
    ("zone", "is_there"),
    [("us-east-1a", True), ("us-east-1e", True), ("us-east-1g", False), ("us-east-2a", False)],
)
def test_has_zone(zone: str, is_there: bool) -> None:
    assert find_region("us-east-1").has_zone(zone) is is_there


# Prefixes of usage types in the AWS Price List: Ireland has no number, Mumbai is APS3.
@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("us-east-1", "USE1"),
        ("eu-west-1", "EU"),
        ("eu-west-2", "EUW2"),
        ("eu-central-1", "EUC1"),
        ("ap-south-1", "APS3"),
        ("ap-southeast-3", "APS4"),
        ("us-gov-west-1", "UGW1"),
    ],
)
def test_usage_prefix(region: str, prefix: str) -> None:
    assert find_region(region).usage_prefix == prefix


@pytest.mark.parametrize(
    ("region", "suffix", "partition", "fargate"),
    [
        ("us-east-1", "ec2.internal", "aws", True),
        ("eu-west-1", "eu-west-1.compute.internal", "aws", True),
        ("us-gov-east-1", "us-gov-east-1.compute.internal", "aws-us-gov", False),
        ("cn-north-1", "cn-north-1.compute.internal", "aws-cn", True),
    ],
)
def test_names_and_offers(region: str, suffix: str, partition: str, fargate: bool) -> None:
    found = find_region(region)
    assert found.private_dns_suffix == suffix
    assert found.partition == partition
    assert found.has_fargate is fargate


def test_every_region_has_at_least_two_zones_and_its_own_prefix() -> None:
    regions = all_regions()
    assert len(regions) == 38  # 34 commercial, 2 GovCloud, 2 China
    assert all(len(region.zones) >= 2 for region in regions)
    assert len({region.usage_prefix for region in regions}) == len(regions)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("us-eastt-1", "did you mean us-east-1"),
        ("US-EAST-1", "did you mean us-east-1"),
        ("mars", "a region looks like us-east-1"),
    ],
)
def test_an_unknown_region_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UserError) as refused:
        zones(name)
    assert refused.value.message == f"there is no AWS region {name!r} with EKS"
    assert hint in refused.value.hint


# Amazon EC2 user guide, "Regions and Zones"; which name stands for which ID differs by account.
@pytest.mark.parametrize(
    ("zone", "zone_id"),
    [
        ("us-east-1a", "use1-az1"),
        ("us-east-1c", "use1-az4"),  # use1-az3 takes no cluster
        ("us-east-1e", "use1-az3"),
        ("eu-central-1b", "euc1-az2"),
        ("ap-northeast-1d", "apne1-az4"),
        ("ap-southeast-2a", "apse2-az1"),
        ("us-gov-west-1a", "usgw1-az1"),
    ],
)
def test_zone_id(zone: str, zone_id: str) -> None:
    assert find_region(zone[:-1]).zone_id(zone) == zone_id


def test_zone_ids_are_different_in_a_region() -> None:
    for region in all_regions():
        there = (*region.zones, *region.other_zones)
        assert len({region.zone_id(zone) for zone in there}) == len(there)
