"""States that are over after some time: a record with ``due`` goes on when that moment has come."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from minieks.engine.clock import SECOND, Micros
from minieks.engine.engine import Engine
from minieks.engine.loop import Result, Runner, Wakes
from minieks.engine.store import Change, Store
from minieks.kube.words.objects import Obj

GoOn: TypeAlias = Callable[[str, Obj], None]
"""Takes a record by its key a step further; must take ``due`` away, or set a later one."""


class Transitions:
    """Lets records of some collections go on; its keys are a collection and a record's key."""

    name = "eks-states"

    def __init__(self, store: Store, now: Callable[[], Micros], steps: Mapping[str, GoOn]) -> None:
        self._store = store
        self._now = now
        self._steps = steps

    def watches(self) -> Mapping[str, Wakes]:
        """The collections that have such states."""
        return dict.fromkeys(self._steps, _key)

    def reconcile(self, key: str) -> Result | None:
        """Take a record further if its time has come."""
        collection, _, of_record = key.partition(" ")
        record = self._store.get(collection, of_record)
        if record is None or "due" not in record:
            return None
        if self._now() < record["due"]:
            return Result(again_after=(record["due"] - self._now()) / SECOND)
        self._steps[collection](of_record, record)
        return None


def _key(change: Change) -> tuple[str, ...]:
    if change.type == "DELETED" or "due" not in change.value:
        return ()
    return (f"{change.collection} {change.key}",)


def follow(engine: Engine, store: Store, steps: Mapping[str, GoOn]) -> None:
    """Let the records of a store go on from now on."""
    loop = Transitions(store, engine.now, steps)
    runner = Runner(engine, loop)
    runner.attach(store)
    for collection in steps:
        for key in store.keys(collection):
            runner.wake(f"{collection} {key}")


def settled(record: Obj, **changes: object) -> Obj:
    """The record with some members changed, and nothing left to wait for."""
    return {**{key: value for key, value in record.items() if key != "due"}, **changes}
