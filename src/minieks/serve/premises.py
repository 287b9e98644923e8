"""All that one process serves: its clusters, which may come and go, and the AWS endpoint."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from minieks.data.timings import Timings
from minieks.engine.errors import UserError
from minieks.serve.awshost import AwsHost
from minieks.serve.awssettings import AwsSettings
from minieks.serve.ekshosts import EksHosts
from minieks.serve.host import Host
from minieks.serve.listener import bound
from minieks.serve.opening import Opened
from minieks.serve.runtime import Runtime

USUAL_PORT = 4566
"""Where clients of AWS emulators look."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how fast clusters are served; of several, each later one has the next port.

    Port 0 is any that is free.
    """

    address: str = "127.0.0.1"
    port: int = 0
    speed: float = 1.0
    aws: AwsSettings = field(default_factory=AwsSettings)


class Premises:
    """Clusters on ports of their own, in one loop and on one engine."""

    def __init__(self, clusters: Sequence[Opened], place: Place, runtime: Runtime) -> None:
        self.runtime = runtime
        self._place = place
        sockets = [
            bound(place.address, place.port + number if place.port else 0)
            for number in range(len(clusters))
        ]
        self.hosts = [
            Host(cluster, sock, runtime) for cluster, sock in zip(clusters, sockets, strict=True)
        ]
        timings = clusters[0].cluster.timings if clusters else Timings()
        self.made = EksHosts(runtime, place.address, place.aws.data_dir, timings)
        for host in self.hosts:
            self.made.take(host)
        self.aws = AwsHost(_aws_socket(place), runtime, self.made, place.aws)

    def all_hosts(self) -> tuple[Host, ...]:
        """Every cluster that is served now."""
        return self.made.all_hosts()

    async def start(self) -> None:
        """Serve from now on, and let time pass."""
        for host in self.hosts:
            await host.start()
        await self.aws.start()
        self.runtime.pump.start()

    async def stop(self) -> None:
        """Stop serving, and leave everything kept that is to be."""
        self.runtime.pump.stop()
        await self.aws.stop()
        await asyncio.gather(*(host.stop() for host in self.all_hosts()))


def _aws_socket(place: Place) -> socket.socket:
    if place.aws.port is not None:
        return bound(place.address, place.aws.port, "--aws-port")
    try:
        return bound(place.address, USUAL_PORT)
    except UserError:
        return bound(place.address, 0)
