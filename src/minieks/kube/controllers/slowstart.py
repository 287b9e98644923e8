"""Creation in batches of 1, 2, 4, …: what all would be refused is tried once, not a thousand times.

Source: kubernetes pkg/controller/replicaset/replica_set.go (slowStartBatch).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from minieks.kube.api.admission.namespace_lifecycle import is_terminating_refusal
from minieks.kube.api.errors import ApiError, Forbidden

T = TypeVar("T")


def is_for_good(error: ApiError) -> bool:
    """Whether a creation was refused because its namespace is going away: nothing to tell of."""
    return isinstance(error, Forbidden) and is_terminating_refusal(error)


def burst(items: Sequence[T]) -> list[T]:
    """The order in which work started all at once is done: the last begun first, then the others.

    So does Go run goroutines that a loop starts, and so do the events of a burst show it.
    """
    return [*items[-1:], *items[:-1]]


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
            if not is_for_good(error):
                first = first or error
    return done, first
