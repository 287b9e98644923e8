"""How often Python looks for cycles of garbage while a command is loaded, and while it runs.

A run makes millions of small dicts and next to no cycles, and so does the loading of modules: with
Python's own thresholds a tenth of the time goes into looking through them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (2_000_000, 20, 100)
"""New objects before the youngest are searched, and such searches before the older ones are."""


@contextmanager
def relaxed() -> Iterator[None]:
    """For a while, leave what is loaded out of the search for garbage, and search more seldom."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        # What the run made is old by now, and so not the first thing to be searched.
        gc.freeze()
        gc.unfreeze()
        gc.set_threshold(*before)
