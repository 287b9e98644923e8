"""What clients have been told and have not read yet, of all clients together: it is bounded.

One client may leave much unread for a while. Many that do so at once cost those that leave most
their connections, before they cost everybody the server.
"""

from typing import Protocol

LIMIT = 256 * 1024 * 1024
"""Bytes of all clients of one cluster."""


class Reader(Protocol):
    """A client."""

    def abort(self) -> None:
        """Close its connection at once."""


class Unread:
    """Keeps count."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._sizes: dict[Reader, int] = {}
        self.total = 0

    def note(self, reader: Reader, size: int) -> None:
        """So much is unread by one client now; whoever leaves most is given up if it is too much.

        A client that is given up counts no more, whenever its connection is gone.
        """
        if not size:
            self.total -= self._sizes.pop(reader, 0)
            return
        self.total += size - self._sizes.get(reader, 0)
        self._sizes[reader] = size
        while self.total > self._limit:
            worst = max(self._sizes, key=self._sizes.__getitem__)
            self.note(worst, 0)
            worst.abort()
