"""A cluster's time follows the wall clock; the wall here is the test's."""

import asyncio
from collections.abc import Iterator

import pytest

from minieks.engine.clock import SECOND, VirtualClock, WallClock
from minieks.engine.engine import Engine
from minieks.serve import pump as module
from minieks.serve.pump import Pump


class Wall:
    """Nanoseconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 0

    def monotonic_ns(self) -> int:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += int(seconds * 1e9)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    found = Wall()
    monkeypatch.setattr(
        module, "WallClock", lambda start, speed: WallClock(start, speed, found.monotonic_ns)
    )
    return found


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    found = asyncio.new_event_loop()
    yield found
    found.close()


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(asyncio.sleep(0))


def test_what_is_due_now_is_run_in_the_next_turn(loop: asyncio.AbstractEventLoop) -> None:
    engine, done = Engine(VirtualClock(SECOND)), list[int]()
    pump = Pump(loop, engine, 0)
    pump.start()
    engine.at(SECOND, lambda: done.append(engine.now()))

    pump.nudge()
    assert done == []
    _turn(loop)

    assert done == [SECOND]


def test_an_event_is_run_at_its_own_moment_however_late(
    loop: asyncio.AbstractEventLoop, wall: Wall
) -> None:
    engine, done = Engine(VirtualClock()), list[int]()
    engine.after(30, lambda: done.append(engine.now()))
    pump = Pump(loop, engine, speed=60)
    pump.start()

    wall.pass_(1)
    engine.at(0, lambda: None)
    pump.nudge()
    _turn(loop)

    assert done == [30 * SECOND]
    assert engine.now() == 60 * SECOND


def test_a_request_finds_the_present_time(loop: asyncio.AbstractEventLoop, wall: Wall) -> None:
    engine = Engine(VirtualClock())
    pump = Pump(loop, engine, speed=2)
    pump.start()
    engine.after(100, lambda: None)

    wall.pass_(10)
    pump.catch_up()

    assert engine.now() == 20 * SECOND


def test_time_does_not_overtake_what_is_due(loop: asyncio.AbstractEventLoop, wall: Wall) -> None:
    engine = Engine(VirtualClock())
    pump = Pump(loop, engine, speed=1)
    pump.start()
    engine.after(5, lambda: None)

    wall.pass_(10)
    pump.catch_up()

    assert engine.now() == 0


def test_a_cluster_that_cannot_keep_up_goes_slower(
    loop: asyncio.AbstractEventLoop, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 0.0)
    engine = Engine(VirtualClock())
    pump = Pump(loop, engine, speed=1)
    for second in range(100):
        engine.at(second * SECOND, lambda: None)
    pump.start()

    wall.pass_(100)
    _turn(loop)
    pump.stop()

    assert engine.now() < 3 * SECOND
    assert pump._wall.now() - engine.now() <= SECOND


def test_standing_still_it_advances_when_told(loop: asyncio.AbstractEventLoop) -> None:
    engine, done, told = Engine(VirtualClock()), list[int](), list[int]()
    pump = Pump(loop, engine, 0, lambda: told.append(engine.now()))
    pump.start()
    engine.after(60, lambda: done.append(engine.now()))

    _turn(loop)
    assert done == []
    loop.run_until_complete(pump.advance(90 * SECOND))

    assert done == [60 * SECOND]
    assert engine.now() == 90 * SECOND
    assert told == [90 * SECOND]


def test_stopped_nothing_is_run(loop: asyncio.AbstractEventLoop) -> None:
    engine, done = Engine(VirtualClock()), list[str]()
    pump = Pump(loop, engine, 0)
    pump.start()
    engine.after(0, lambda: done.append("run"))
    pump.nudge()
    pump.stop()

    _turn(loop)

    assert done == []


def test_time_jumps_while_something_is_under_way(
    loop: asyncio.AbstractEventLoop, wall: Wall
) -> None:
    engine, done = Engine(VirtualClock()), list[int]()
    for minute in (1, 2, 3):
        engine.at(minute * 60 * SECOND, lambda: done.append(engine.now()))
    pump = Pump(loop, engine, 1, under_way=lambda: len(done) < 2)
    pump.start()

    _turn(loop)
    _turn(loop)
    assert done == [60 * SECOND, 120 * SECOND]

    wall.pass_(60)
    pump.nudge()
    _turn(loop)
    pump.catch_up()
    assert engine.now() == 120 * SECOND
    engine.soon(lambda: None)
    pump.nudge()
    _turn(loop)
    assert done[2:] == [180 * SECOND]
