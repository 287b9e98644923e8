"""What an Auto Scaling group does next. Source: Amazon EC2 Auto Scaling user guide."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.nodegroups.asg import (
    ALL_ON_DEMAND,
    ALL_SPOT,
    ON_DEMAND,
    SPOT,
    Lifecycle,
    Member,
    Mix,
    count_by_zone,
    is_unbalanced,
    lifecycle_to_launch,
    to_terminate,
    types_to_launch,
    zones_to_launch,
)

ZONES = ("a", "b", "c")


def members(text: str, lifecycle: Lifecycle = ON_DEMAND) -> list[Member]:
    """One member a letter, which is its zone; the first is the oldest."""
    return [
        Member(f"i-{index}", zone, lifecycle, launched_at=index) for index, zone in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("present", "zone"),
    [("", "a"), ("a", "b"), ("ab", "c"), ("abc", "a"), ("bbc", "a"), ("ac", "b")],
)
def test_the_emptiest_zone_gets_the_next_instance(present: str, zone: str) -> None:
    assert zones_to_launch(ZONES, members(present))[0] == zone


@pytest.mark.parametrize(
    ("present", "unbalanced"),
    [("", False), ("a", False), ("aa", True), ("aab", True), ("aabc", False)],
)
def test_zones_that_differ_by_two_are_rebalanced(present: str, unbalanced: bool) -> None:
    assert is_unbalanced(ZONES, members(present)) is unbalanced


def test_the_oldest_instance_of_the_fullest_zone_goes() -> None:
    found = to_terminate(ZONES, members("abbc"))
    assert found is not None
    assert found.instance_id == "i-1"


def test_instances_of_an_older_template_go_first() -> None:
    old = Member("i-new", "a", launched_at=9, template_version=1)
    young = Member("i-old", "a", launched_at=1, template_version=2)
    assert to_terminate(ZONES, [young, old]) == old


def test_a_protected_instance_stays() -> None:
    kept = Member("i-0", "a", protected=True)
    other = Member("i-1", "b")
    assert to_terminate(ZONES, [kept, other]) == other
    assert to_terminate(ZONES, [kept]) is None


def test_termination_keeps_the_mix() -> None:
    mixed = [Member("i-0", "a", SPOT), Member("i-1", "a", ON_DEMAND, launched_at=1)]
    kept_base = to_terminate(("a",), mixed, Mix(1, 0))
    assert kept_base is not None
    assert kept_base.lifecycle == SPOT
    none_wanted = to_terminate(("a",), mixed, ALL_SPOT)
    assert none_wanted is not None
    assert none_wanted.lifecycle == ON_DEMAND


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        pytest.param(ALL_ON_DEMAND, "OOOO", id="on demand"),
        pytest.param(ALL_SPOT, "SSSS", id="spot"),
        pytest.param(Mix(2, 0), "OOSS", id="base of two"),
        pytest.param(Mix(0, 50), "OSOS", id="half"),
        pytest.param(Mix(1, 25), "OOSSSOSS", id="base of one, then a quarter rounded up"),
    ],
)
def test_the_mix_of_on_demand_and_spot(mix: Mix, expected: str) -> None:
    launched: list[Member] = []
    for index in range(len(expected)):
        launched.append(Member(f"i-{index}", "a", lifecycle_to_launch(launched, mix)))
    assert "".join(one.lifecycle[0].upper() for one in launched) == expected


def test_on_demand_takes_the_first_type_and_spot_the_cheapest() -> None:
    prices = {
        "m5.large": Decimal("0.04"),
        "m5a.large": Decimal("0.03"),
        "m4.large": Decimal("0.05"),
    }
    types = tuple(prices)
    assert types_to_launch(types, ON_DEMAND, prices.__getitem__)[0] == "m5.large"
    assert types_to_launch(types, SPOT, prices.__getitem__)[0] == "m5a.large"


@given(st.integers(1, 5), st.lists(st.booleans(), max_size=60))
def test_zones_stay_within_one_of_each_other(zone_count: int, ups: list[bool]) -> None:
    zones = tuple(f"z{index}" for index in range(zone_count))
    present: list[Member] = []
    for index, up in enumerate(ups):
        if up:
            zone = zones_to_launch(zones, present)[0]
            present.append(Member(f"i-{index}", zone, launched_at=index))
        else:
            gone = to_terminate(zones, present)
            present = [member for member in present if member != gone]
        counts = count_by_zone(zones, present).values()
        assert max(counts) - min(counts) <= 1


@given(st.integers(0, 10), st.integers(0, 100), st.integers(0, 40))
def test_the_mix_is_kept_at_every_size(base: int, percent: int, size: int) -> None:
    mix = Mix(base, percent)
    launched: list[Member] = []
    for index in range(size):
        launched.append(Member(f"i-{index}", "a", lifecycle_to_launch(launched, mix)))
    on_demand = sum(one.lifecycle == ON_DEMAND for one in launched)
    assert on_demand == mix.on_demand_of(size)
