"""Parts of an engine: one time, separate ends."""

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.part import Part


def test_parts_share_the_time_and_its_order() -> None:
    engine, done = Engine(VirtualClock()), list[str]()
    one, two = Part(engine), Part(engine)
    two.after(2, lambda: done.append("two"))
    one.after(1, lambda: done.append("one"))
    one.soon(lambda: done.append("soon"))

    engine.run(2 * SECOND)

    assert done == ["soon", "one", "two"]
    assert one.now() == two.now() == 2 * SECOND


def test_what_a_closed_part_planned_does_not_happen() -> None:
    engine, done = Engine(VirtualClock()), list[str]()
    one, two = Part(engine), Part(engine)
    for part, name in ((one, "one"), (two, "two")):
        part.soon(lambda name=name: done.append(name))  # type: ignore[misc]  # mypy asks for a def
        part.after(5, lambda name=name: done.append(name))  # type: ignore[misc]

    one.close()
    engine.run(10 * SECOND)

    assert done == ["two", "two"]


def test_a_timer_of_a_part_can_be_cancelled() -> None:
    engine, done = Engine(VirtualClock()), list[str]()
    Part(engine).after(1, lambda: done.append("done")).cancel()

    engine.run(2 * SECOND)

    assert done == []


def test_parts_draw_from_one_stream() -> None:
    engine = Engine(seed=7)

    drawn = [Part(engine).random("names").random() for _ in range(2)]

    assert drawn[0] != drawn[1]
