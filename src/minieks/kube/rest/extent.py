"""How many values a body may hold, so that one request keeps no other client waiting.

The real server has time to spare on other processors and is bounded by what etcd stores, 1.5 MiB
of an object; here all that is done with an object is done while the others wait.
"""

import re
from typing import Any, Final

from minieks.kube.api.errors import ApiError

MOST: Final = 20_000
"""Values that an object may hold, and its managedFields as many again.

The definitions of the Prometheus operator, among the largest objects there are, hold 9,500.
"""
ITEM: Final = 10
"""Values as which an object in a list counts besides its own: it has defaults and rules."""
_SMALL: Final = MOST // (ITEM + 1) * 2
"""Bytes in which there cannot be too many: an object in a list takes two of them, or more."""
_MOST_TOKENS: Final = 8 * MOST
# A text, also one without an end; what stands between values; a bracket that opens, or closes.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|,|([\[{])|([\]}])', re.DOTALL)


class TooDeep(ValueError):
    """Lists and objects are in one another more often than they may."""


def too_many() -> ApiError:
    """The 413 of what holds too many values."""
    why = f"it holds more than {MOST} values; an object in a list counts as {ITEM + 1}"
    return ApiError(413, "RequestEntityTooLarge", f"Request entity too large: {why}")


def check(value: Any, size: int) -> None:
    """Raises the 413 of a value, written in ``size`` bytes, that holds too many."""
    if size > _SMALL:
        check_object(value)


def check_object(value: Any) -> None:
    """Raises the 413 of what holds too many values."""
    if weight(_without_managers(value)) > MOST or has_many_managed(value):
        raise too_many()


def has_many_managed(value: Any) -> bool:
    """Whether the managedFields of an object hold too many values."""
    meta = value.get("metadata") if isinstance(value, dict) else None
    return isinstance(meta, dict) and weight(meta.get("managedFields")) > MOST


def weight(value: Any) -> int:
    """The values in a value, counted as far as there may be too many."""
    found = 1
    left = [value]
    while left and found <= MOST:
        one = left.pop()
        if isinstance(one, dict):
            found += len(one)
            left.extend(one.values())
        elif isinstance(one, list) and len(one) <= MOST:
            found += len(one) + ITEM * sum(1 for member in one if _is_object(member))
            left.extend(one)
        elif isinstance(one, list):
            found += len(one)
    return found


def _is_object(member: Any) -> bool:
    """Whether an item of a list is an object, or null, which may stand for an empty one."""
    return member is None or isinstance(member, dict)


def _without_managers(value: Any) -> Any:
    meta = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(meta, dict) or "managedFields" not in meta:
        return value
    return {**value, "metadata": {**meta, "managedFields": None}}


def check_text(body: bytes, deepest: int) -> None:
    """Raises TooDeep, or the 413 of JSON that holds so much that it is not worth reading."""
    depth = 0
    for number, token in enumerate(_TOKEN.finditer(body)):
        if number > _MOST_TOKENS:
            raise too_many()
        if token[1]:
            depth += 1
            if depth > deepest:
                raise TooDeep
        elif token[2]:
            depth -= 1
