"""HTTP and HTTPS on one port: the first byte of a connection tells which it is."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final

_HANDSHAKE: Final = 22
"""The content type of a TLS record that begins a handshake (RFC 8446, section 5.1)."""
_WITHIN: Final = 10.0
"""Seconds for the first byte, and for a handshake."""

log = logging.getLogger("minieks.serve")


class EitherServer:
    """Accepts connections of both kinds on a listening socket."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        context: ssl.SSLContext,
        make: Callable[[], asyncio.BaseProtocol],
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._context = context
        self._make = make
        self._silent: dict[socket.socket, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepting = loop.create_task(self._accept())

    def close(self) -> None:
        """Accept no more, and give up who has not said anything yet."""
        self._accepting.cancel()
        self._sock.close()
        for client in tuple(self._silent):
            self._leave(client)

    async def _accept(self) -> None:
        while True:
            try:
                client, _ = await self._loop.sock_accept(self._sock)
            except OSError as error:
                log.warning("cannot accept a connection: %s", error)
                await asyncio.sleep(1)
                continue
            client.setblocking(False)
            self._silent[client] = self._loop.call_later(_WITHIN, self._leave, client)
            self._loop.add_reader(client, self._spoken, client)

    def _leave(self, client: socket.socket) -> None:
        self._heard(client)
        client.close()

    def _heard(self, client: socket.socket) -> None:
        self._loop.remove_reader(client)
        self._silent.pop(client).cancel()

    def _spoken(self, client: socket.socket) -> None:
        """The first byte is there, or the client is gone."""
        self._heard(client)
        try:
            first = client.recv(1, socket.MSG_PEEK)
        except OSError:
            first = b""
        if not first:
            client.close()
            return
        task = self._loop.create_task(self._connect(client, first[0] == _HANDSHAKE))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, client: socket.socket, is_secure: bool) -> None:
        with suppress(OSError):  # A handshake that fails is the client's loss.
            await self._loop.connect_accepted_socket(
                self._make,
                client,
                ssl=self._context if is_secure else None,
                ssl_handshake_timeout=_WITHIN if is_secure else None,
            )
