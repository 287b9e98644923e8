"""The engine: order of events, timers, clocks, seeded chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import SECOND, VirtualClock, WallClock, micros
from minieks.engine.engine import Engine


def test_events_run_by_time_and_then_by_insertion() -> None:
    engine, seen = Engine(), list[str]()
    engine.after(2, lambda: seen.append("late"))
    engine.after(1, lambda: seen.append("first of two"))
    engine.after(1, lambda: seen.append("second of two"))

    engine.run(until=3 * SECOND)

    assert seen == ["first of two", "second of two", "late"]
    assert engine.now() == 3 * SECOND


@given(st.lists(st.integers(0, 50)))
def test_time_never_goes_back(moments: list[int]) -> None:
    engine, seen = Engine(), list[int]()
    for moment in moments:
        engine.at(moment, lambda: seen.append(engine.now()))

    engine.run(until=100)

    assert seen == sorted(moments)


def test_an_event_may_plan_another_at_the_same_moment() -> None:
    engine, seen = Engine(), list[int]()

    def plan() -> None:
        engine.after(0, lambda: seen.append(engine.now()))

    engine.after(1, plan)

    engine.run(until=SECOND)

    assert seen == [SECOND]


def test_a_moment_already_past_means_as_soon_as_possible() -> None:
    engine, seen = Engine(VirtualClock(10 * SECOND)), list[int]()
    engine.at(3 * SECOND, lambda: seen.append(engine.now()))

    engine.run(until=10 * SECOND)

    assert seen == [10 * SECOND]


def test_a_cancelled_timer_does_nothing() -> None:
    engine, seen = Engine(), list[str]()
    timer = engine.after(1, lambda: seen.append("fired"))
    timer.cancel()

    engine.run(until=2 * SECOND)

    assert seen == []


def test_settle_runs_what_is_due_now_and_nothing_later() -> None:
    engine, seen = Engine(), list[str]()
    engine.after(0, lambda: seen.append("now"))
    engine.after(1, lambda: seen.append("later"))

    engine.settle()

    assert seen == ["now"]
    assert engine.next_due() == SECOND


def test_the_same_seed_gives_the_same_chance_and_streams_are_apart() -> None:
    one, two, other = Engine(seed=7), Engine(seed=7), Engine(seed=8)
    two.random("names").random()

    assert one.random("uids").random() == two.random("uids").random()
    assert one.random("names").random() != other.random("names").random()


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_the_wall_clock_runs_at_its_speed(speed: float) -> None:
    ticks = iter([0, 2_000_000_000, 2_000_000_000])
    clock = WallClock(start=100, speed=speed, monotonic_ns=lambda: next(ticks))

    assert clock.now() == 100 + micros(2 * speed)
    assert clock.seconds_until(100 + micros(3 * speed)) == pytest.approx(1.0)


def test_what_is_to_be_done_soon_comes_after_what_waits_for_the_moment_and_before_later() -> None:
    engine = Engine(VirtualClock(100))
    seen: list[str] = []

    def first() -> None:
        seen.append("first")
        engine.soon(lambda: seen.append("soon"))
        engine.at(engine.now(), lambda: seen.append("after soon"))

    engine.at(110, first)
    engine.at(110, lambda: seen.append("second"))
    engine.at(111, lambda: seen.append("later"))
    engine.run(120)
    assert seen == ["first", "second", "soon", "after soon", "later"]


def test_what_is_to_be_done_soon_can_be_cancelled_and_counts_as_due_now() -> None:
    engine = Engine(VirtualClock(100))
    seen: list[str] = []
    timer = engine.soon(lambda: seen.append("cancelled"))
    assert engine.next_due() == 100
    timer.cancel()
    engine.settle()
    assert seen == []
