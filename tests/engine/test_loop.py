"""Control loops: deduplication, back-off, coming again."""

from collections.abc import Callable, Mapping

import pytest

from minieks.engine.clock import SECOND
from minieks.engine.engine import Engine
from minieks.engine.errors import EngineError
from minieks.engine.loop import SETTLED, Backoff, Result, Runner, Wakes
from minieks.engine.store import Store


class Recorded:
    """A loop that notes when it was called, and does what it is told."""

    name = "recorded"

    def __init__(self, engine: Engine, answer: Callable[[int], Result | None]) -> None:
        self.engine = engine
        self.answer = answer
        self.calls: list[tuple[float, str]] = []

    def watches(self) -> Mapping[str, Wakes]:
        return {"things": lambda change: [change.key]}

    def reconcile(self, key: str) -> Result | None:
        self.calls.append((self.engine.now() / SECOND, key))
        return self.answer(len(self.calls))


def _fails_until(success: int) -> Callable[[int], Result | None]:
    def answer(call: int) -> Result | None:
        if call < success:
            raise EngineError("not yet")
        return None

    return answer


def test_a_key_woken_often_is_reconciled_once() -> None:
    engine = Engine()
    loop = Recorded(engine, lambda call: None)
    runner = Runner(engine, loop)

    for _ in range(3):
        runner.wake("a")
    runner.wake("b")
    engine.run(until=SECOND)

    assert loop.calls == [(0, "a"), (0, "b")]


def test_a_loop_that_wakes_itself_runs_again() -> None:
    engine, store = Engine(), Store()

    def write_once(call: int) -> None:
        if call == 1:
            store.create("things", "a", {})

    loop = Recorded(engine, write_once)
    runner = Runner(engine, loop)
    runner.attach(store)

    runner.wake("a")
    engine.run(until=SECOND)

    assert loop.calls == [(0, "a"), (0, "a")]


def test_a_loop_comes_back_when_it_said_it_would() -> None:
    engine = Engine()
    loop = Recorded(engine, lambda call: Result(again_after=30) if call < 3 else Result())
    Runner(engine, loop).wake("a")

    engine.run(until=100 * SECOND)

    assert loop.calls == [(0, "a"), (30, "a"), (60, "a")]


def test_a_failing_key_backs_off_twice_as_long_each_time() -> None:
    engine = Engine()
    loop = Recorded(engine, _fails_until(5))
    Runner(engine, loop, Backoff(base=1, limit=3)).wake("a")

    engine.run(until=100 * SECOND)

    assert [at for at, _ in loop.calls] == [0, 1, 3, 6, 9]


def test_success_forgets_the_failures() -> None:
    engine = Engine()
    loop = Recorded(engine, _fails_until(3))
    runner = Runner(engine, loop, Backoff(base=1, limit=100))
    runner.wake("a")
    engine.run(until=10 * SECOND)
    loop.answer = _fails_until(5)

    runner.wake("a")
    engine.run(until=12 * SECOND)

    assert [at for at, _ in loop.calls] == [0, 1, 3, 10, 11]


def test_of_two_planned_returns_the_earlier_counts() -> None:
    engine = Engine()
    loop = Recorded(engine, lambda call: None)
    runner = Runner(engine, loop)
    runner.wake_after("a", 20)
    runner.wake_after("a", 10)
    runner.wake_after("a", 30)

    engine.run(until=60 * SECOND)

    assert loop.calls == [(10, "a")]


def test_a_mistake_in_a_loop_is_not_swallowed() -> None:
    engine = Engine()

    def broken(call: int) -> None:
        raise ZeroDivisionError

    Runner(engine, Recorded(engine, broken)).wake("a")

    with pytest.raises(ZeroDivisionError):
        engine.run(until=SECOND)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0.005), (2, 0.01), (10, 2.56), (100, 1000)])
def test_the_default_back_off_is_client_gos(failures: int, seconds: float) -> None:
    # client-go util/workqueue/default_rate_limiters.go: 5 ms doubled, at most 1000 s
    assert Backoff().seconds(failures) == pytest.approx(seconds)


def test_a_settled_reconcile_is_not_woken_by_its_own_writes() -> None:
    engine, store = Engine(), Store()

    def write(call: int) -> Result:
        store.create("things", "a", {})
        return SETTLED

    loop = Recorded(engine, write)
    runner = Runner(engine, loop)
    runner.attach(store)
    runner.wake("a")
    engine.run(until=SECOND)

    assert loop.calls == [(0, "a")]


def test_a_settled_reconcile_is_woken_by_what_others_write_at_the_same_moment() -> None:
    engine, store = Engine(), Store()

    def write_by_another(call: int) -> Result:
        if call == 1:
            engine.after(0, lambda: store.create("things", "a", {}))
        return SETTLED

    loop = Recorded(engine, write_by_another)
    runner = Runner(engine, loop)
    runner.attach(store)
    runner.wake("a")
    engine.run(until=SECOND)

    assert loop.calls == [(0, "a"), (0, "a")]


def test_a_settled_reconcile_of_one_key_may_wake_another() -> None:
    engine, store = Engine(), Store()

    def write(call: int) -> Result:
        if call == 1:
            store.create("things", "b", {})
        return SETTLED

    loop = Recorded(engine, write)
    runner = Runner(engine, loop)
    runner.attach(store)
    runner.wake("a")
    engine.run(until=SECOND)

    assert loop.calls == [(0, "a"), (0, "b")]
