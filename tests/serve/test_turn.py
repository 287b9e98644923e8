"""Nothing is told before it is kept."""

import asyncio
from collections.abc import Iterator

import pytest

from minieks.serve.turn import Turn


class Keeper:
    """Keeps a list of what happened, with the commits in it."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.dirty = False

    def unsaved(self) -> bool:
        return self.dirty

    def commit(self) -> None:
        self.dirty = False
        self.happened.append("commit")


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    found = asyncio.new_event_loop()
    yield found
    found.close()


def test_without_a_keeper_it_is_told_at_once(loop: asyncio.AbstractEventLoop) -> None:
    told = list[str]()

    Turn(loop).say(lambda: told.append("told"))

    assert told == ["told"]


def test_a_read_is_told_at_once_if_all_is_kept(
    loop: asyncio.AbstractEventLoop,
) -> None:
    keeper = Keeper()

    Turn(loop, keeper).say(lambda: keeper.happened.append("told"))

    assert keeper.happened == ["told"]


def test_all_writes_of_a_turn_are_kept_by_one_commit_and_then_told_in_order(
    loop: asyncio.AbstractEventLoop,
) -> None:
    keeper = Keeper()
    turn = Turn(loop, keeper)

    async def happen() -> None:
        keeper.dirty = True
        for number in range(3):
            turn.say(lambda number=number: keeper.happened.append(f"told {number}"))  # type: ignore[misc]  # mypy asks for a def
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    loop.run_until_complete(happen())

    assert keeper.happened == ["commit", "told 0", "told 1", "told 2"]


def test_a_read_after_a_write_waits_for_its_commit(
    loop: asyncio.AbstractEventLoop,
) -> None:
    keeper = Keeper()
    turn = Turn(loop, keeper)
    keeper.dirty = True

    turn.say(lambda: keeper.happened.append("write"))
    turn.say(lambda: keeper.happened.append("read"))
    assert keeper.happened == []
    loop.run_until_complete(asyncio.sleep(0))

    assert keeper.happened == ["commit", "write", "read"]


def test_what_nobody_asked_for_is_kept_too(
    loop: asyncio.AbstractEventLoop,
) -> None:
    keeper = Keeper()
    keeper.dirty = True

    Turn(loop, keeper).plan()
    loop.run_until_complete(asyncio.sleep(0))

    assert keeper.happened == ["commit"]


def test_each_place_keeps_what_is_its_own(loop: asyncio.AbstractEventLoop) -> None:
    one, two, gone = Keeper(), Keeper(), Keeper()
    turn = Turn(loop, one)
    for keeper in (two, gone):
        turn.keep(keeper)
    turn.forget(gone)
    two.dirty = gone.dirty = True

    turn.say(lambda: two.happened.append("told"))
    loop.run_until_complete(asyncio.sleep(0))

    assert (one.happened, two.happened, gone.happened) == ([], ["commit", "told"], [])
