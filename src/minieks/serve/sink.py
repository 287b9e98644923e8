"""Writes to a client no more than it takes: what is left waits here, where it can be counted.

A transport takes whatever it is given, and that of TLS does not tell how much it still holds. So
long answers are handed to it in pieces, and the rest is kept as a view of the answer itself.
"""

import asyncio
from collections import deque
from collections.abc import Callable

PIECE = 256 * 1024
"""Bytes that a transport is given at once."""
HELD = 4 * PIECE
"""Bytes that a transport may hold for a client that does not read."""


class Sink:
    """The way to one client; ``pause`` and ``resume`` are what its transport calls for.

    ``unread`` hears how many bytes wait for the client, each time when there are more, and 0 when
    it has caught up.
    """

    def __init__(self, transport: asyncio.Transport, unread: Callable[[int], None]) -> None:
        self._transport = transport
        self._unread = unread
        self._rest: deque[memoryview] = deque()
        self._left = 0
        self._behind = 0
        self._paused = False

    @property
    def is_clear(self) -> bool:
        """Whether the client has taken all, but for what is on its way."""
        return not self._paused and not self._left

    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write now, or as soon as the client has read what was written before."""
        if self.is_clear and len(data) <= PIECE:
            self._transport.write(data)
            return
        self._rest.append(memoryview(data))
        self._left += len(data)
        self._push()
        self._count()

    def behind(self, size: int) -> None:
        """So many bytes wait for the client elsewhere, behind what was written."""
        self._behind = size
        self._count()

    def pause(self) -> None:
        """The client reads more slowly than it is told."""
        self._paused = True
        self._count()

    def resume(self) -> None:
        """It has read what was written."""
        self._paused = False
        self._push()
        self._count()

    def forget(self) -> None:
        """Nobody is there any more."""
        self._rest.clear()
        self._left = self._behind = 0
        self._unread(0)

    def _count(self) -> None:
        self._unread(0 if self.is_clear else HELD + self._left + self._behind)

    def _push(self) -> None:
        while self._rest and not self._paused and not self._transport.is_closing():
            view = self._rest.popleft()
            piece, more = view[:PIECE], view[PIECE:]
            if more:
                self._rest.appendleft(more)
            self._left -= len(piece)
            self._transport.write(piece)
