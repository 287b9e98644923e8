"""A process that serves clusters until it is told to stop."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from minieks.engine.errors import UserError
from minieks.serve.opening import Opened
from minieks.serve.premises import Place, Premises
from minieks.serve.runtime import Runtime

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(clusters: Sequence[Opened], place: Place, ready: Callable[[Premises], None]) -> None:
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
    clusters: Sequence[Opened], place: Place, ready: Callable[[Premises], None]
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
    runtime = Runtime(loop, clusters[0].part.whole, place.speed)
    premises = Premises(clusters, place, runtime)
    try:
        await premises.start()
        ready(premises)
        await told.wait()
        if failed:
            raise failed[0]
    finally:
        await premises.stop()


def allow_many_connections() -> None:
    """Raise the limit of open files as far as the system allows it without asking."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none for Windows

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
