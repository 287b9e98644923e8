"""Timings: fixed or drawn, found by name, replaced by the user."""

from random import Random
from statistics import median, quantiles

import pytest

from minieks.data.timings import Timing, Timings, timing_names
from minieks.engine.errors import UserError


def test_the_fargate_delay_has_the_median_and_the_tail_that_were_observed() -> None:
    delay = Timings().of("fargate_schedule_delay")
    chance = Random(7)
    drawn = [delay.sample(chance) for _ in range(20_000)]
    assert median(drawn) == pytest.approx(40, rel=0.03)
    assert quantiles(drawn, n=20)[18] == pytest.approx(90, rel=0.04)
    assert min(drawn) > 0


@pytest.mark.parametrize("timing", [Timing(10), Timing(10, 10), Timing(10, 5), Timing(0, 5)])
def test_a_fixed_timing_asks_for_no_chance(timing: Timing) -> None:
    chance = Random(1)
    before = chance.getstate()
    assert timing.sample(chance) == timing.median
    assert chance.getstate() == before


@pytest.mark.parametrize(
    ("family", "same_as"),
    [
        ("AmazonLinux2023", "AmazonLinux2023"),
        ("AmazonLinux2", "AmazonLinux2"),
        ("Bottlerocket", "Bottlerocket"),
        ("Ubuntu2404", "Ubuntu"),
        ("WindowsServer2022CoreContainer", "Windows"),
        ("", "AmazonLinux2023"),
    ],
)
def test_boot_time_by_ami_family(family: str, same_as: str) -> None:
    timings = Timings()
    assert timings.instance_ready(family) == timings.of(f"instance_ready.{same_as}")


def test_every_timing_has_a_source_and_is_possible() -> None:
    timings = Timings()
    for name in timing_names():
        timing = timings.of(name)
        assert timing.source
        assert timing.median >= 0
        assert timing.p95 is None or timing.p95 >= timing.median


def test_the_users_own_figures_come_first() -> None:
    mine = Timing(3)
    changed = Timings({"container_start": mine, "instance_ready.Ubuntu": mine})
    assert changed.of("container_start") == mine
    assert changed.instance_ready("Ubuntu2204") == mine
    assert changed.of("sandbox_creation") == Timings().of("sandbox_creation")


def test_an_unknown_timing_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError) as refused:
        Timings({"container_stat": Timing(1)})
    assert "container_start" in refused.value.hint
