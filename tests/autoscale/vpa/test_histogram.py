"""Histograms: buckets 5 % apart, weights that halve in a day, percentiles at ends of buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.vpa.buckets import CPU, MEMORY, Buckets
from minieks.autoscale.vpa.histogram import Histogram
from minieks.engine.clock import DAY, HOUR

T0 = 20_000 * DAY


def histogram(*samples: tuple[float, int]) -> Histogram:
    made = Histogram(CPU)
    for value, at in samples:
        made.add(value, 0.1, at)
    return made


@pytest.mark.parametrize("buckets", [CPU, MEMORY], ids=["cpu", "memory"])
def test_there_are_176_buckets(buckets: Buckets) -> None:
    assert buckets.count == len(buckets.starts) == 176


@pytest.mark.parametrize(
    ("cores", "bucket"),
    [(0, 0), (0.009, 0), (0.01, 1), (0.0204, 1), (0.021, 2), (1000.0, 174), (1e9, 175)],
)
def test_the_bucket_of_a_value(cores: float, bucket: int) -> None:
    assert CPU.find(cores) == bucket


@given(st.floats(0, 1100), st.floats(0, 1100))
def test_larger_values_are_never_in_lower_buckets(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert CPU.find(low) <= CPU.find(high)


def test_a_percentile_is_the_end_of_a_bucket() -> None:
    made = histogram((0.005, T0), (0.5, T0), (0.5, T0), (0.5, T0))
    end = CPU.starts[CPU.find(0.5) + 1]
    assert made.percentiles((0.25, 0.5, 1.0)) == [CPU.starts[1], end, end]


def test_the_last_bucket_has_no_end() -> None:
    assert histogram((5000.0, T0)).percentiles((0.9,)) == [CPU.starts[-1]]


def test_without_samples_every_percentile_is_0() -> None:
    assert Histogram(CPU).percentiles((0.5, 0.9)) == [0.0, 0.0]


def test_a_sample_weighs_half_of_one_a_day_later() -> None:
    made = histogram((0.5, T0), (2.0, T0 + DAY))
    assert made.weights[CPU.find(2.0)] == 2 * made.weights[CPU.find(0.5)]


def test_the_reference_is_the_nearest_midnight() -> None:
    assert histogram((1.0, T0 + 11 * HOUR)).reference == T0
    assert histogram((1.0, T0 + 12 * HOUR)).reference == T0 + DAY


def test_the_reference_moves_before_weights_grow_without_end() -> None:
    made = histogram((0.5, T0), (2.0, T0 + 101 * DAY))
    assert made.reference == T0 + 101 * DAY
    assert made.lowest == made.highest == CPU.find(2.0)


def test_what_is_subtracted_is_gone() -> None:
    made = histogram((0.5, T0), (2.0, T0))
    made.subtract(2.0, 0.1, T0)
    assert made.percentiles((1.0,)) == histogram((0.5, T0)).percentiles((1.0,))


def test_merging_moves_the_older_reference() -> None:
    old, young = histogram((0.5, T0)), histogram((2.0, T0 + 3 * DAY))
    both = old.copy()
    both.merge(young)
    assert both.reference == T0 + 3 * DAY
    assert both.weights[CPU.find(0.5)] == 0.1 / 8


def test_merging_with_nothing_changes_nothing() -> None:
    made = histogram((0.5, T0))
    made.merge(Histogram(CPU))
    assert made.percentiles((0.9,)) == histogram((0.5, T0)).percentiles((0.9,))


@given(st.lists(st.tuples(st.floats(0, 64), st.integers(0, 20 * DAY)), min_size=1, max_size=20))
def test_percentiles_grow_with_their_fraction(samples: list[tuple[float, int]]) -> None:
    made = histogram(*((value, T0 + after) for value, after in samples))
    found = made.percentiles((0.1, 0.5, 0.9, 0.95, 1.0))
    assert found == sorted(found)
