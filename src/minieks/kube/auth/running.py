"""Starts control loops in a cluster that is there already."""

from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Change, Store
from minieks.kube.words.objects import key


def start(engine: Engine, store: Store, loop: Loop) -> Runner:
    """Run the loop from now on; it hears of every object there is as if it came now."""
    runner = Runner(engine, loop)
    runner.attach(store)
    for collection, wakes in loop.watches().items():
        for value in store.values(collection):
            for woken in wakes(Change(store.revision, collection, key(value), "ADDED", value)):
                runner.wake(woken if isinstance(woken, str) else woken.key)
    return runner
