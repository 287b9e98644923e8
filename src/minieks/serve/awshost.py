"""The AWS endpoint on its port: HTTP and HTTPS, for every service."""

import socket
from dataclasses import dataclass
from pathlib import Path

from minieks.aws.front import Front
from minieks.aws.moto.ec2 import MotoEc2
from minieks.aws.moto.iam import MotoIam
from minieks.aws.moto.shown.clusters import ShownClusters
from minieks.data.regions import all_regions
from minieks.eks.identity.oidc import host_in
from minieks.eks.operations.adopting import Adopting, adopt
from minieks.eks.operations.regional import Services
from minieks.eks.operations.service import EksService
from minieks.serve.authority import Authority
from minieks.serve.awsstate import open_state
from minieks.serve.clock import machine_micros, machine_time
from minieks.serve.ekshosts import EksHosts, RunningHost
from minieks.serve.keptmoto import KeptMoto
from minieks.serve.known import KnownClusters
from minieks.serve.listener import Listener, local_url
from minieks.serve.loadingahead import LoadingAhead
from minieks.serve.publishedauthority import PublishedAuthority
from minieks.serve.resetting import Resetting
from minieks.serve.runtime import Runtime
from minieks.serve.tls import server_context

_LOCAL = ("localhost", "127.0.0.1", "::1", "*.amazonaws.com")
MAX_BODY = 256 * 1024 * 1024
"""Bytes of a request: objects in S3 are held in memory."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """How the AWS side is. Without ``port`` it has its usual one or, if that is taken, any.

    ``lenient``: it leaves out what other emulators leave out. ``enforce_iam``: IAM's policies hold.
    ``data_dir`` is where it is kept.
    """

    port: int | None = None
    lenient: bool = False
    enforce_iam: bool = False
    data_dir: Path | None = None


class AwsHost:
    """Serves the AWS side of a process; ``made`` runs the clusters that are made there."""

    def __init__(
        self,
        sock: socket.socket,
        runtime: Runtime,
        made: EksHosts,
        known: KnownClusters,
        settings: AwsSettings,
    ) -> None:
        self._sock = sock
        self._runtime = runtime
        self.authority = Authority.create(machine_time(), "minieks")
        store, journal = open_state(runtime.engine, settings.data_dir)
        runtime.follow(store)
        services = Services(
            *(runtime.engine, store, MotoIam(), MotoEc2(), made, made.timings),
            lenient=settings.lenient,
        )
        for host in made.hosts:
            if host.opened.resumed:  # Its node groups may be others than the config's.
                adopt(services, RunningHost(host))
        new = [RunningHost(host) for host in made.hosts if not host.opened.resumed]
        self.front = Front(
            runtime.engine,
            EksService(services),
            known,
            machine_micros,
            enforce_iam=settings.enforce_iam,
            lenient=settings.lenient,
        )
        self.front.answer_also(Resetting(services))
        self.front.answer_also(PublishedAuthority(self.authority.pair.certificate))
        self.front.prepare_by(Adopting(services, new).prepare)
        self.front.prepare_by(ShownClusters(services.running).prepare)
        self._kept = None if journal is None else KeptMoto(journal, services.running)
        if self._kept is not None:
            self._kept.restore()
        door = LoadingAhead(runtime.loop, self.front)
        self._listener = Listener(runtime.loop, door, runtime.pump, runtime.turn)
        self._listener.max_body = MAX_BODY

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
