"""What VPA recommends: the rules one by one, and the laws.

Source: kubernetes/autoscaler vertical-pod-autoscaler docs and pkg/recommender.
"""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.vpa.amounts import MOST
from minieks.autoscale.vpa.policies import ContainerPolicy
from minieks.autoscale.vpa.recommending import (
    History,
    OomKill,
    PodLife,
    Sample,
    recommend,
    recommendations,
)
from minieks.engine.clock import DAY, HOUR, MINUTE, Micros

T0 = 20_000 * DAY
MIB = 1024 * 1024
LEAST = {"cpu": 25, "memory": 250 * MIB}


def steady(
    lasts: Micros, cpu: int = 500, memory: int = 1024 * MIB, container: str = "app"
) -> list[Sample]:
    return [
        Sample(T0 + after, "p", container, cpu, memory) for after in range(0, lasts + 1, MINUTE)
    ]


def target(samples: Sequence[Sample], *policies: ContainerPolicy) -> dict[str, int]:
    at = max(one.at for one in samples)
    return dict(recommend(History(samples), at, policies)["app"].target)


def test_the_target_is_the_bucket_s_end_and_15_percent() -> None:
    # Buckets are 5 % wide: the end is at most so much above what was used.
    found = target(steady(HOUR))
    assert 500 * 1.15 <= found["cpu"] <= 500 * 1.05 * 1.15 + 12
    assert 1024 * MIB * 1.15 <= found["memory"] <= 1024 * MIB * 1.15 * 1.06


def test_an_idle_container_gets_the_minimum() -> None:
    assert target(steady(HOUR, cpu=1, memory=MIB)) == LEAST


def test_the_minimum_is_shared_by_the_containers() -> None:
    samples = [*steady(HOUR, 1, MIB), *steady(HOUR, 1, MIB, "proxy")]
    assert target(samples) == {"cpu": 12, "memory": 125 * MIB}


def test_a_container_that_is_switched_off_has_no_share() -> None:
    samples = [*steady(HOUR, 1, MIB), *steady(HOUR, 1, MIB, "proxy")]
    assert target(samples, ContainerPolicy("proxy", is_off=True)) == LEAST


@pytest.mark.parametrize(
    ("lasts", "factor"),
    [(HOUR, 25.0), (DAY, 2.0), (7 * DAY, 8 / 7)],
    ids=["an hour", "a day", "a week"],
)
def test_the_upper_bound_comes_closer_with_time(lasts: Micros, factor: float) -> None:
    # VPA FAQ: no history: infinite; 24 h: twice; a week: 1.14 times.
    found = recommend(History(steady(lasts)), T0 + lasts)["app"]
    assert found.upper_bound["cpu"] == pytest.approx(found.target["cpu"] * factor, rel=0.002)


def test_one_sample_has_no_upper_bound() -> None:
    found = recommend(History(steady(0)), T0)["app"]
    assert found.upper_bound == {"cpu": MOST, "memory": MOST}
    assert found.lower_bound == LEAST


def test_a_container_without_samples_gets_the_minimum_everywhere() -> None:
    found = recommend(History(pods=[PodLife("p", ("app",))]), T0)["app"]
    assert found.target == found.lower_bound == found.upper_bound == LEAST


def test_without_containers_nothing_is_recommended() -> None:
    assert recommend(History(), T0) == {}


def test_of_memory_only_the_highest_use_of_a_day_counts() -> None:
    low = steady(2 * HOUR, memory=512 * MIB)
    once = [*low[:60], low[60]._replace(memory=2048 * MIB), *low[61:]]
    assert target(once)["memory"] == target(steady(2 * HOUR, memory=2048 * MIB))["memory"]


def test_a_zero_at_the_window_s_begin_hides_the_rest_of_it() -> None:
    samples = steady(2 * HOUR)
    assert target([samples[0]._replace(memory=0), *samples[1:]])["memory"] == LEAST["memory"]


def test_an_oom_kill_counts_as_more_than_was_there() -> None:
    samples = steady(HOUR, memory=1000 * MIB)
    kill = OomKill(T0 + HOUR, "p", "app", 1000 * MIB)
    after = recommend(History(samples, [kill]), T0 + HOUR)["app"].target["memory"]
    assert after >= 1000 * MIB * 1.2 * 1.15


def test_an_oom_kill_of_yesterday_s_window_is_too_late() -> None:
    samples = steady(HOUR)
    kill = OomKill(T0 - MINUTE, "p", "app", 4096 * MIB, seen=T0 + HOUR)
    assert recommend(History(samples, [kill]), T0 + HOUR) == recommend(History(samples), T0 + HOUR)


@pytest.mark.parametrize("again", [0, -MINUTE], ids=["the same time", "an earlier one"])
def test_cpu_that_is_not_later_is_dropped(again: Micros) -> None:
    samples = steady(HOUR)
    late = Sample(samples[-1].at + again, "p", "app", 50_000, None)
    assert target([*samples, late]) == target(samples)


def test_memory_of_the_same_time_counts() -> None:
    samples = steady(HOUR)
    again = samples[-1]._replace(memory=8192 * MIB)
    assert target([*samples, again])["memory"] > target(samples)["memory"]


def test_history_is_forgotten_eight_days_after_its_last_sample() -> None:
    lives = [PodLife("p", ("app",), deleted=T0 + 2 * HOUR)]
    history = History(steady(HOUR), pods=lives)
    end = T0 + HOUR + 8 * DAY
    before, at, after = recommendations(history, [end - MINUTE, end + HOUR, end + 2 * HOUR])
    assert before.containers
    assert at.containers, "it is collected after the run"
    assert not after.containers
    assert not after.pods_matched


def test_policies_bound_all_but_the_uncapped_target() -> None:
    policy = ContainerPolicy(min_allowed={"memory": 4096 * MIB}, max_allowed={"cpu": 200})
    found = recommend(History(steady(HOUR)), T0 + HOUR, [policy])["app"]
    assert found.target == {"cpu": 200, "memory": 4096 * MIB}
    assert found.upper_bound["cpu"] == found.lower_bound["cpu"] == 200
    assert found.uncapped_target["cpu"] > 500


def test_the_maximum_wins_over_the_minimum() -> None:
    policy = ContainerPolicy(min_allowed={"cpu": 800}, max_allowed={"cpu": 300})
    assert target(steady(HOUR), policy)["cpu"] == 300


def test_only_controlled_resources_are_recommended() -> None:
    assert target(steady(HOUR), ContainerPolicy(controlled_resources=("memory",))).keys() == {
        "memory"
    }


def test_the_own_policy_goes_before_the_one_for_all() -> None:
    all_of_them, own = ContainerPolicy(max_allowed={"cpu": 100}), ContainerPolicy("app")
    assert target(steady(HOUR), all_of_them, own)["cpu"] > 500


_USES = st.lists(
    st.tuples(st.integers(0, 64_000), st.integers(1, 1 << 36)), min_size=1, max_size=30
)


@given(_USES, st.integers(0, 20_000), st.integers(0, 1 << 34))
def test_who_uses_more_is_never_recommended_less(
    uses: list[tuple[int, int]], more_cpu: int, more_memory: int
) -> None:
    less = [Sample(T0 + n * MINUTE, "p", "app", *use) for n, use in enumerate(uses)]
    more = [
        one._replace(cpu=use[0] + more_cpu, memory=use[1] + more_memory)
        for one, use in zip(less, uses, strict=True)
    ]
    low, high = target(less), target(more)
    assert low["cpu"] <= high["cpu"]
    assert low["memory"] <= high["memory"]


@given(_USES, st.integers(1, 4000), st.integers(1, 1 << 34))
def test_a_recommendation_is_within_its_policy(
    uses: list[tuple[int, int]], cpu: int, memory: int
) -> None:
    policy = ContainerPolicy(
        min_allowed={"cpu": cpu, "memory": memory},
        max_allowed={"cpu": cpu * 2, "memory": memory * 2},
    )
    samples = [Sample(T0 + n * MINUTE, "p", "app", *use) for n, use in enumerate(uses)]
    found = recommend(History(samples), samples[-1].at, [policy])["app"]
    for bound in (found.target, found.lower_bound, found.upper_bound):
        assert cpu <= bound["cpu"] <= cpu * 2
        assert memory <= bound["memory"] <= memory * 2


@given(_USES)
def test_the_target_is_between_the_bounds(uses: list[tuple[int, int]]) -> None:
    samples = [Sample(T0 + n * MINUTE, "p", "app", *use) for n, use in enumerate(uses)]
    found = recommend(History(samples), samples[-1].at)["app"]
    for resource, amount in found.target.items():
        assert found.lower_bound[resource] <= amount <= found.upper_bound[resource]
