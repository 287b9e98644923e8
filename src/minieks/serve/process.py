"""A process that serves clusters until it is told to stop."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from minieks.engine.errors import UserError
from minieks.serve.host import Host
from minieks.serve.listener import bound
from minieks.serve.opening import Opened

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how fast clusters are served; of several, each later one has the next port.

    Port 0 is any that is free.
    """

    address: str = "127.0.0.1"
    port: int = 0
    speed: float = 1.0


def serve(
    clusters: Sequence[Opened], place: Place, ready: Callable[[Sequence[Host]], None]
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is called once clients are welcome."""
    allow_many_connections()
    run(_serve(clusters, place, ready))


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run in the fastest event loop there is."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one; None for asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - there is none for Windows
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(
    clusters: Sequence[Opened], place: Place, ready: Callable[[Sequence[Host]], None]
) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, told.set)
    failed: list[UserError] = []

    def note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What cannot be kept must not be served on: nobody is told of it, and all ends."""
        error = context.get("exception")
        if isinstance(error, UserError):
            failed.append(error)
            told.set()
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(note)
    hosts = hosts_of(clusters, place, loop)
    try:
        for host in hosts:
            await host.start()
        ready(hosts)
        await told.wait()
        if failed:
            raise failed[0]
    finally:
        for host in hosts:
            await host.stop()


def hosts_of(
    clusters: Sequence[Opened], place: Place, loop: asyncio.AbstractEventLoop
) -> list[Host]:
    """A host for each cluster on a port of its own; UserError if one is taken."""
    sockets = [
        bound(place.address, place.port + number if place.port else 0)
        for number in range(len(clusters))
    ]
    return [
        Host(cluster, sock, loop, place.speed)
        for cluster, sock in zip(clusters, sockets, strict=True)
    ]


def allow_many_connections() -> None:
    """Raise the limit of open files as far as the system allows it without asking."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none for Windows

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
