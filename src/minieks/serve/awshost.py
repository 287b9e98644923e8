"""The AWS endpoint on its port: HTTP and HTTPS, for every service."""

import socket
from functools import cached_property
from typing import TYPE_CHECKING

from minieks.data.regions import all_regions
from minieks.eks.identity.oidc import host_in
from minieks.serve.authority import Authority
from minieks.serve.awssettings import AwsSettings
from minieks.serve.awsstate import open_state
from minieks.serve.clock import machine_time
from minieks.serve.ekshosts import EksHosts
from minieks.serve.listener import Listener, local_url
from minieks.serve.loadingahead import LoadingAhead
from minieks.serve.runtime import Runtime
from minieks.serve.tls import server_context

if TYPE_CHECKING:
    from minieks.serve.awsside import AwsSide

_LOCAL = ("localhost", "127.0.0.1", "::1", "*.amazonaws.com")
MAX_BODY = 256 * 1024 * 1024
"""Bytes of a request: objects in S3 are held in memory."""


class AwsHost:
    """Serves the AWS side of a process; ``made`` runs the clusters that are made there.

    What answers is loaded and put together when something is asked, since many never ask; or at
    once if something of it was kept, which then goes on.
    """

    def __init__(
        self, sock: socket.socket, runtime: Runtime, made: EksHosts, settings: AwsSettings
    ) -> None:
        self._sock = sock
        self._runtime = runtime
        self._made = made
        self._settings = settings
        self.authority = Authority.create(machine_time(), "minieks")
        self._state = open_state(runtime.engine, settings.data_dir)
        runtime.follow(self._state[0])
        self._kept = None if settings.data_dir is None else self._side.kept
        door = LoadingAhead(runtime.loop, lambda: self._side.front)
        self._listener = Listener(runtime.loop, door, runtime.pump, runtime.turn)
        self._listener.max_body = MAX_BODY

    @cached_property
    def _side(self) -> "AwsSide":
        from minieks.serve.awsside import AwsSide  # noqa: PLC0415 - when it is asked

        certificate = self.authority.pair.certificate
        engine = self._runtime.engine
        return AwsSide(engine, self._state, self._made, self._settings, certificate)

    @property
    def url(self) -> str:
        """What ``AWS_ENDPOINT_URL`` is set to."""
        return local_url(self._sock, "http")

    @property
    def not_restored(self) -> list[str]:
        """What was kept of moto and cannot be read: services by account and region."""
        return [] if self._kept is None else self._kept.not_restored

    async def start(self) -> None:
        """Serve from now on."""
        if self._kept is not None:
            self._runtime.turn.keep(self._kept)
        pair = self.authority.for_server(_names(), machine_time())
        context = server_context(pair, self.authority.pair.certificate)
        await self._listener.start(self._sock, context, also_plain=True)

    async def stop(self) -> None:
        """Stop serving, and leave everything kept that is to be."""
        await self._listener.stop()
        if self._kept is not None:
            self._runtime.turn.forget(self._kept)
            self._kept.close()


def _names() -> tuple[str, ...]:
    """The hosts of AWS that the endpoint can be taken for, the issuers' among them."""
    regions = all_regions()
    services = (f"*.{one.name}.amazonaws.com" for one in regions)
    return (*_LOCAL, *services, *(host_in(one.name) for one in regions))
