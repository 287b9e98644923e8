"""The AWS endpoint on its port: HTTP and HTTPS, for every service."""

import socket

from minieks.aws.front import Front
from minieks.serve.authority import Authority
from minieks.serve.listener import Listener, local_url
from minieks.serve.opening import machine_time
from minieks.serve.runtime import Runtime
from minieks.serve.tls import server_context

_NAMES = ("localhost", "127.0.0.1", "::1", "*.amazonaws.com")
MAX_BODY = 256 * 1024 * 1024
"""Bytes of a request: objects in S3 are held in memory."""


class AwsHost:
    """Serves the AWS side of a process."""

    def __init__(self, sock: socket.socket, runtime: Runtime) -> None:
        self._sock = sock
        self.authority = Authority.create(machine_time(), "minieks")
        self.front = Front(runtime.engine)
        self._listener = Listener(runtime.loop, self.front, runtime.pump, runtime.turn)
        self._listener.max_body = MAX_BODY

    @property
    def url(self) -> str:
        """What ``AWS_ENDPOINT_URL`` is set to."""
        return local_url(self._sock, "http")

    async def start(self) -> None:
        """Serve from now on."""
        pair = self.authority.for_server(_NAMES, machine_time())
        context = server_context(pair, self.authority.pair.certificate)
        await self._listener.start(self._sock, context, also_plain=True)

    async def stop(self) -> None:
        """Stop serving."""
        await self._listener.stop()
