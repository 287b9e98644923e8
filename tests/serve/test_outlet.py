"""What a stream tells is sent in batches, and a client that does not read is given up."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from minieks.serve import outlet as module
from minieks.serve import wire
from minieks.serve.outlet import Outlet
from minieks.serve.turn import Turn


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return False

    def behind(self, size: int) -> None:
        self.waiting = size


class Stage:
    """An outlet with its loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.transport = Transport()
        self.over: list[bool] = []
        self.outlet = Outlet(
            self.transport,
            Turn(self.loop),
            chunked=True,
            fell_behind=wire.FELL_BEHIND,
            over=self.over.append,
        )

    def play(self, *actions: Callable[[], None]) -> None:
        """All in one turn of the loop, and then the next."""

        async def acted() -> None:
            for action in actions:
                action()
            await asyncio.sleep(0)

        self.loop.run_until_complete(acted())


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(module, "GAP", 0.0)
    found = Stage()
    yield found
    found.loop.close()


def test_the_chunks_of_a_turn_go_out_together(stage: Stage) -> None:
    outlet = stage.outlet

    stage.play(
        lambda: outlet.begin(b"head "), lambda: outlet.send(b"one "), lambda: outlet.send(b"two")
    )

    assert stage.transport.written == [b"head " + wire.chunk(b"one two")]


def test_a_busy_stream_is_flushed_a_little_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GAP", 3600.0)

    stage.play(lambda: stage.outlet.send(b"one"))
    for _ in range(3):
        stage.play(lambda: stage.outlet.send(b"more"))

    assert stage.transport.written == [wire.chunk(b"one")]


def test_the_end_is_told_once(stage: Stage) -> None:
    stage.play(lambda: stage.outlet.send(b"last"), stage.outlet.end, stage.outlet.end)
    stage.play(lambda: stage.outlet.send(b"too late"))

    assert stage.transport.written == [wire.chunk(b"last") + wire.LAST_CHUNK]
    assert stage.over == [True]


def test_a_client_that_does_not_read_gets_nothing_more_until_it_does(stage: Stage) -> None:
    stage.play(stage.outlet.pause, lambda: stage.outlet.send(b"one"))
    assert stage.transport.written == []
    assert stage.transport.waiting == 3

    stage.play(lambda: stage.outlet.send(b"two"), stage.outlet.resume)
    assert stage.transport.written == [wire.chunk(b"onetwo")]
    assert stage.transport.waiting == 0


def test_a_client_that_falls_behind_is_told_410_and_nothing_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT", 10)
    stage.play(stage.outlet.pause, lambda: stage.outlet.send(b"x" * 8))
    assert stage.over == []

    stage.play(lambda: stage.outlet.send(b"y" * 8), lambda: stage.outlet.send(b"z"))

    assert stage.transport.written == [wire.chunk(wire.FELL_BEHIND) + wire.LAST_CHUNK]
    assert b'"code":410' in wire.FELL_BEHIND
    assert stage.over == [False]


def test_closed_it_is_silent(stage: Stage) -> None:
    stage.play(lambda: stage.outlet.send(b"one"), stage.outlet.close, stage.outlet.end)

    assert stage.transport.written == []
    assert stage.over == []
