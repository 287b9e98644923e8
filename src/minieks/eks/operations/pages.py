"""Pages of long answers: ``maxResults`` at a time, and a ``nextToken`` for the rest.

The token is opaque: it holds where to go on and for which operation, in base64.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from minieks.eks.operations.errors import invalid_parameter

MOST: Final = 100
"""Items of a page if ``maxResults`` says nothing, and the most that it can say."""

T = TypeVar("T")


def page(items: Sequence[T], asked: Mapping[str, Any], member: str) -> dict[str, Any]:
    """The asked part of all items under ``member``; InvalidParameterException for a wrong token."""
    begin = _begin(asked.get("nextToken"), member)
    end = begin + _size(asked.get("maxResults"))
    answer: dict[str, Any] = {member: list(items[begin:end])}
    if end < len(items):
        answer["nextToken"] = _token(end, member)
    return answer


def _size(asked: int | None) -> int:
    if asked is None:
        return MOST
    if not 1 <= asked <= MOST:
        raise invalid_parameter(f"maxResults must be between 1 and {MOST}, but is {asked}.")
    return asked


def _token(begin: int, member: str) -> str:
    return base64.urlsafe_b64encode(f"{member}:{begin}".encode()).decode()


def _begin(token: str | None, member: str) -> int:
    if not token:
        return 0
    try:
        plain = base64.b64decode(token, altchars=b"-_", validate=True).decode()
        told, _, begin = plain.partition(":")
    except (binascii.Error, ValueError):
        told, begin = "", ""
    if told != member or not begin.isascii() or not begin.isdigit():
        raise invalid_parameter("Invalid nextToken")
    return int(begin)
