"""Curves hold between changes, and tell when the next change comes."""

from datetime import time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import DAY, HOUR, MINUTE, SECOND, Micros
from minieks.kube.words import times
from minieks.load.curves import (
    Constant,
    Curve,
    Noise,
    Point,
    Repeated,
    Spikes,
    Steps,
    TimeOfDay,
    Weekly,
    staircase,
)

MONDAY = times.parse("2026-11-23T00:00:00Z")
NIGHT_AND_DAY = (TimeOfDay(time(8), 100.0), TimeOfDay(time(20), 20.0))
BERLIN = Weekly((NIGHT_AND_DAY,) * 7, ZoneInfo("Europe/Berlin"), even=False)
EVEN = Weekly((NIGHT_AND_DAY,) * 5 + ((TimeOfDay(time(12), 10.0),),) * 2)
STEPS = Steps((Point(MONDAY, 1.0), Point(MONDAY + HOUR, 5.0), Point(MONDAY + 2 * HOUR, 2.0)))
CURVES = {
    "constant": Constant(3.0),
    "steps": STEPS,
    "daily in Berlin": BERLIN,
    "weekly": EVEN,
    "repeated": Repeated(STEPS, MONDAY, 3 * HOUR),
    "a spike": Spikes(STEPS, MONDAY + 90 * MINUTE, 20 * MINUTE, 3.0),
    "spikes": Spikes(EVEN, MONDAY + HOUR, 10 * MINUTE, 3.0, 6 * HOUR),
    "noise": Noise(STEPS, 0.1, 5 * MINUTE, "1"),
}


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES.keys())
@given(start=st.integers(-3 * DAY, 10 * DAY), inside=st.floats(0, 0.999999))
def test_a_curve_is_the_same_until_its_next_change(
    curve: Curve, start: Micros, inside: float
) -> None:
    moment = MONDAY + start
    change = curve.next_change(moment)
    assert change is None or change > moment
    until = moment + DAY if change is None else change
    assert curve.at(moment + int((until - moment) * inside)) == curve.at(moment)


@pytest.mark.parametrize(
    ("moment", "value"),
    [
        ("2026-11-23T06:59:59Z", 20.0),
        ("2026-11-23T07:00:00Z", 100.0),
        ("2026-11-23T19:00:00Z", 20.0),
        # Summer time: the clocks in Berlin show eight an hour earlier.
        ("2026-07-06T06:00:00Z", 100.0),
        ("2026-03-29T05:59:59Z", 20.0),
        ("2026-03-29T06:00:00Z", 100.0),
    ],
)
def test_times_of_day_are_those_that_clocks_show(moment: str, value: float) -> None:
    assert BERLIN.at(times.parse(moment)) == value


def test_days_of_the_week_have_their_own_times() -> None:
    assert EVEN.at(MONDAY + 8 * HOUR) == pytest.approx(98, abs=2)
    assert EVEN.at(MONDAY + 5 * DAY + 12 * HOUR) == pytest.approx(10, abs=0.5)


def test_what_rises_evenly_is_a_staircase_of_steps_below_the_tolerance() -> None:
    steps = list(staircase([Point(0, 20.0), Point(HOUR, 100.0)]))
    heights = [point.value for point in steps]
    assert heights == sorted(heights)
    assert max(other - one for one, other in pairwise(heights)) <= 5.0
    assert len(steps) < 25


def test_a_step_of_a_ramp_is_never_shorter_than_a_scrape() -> None:
    steps = list(staircase([Point(0, 1.0), Point(MINUTE, 1000.0)]))
    assert [point.at for point in steps] == [0, 15 * SECOND, 30 * SECOND, 45 * SECOND, MINUTE]


def test_noise_is_the_same_for_the_same_seed() -> None:
    one, same = Noise(Constant(100), 0.1, MINUTE, "7"), Noise(Constant(100), 0.1, MINUTE, "7")
    other = Noise(Constant(100), 0.1, MINUTE, "8")
    moments = [MONDAY + number * MINUTE for number in range(50)]
    assert [one.at(at) for at in moments] == [same.at(at) for at in moments]
    assert [one.at(at) for at in moments] != [other.at(at) for at in moments]
    assert all(90 <= one.at(at) <= 110 for at in moments)
