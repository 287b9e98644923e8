"""Gives the system back what many connections have used: the C library keeps it otherwise.

TLS takes some 40 KiB for each connection, in pieces that lie between those of others. glibc gives
back only what is free at the end of its heap, unless it is asked for the rest (malloc_trim(3)).
"""

import sys
from collections.abc import Callable
from typing import Final

_MANY: Final = 1_000
"""Connections that were opened or closed before it is worth a look through the heap."""


def trim() -> None:
    """Give back what is free; nothing where the C library is not glibc."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 - most servers never need it

    free = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if free is not None:
        free(0)


class Trimmer:
    """Trims when many connections have come or gone since it did so last."""

    def __init__(self, trim: Callable[[], None] = trim) -> None:
        self._trim = trim
        self._count = 0

    def look(self, connections: int) -> None:
        """So many connections are there now."""
        if abs(connections - self._count) >= _MANY:
            self._count = connections
            self._trim()
