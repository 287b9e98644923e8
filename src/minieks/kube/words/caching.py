"""Remembers answers about short texts; long ones would cost more memory than they save time."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_T = TypeVar("_T")
LONGEST = 1024
"""Characters of a text that is remembered: no name, label or usual selector is longer."""


def remembered_if_short(size: int) -> Callable[[Callable[[str], _T]], Callable[[str], _T]]:
    """For a pure function of one text: remember the answers about ``size`` of them."""

    def wrapped(asked: Callable[[str], _T]) -> Callable[[str], _T]:
        remembered = lru_cache(maxsize=size)(asked)

        @wraps(asked)
        def ask(text: str) -> _T:
            return remembered(text) if len(text) <= LONGEST else asked(text)

        return ask

    return wrapped
