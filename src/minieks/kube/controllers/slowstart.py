"""Creation in batches of 1, 2, 4, …: what all would be refused is tried once, not a thousand times.

Source: kubernetes pkg/controller/replicaset/replica_set.go (slowStartBatch).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from minieks.kube.api.errors import ApiError

T = TypeVar("T")


def slow_start(items: Sequence[T], create: Callable[[T], None]) -> tuple[int, ApiError | None]:
    """Create in growing batches until one has a failure; how many succeeded, and that failure."""
    done, at, size = 0, 0, 1
    while at < len(items):
        succeeded, failure = _batch(items[at : at + size], create)
        done += succeeded
        if failure is not None:
            return done, failure
        at, size = at + size, size * 2
    return done, None


def _batch(items: Sequence[T], create: Callable[[T], None]) -> tuple[int, ApiError | None]:
    done, first = 0, None
    for item in items:
        try:
            create(item)
            done += 1
        except ApiError as error:
            first = first or error
    return done, first
