"""Equal samples are taken in at one stroke, as if they had come one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.measuring import Measured
from minieks.engine.clock import DAY, HOUR, MINUTE

T0 = 20_000 * DAY


def container() -> tuple[Measured, Aggregate]:
    history = Aggregate(T0)
    return Measured(lambda at: history), history


@given(
    st.integers(0, 64_000),
    st.integers(0, 1 << 34),
    st.integers(1, 600),
    st.integers(0, 3 * DAY // MINUTE),
)
def test_a_series_is_its_samples(cpu: int, memory: int, count: int, offset: int) -> None:
    (one, single), (other, series) = container(), container()
    begin = T0 + offset * MINUTE
    for measured in (one, other):
        measured.add_cpu(100, begin)
        measured.add_memory(200 << 20, begin)
    for number in range(1, count + 1):
        one.add_cpu(cpu, begin + number * MINUTE)
        one.add_memory(memory, begin + number * MINUTE)
    # The higher use of a window is found by the sample before a series; here it is the first.
    other.add_cpu(cpu, begin + MINUTE)
    other.add_memory(memory, begin + MINUTE)
    if count > 1:
        other.repeat(cpu, memory, begin + 2 * MINUTE, MINUTE, count - 1)
    assert (series.count, series.first, series.last) == (single.count, single.first, single.last)
    assert series.cpu.weights == pytest.approx(single.cpu.weights, rel=1e-9)
    assert series.memory.weights == pytest.approx(single.memory.weights, rel=1e-9)
    assert other.window_end == one.window_end


def test_a_series_over_days_has_a_peak_for_each() -> None:
    measured, history = container()
    measured.add_memory(1 << 30, T0)
    measured.repeat(100, 1 << 30, T0 + MINUTE, MINUTE, 3 * 24 * 60)
    assert measured.window_end == T0 + 4 * DAY
    bucket = history.memory.buckets.find(float(1 << 30))
    assert history.memory.weights[bucket] == pytest.approx(1 + 2 + 4 + 8)


def test_a_kill_counts_by_usage_not_by_an_earlier_guess() -> None:
    measured, _ = container()
    measured.add_memory(1000, T0)
    measured.record_oom(T0 + HOUR, 1 << 30)
    first = measured.oom_peak
    measured.record_oom(T0 + 2 * HOUR, 1 << 30)
    assert measured.oom_peak == first == int((1 << 30) * 1.2)
