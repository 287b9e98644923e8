"""A handler behind a port, for programs that need one. Its cluster's time stands still."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import yaml

from golden.api.world import ADMIN_TOKEN
from minieks.kube.rest.handler import Handler
from minieks.serve import kubeconfig
from minieks.serve.authority import Authority, KeyPair
from minieks.serve.clock import machine_time
from minieks.serve.listener import Listener, bound
from minieks.serve.process import loop_factory
from minieks.serve.pump import Pump
from minieks.serve.tls import server_context
from minieks.serve.turn import Turn

_ADDRESS = "127.0.0.1"
_T = TypeVar("_T")


@contextmanager
def served(handler: Handler, space: str) -> Iterator[tuple[str, str]]:
    """The host and port while it is served, and the kubeconfig of its administrator."""
    loop = _loop()
    sock = bound(_ADDRESS, 0)
    address = f"{_ADDRESS}:{sock.getsockname()[1]}"
    pump = Pump(loop, handler.api.engine, speed=0)
    listener = Listener(loop, handler, pump, Turn(loop))

    async def start() -> None:
        await listener.start(sock, server_context(_pair(), _authority().pair.certificate))
        pump.start()

    async def stop() -> None:
        pump.stop()
        await listener.stop()

    _done(loop, start)
    try:
        yield address, _config(address, space)
    finally:
        _done(loop, stop)


def _done(loop: asyncio.AbstractEventLoop, what: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    return asyncio.run_coroutine_threadsafe(what(), loop).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The loop of a thread that lives as long as the process."""
    loop = (loop_factory() or asyncio.new_event_loop)()
    threading.Thread(target=loop.run_forever, name="served handlers", daemon=True).start()
    return loop


@cache
def _authority() -> Authority:
    return Authority.create(machine_time())


@cache
def _pair() -> KeyPair:
    return _authority().for_server([_ADDRESS], machine_time())


def _config(address: str, space: str) -> str:
    context = kubeconfig.Context(
        "golden", f"https://{address}", _authority().pair.certificate, b"", b""
    )
    config = yaml.safe_load(kubeconfig.render([context]))
    config["users"] = [{"name": "golden", "user": {"token": ADMIN_TOKEN}}]
    config["contexts"][0]["context"]["namespace"] = space
    return yaml.safe_dump(config)
