"""All that one process serves: its clusters, which may come and go, and the AWS endpoint."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from minieks.engine.errors import UserError
from minieks.serve.awshost import AwsHost
from minieks.serve.host import Host
from minieks.serve.listener import bound
from minieks.serve.opening import Opened
from minieks.serve.runtime import Runtime

USUAL_PORT = 4566
"""Where clients of AWS emulators look."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how fast clusters are served; of several, each later one has the next port.

    Port 0 is any that is free. Without ``aws_port`` the AWS endpoint has its usual one or, if that
    is taken, any.
    """

    address: str = "127.0.0.1"
    port: int = 0
    speed: float = 1.0
    aws_port: int | None = None


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
        self.aws = AwsHost(_aws_socket(place), runtime)

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
        await asyncio.gather(*(host.stop() for host in self.hosts))


def _aws_socket(place: Place) -> socket.socket:
    if place.aws_port is not None:
        return bound(place.address, place.aws_port, "--aws-port")
    try:
        return bound(place.address, USUAL_PORT)
    except UserError:
        return bound(place.address, 0)
