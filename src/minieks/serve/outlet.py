"""What a stream has told and its client has not taken yet: bounded, and sent in batches.

The chunks of one turn of the event loop go out together, and those of a few milliseconds if there
are many. A client that reads too slowly is told so and the stream is over; it would not get the
rest in time, and must not cost the others memory.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from minieks.serve import wire
from minieks.serve.turn import Turn

LIMIT = 8 * 1024 * 1024
"""Bytes that may wait for a client that does not read."""
GAP = 0.005
"""Seconds between two flushes of a busy stream: one write for many events costs as one for one."""


class Way(Protocol):
    """What leads to the client."""

    def write(self, data: bytes, /) -> None:
        """Write something."""

    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""

    def behind(self, size: int, /) -> None:
        """So many bytes wait behind what was written."""


class Outlet:
    """The end of a stream at which the client is. ``over`` hears when the last is written.

    ``fell_behind`` is what a client that reads too slowly is told last; ``over`` is then called
    with False.
    """

    def __init__(
        self,
        way: Way,
        turn: Turn,
        *,
        chunked: bool,
        fell_behind: bytes,
        over: Callable[[bool], None],
    ) -> None:
        self._way = way
        self._turn = turn
        self._chunked = chunked
        self._fell_behind = fell_behind
        self._over = over
        self._head = b""
        self._waiting: list[bytes] = []
        self._size = 0
        self._planned = False
        self._flushed_at = 0.0
        self._paused = False
        self._ended = False
        self._closed = False

    def begin(self, head: bytes) -> None:
        """Send the head of the answer, also if nothing follows for long."""
        self._head = head
        self._plan()

    def send(self, data: bytes) -> None:
        """Send some more, at the end of this turn."""
        if self._ended or self._closed or not data:
            return
        self._waiting.append(data)
        self._size += len(data)
        if not self._paused:
            self._plan()
        elif self._size > LIMIT:
            self._give_up()
        else:
            self._way.behind(self._size)

    def end(self) -> None:
        """Nothing follows."""
        if not self._ended and not self._closed:
            self._ended = True
            self._plan()

    def close(self) -> None:
        """Forget what waits: nobody is there any more."""
        self._closed = True
        self._waiting.clear()

    def pause(self) -> None:
        """The client reads more slowly than it is told."""
        self._paused = True

    def resume(self) -> None:
        """It has read what was sent."""
        self._paused = False
        self._plan()

    def _plan(self) -> None:
        if self._planned or self._closed:
            return
        self._planned = True
        loop = asyncio.get_running_loop()
        wait = self._flushed_at + GAP - loop.time()
        if wait > 0:
            loop.call_later(wait, self._turn.say, self._flush)
        else:
            loop.call_soon(self._turn.say, self._flush)

    def _flush(self) -> None:
        self._planned = False
        if self._closed or self._way.is_closing():
            return
        if self._paused and not self._ended:
            return
        self._flushed_at = asyncio.get_running_loop().time()
        data, self._waiting, self._size = b"".join(self._waiting), [], 0
        self._way.behind(0)
        begin, self._head = self._head, b""
        self._way.write(begin + self._framed(data))
        if self._ended:
            self._finish(whole=True)

    def _framed(self, data: bytes) -> bytes:
        if not self._chunked:
            return data
        last = wire.LAST_CHUNK if self._ended else b""
        return (wire.chunk(data) if data else b"") + last

    def _give_up(self) -> None:
        self._ended = True
        self._waiting = []
        self._way.write(self._framed(self._fell_behind))
        self._finish(whole=False)

    def _finish(self, *, whole: bool) -> None:
        self._closed = True
        self._over(whole)
