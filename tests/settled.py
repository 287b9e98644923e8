"""Event loops that are left only when all their connections are closed.

aiohttp closes a TLS connection that it leaves in the middle, but does not wait for the other side's
goodbye; a loop that is closed meanwhile leaves the socket to whoever collects garbage.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_WITHIN = 20.0
"""Seconds; the other side is in this process and answers in milliseconds."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``, but returns only when nothing is connected any more."""
    selector = selectors.DefaultSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        found = runner.run(main)
        runner.run(_settled(selector))
        return found


async def _settled(selector: selectors.BaseSelector) -> None:
    """Wait until the loop watches nothing but what wakes it."""
    async with asyncio.timeout(_WITHIN):
        while len(selector.get_map()) > 1:
            await asyncio.sleep(0)
