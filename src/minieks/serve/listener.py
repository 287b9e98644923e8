"""A port on which one cluster is served: its connections, and the time they may take."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Callable
from typing import Protocol

from minieks.engine.errors import UserError
from minieks.kube.api.attempts import Attempt
from minieks.kube.api.webhookcalls import WebhookNeeded
from minieks.kube.rest.awaiting import Awaiting
from minieks.kube.rest.http import Answer, Request, Response
from minieks.serve import wire
from minieks.serve.connection import Connection
from minieks.serve.either import EitherServer
from minieks.serve.longyaml import LongYaml, YamlProcess, readable
from minieks.serve.memory import Trimmer
from minieks.serve.pump import Pump
from minieks.serve.turn import Turn
from minieks.serve.unread import Unread
from minieks.serve.webhooks import WebhookCaller

_BACKLOG = 4096
_HANDSHAKE_WITHIN = 10.0
_LOOK_EVERY = 1.0
_GOODBYE = 0.1
"""Seconds that the last answers get when the server stops; clients are on this machine."""

LOCAL = ("127.0.0.1", "::1", "0.0.0.0", "::")
"""Addresses that are there on every machine."""

log = logging.getLogger("minieks.serve")


class Answers(Protocol):
    """What decides what to answer."""

    def handle(self, request: Request) -> Answer | Awaiting:
        """The answer to a request."""


class Listener:
    """Serves ``handler`` on a socket; ``pump`` keeps its cluster's time."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        handler: Answers,
        pump: Pump,
        turn: Turn,
        webhooks: WebhookCaller | None = None,
    ) -> None:
        self._loop = loop
        self._webhooks = webhooks
        self._yaml = YamlProcess(loop)
        self._trimmer = Trimmer()
        self._handler = handler
        self._pump = pump
        self._server: asyncio.Server | EitherServer | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self.turn = turn
        self.unread = Unread()
        self.now = loop.time
        self.soon: Callable[[Callable[[], None]], object] = loop.call_soon
        self.connections: dict[Connection, None] = {}
        self.date = ""
        self.max_body = wire.MAX_BODY

    def answer_by(self, handler: Answers) -> None:
        """Let another handler answer from the next request on."""
        self._handler = handler

    async def start(
        self, sock: socket.socket, context: ssl.SSLContext, *, also_plain: bool = False
    ) -> None:
        """Accept connections over TLS from now on; ``also_plain``: and others on the same port."""
        self._look()
        if also_plain:
            self._server = EitherServer(self._loop, sock, context, lambda: Connection(self))
            return
        self._server = await self._loop.create_server(
            lambda: Connection(self),
            sock=sock,
            ssl=context,
            backlog=_BACKLOG,
            ssl_handshake_timeout=_HANDSHAKE_WITHIN,
        )

    async def stop(self) -> None:
        """Accept no more, end the streams, and give the last answers a moment."""
        if self._server is not None:
            self._server.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._yaml.stop()
        for connection in tuple(self.connections):
            connection.shut_down()
        until = self._loop.time() + _GOODBYE
        while self.connections and self._loop.time() < until:
            await asyncio.sleep(0.01)
        for connection in tuple(self.connections):
            connection.abort()

    # what connections ask

    def ask(self, request: Request, reply: Callable[[Answer], None]) -> None:
        """Answer a request at the cluster's present time, or when the webhooks have answered."""
        self._try(readable(request), reply, Attempt())

    def _try(self, request: Request, reply: Callable[[Answer], None], attempt: Attempt) -> None:
        self._pump.catch_up()
        try:
            answer = self._answer(request, attempt)
        except WebhookNeeded as needed:
            assert self._webhooks is not None, "else no webhook is needed"
            self._webhooks.wait(needed.call, lambda: self._try(request, reply, attempt))
        except LongYaml:
            self._yaml.read(request, lambda known: self._try(known, reply, attempt))
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            reply(wire.audited(wire.BROKEN, request.headers))
        else:
            self._tell(answer, reply)
        self._pump.nudge()
        self.turn.plan()

    def _tell(self, answer: Answer | Awaiting, reply: Callable[[Answer], None]) -> None:
        if isinstance(answer, Awaiting):
            answer.wait(lambda known: self._tell(known, reply))
        elif isinstance(answer, Response) and answer.unwritten:
            self._yaml.write(answer, reply)
        else:
            reply(answer)

    def _answer(self, request: Request, attempt: Attempt) -> Answer | Awaiting:
        if self._webhooks is None:
            return self._handler.handle(request)
        return self._webhooks.run(attempt, lambda: self._handler.handle(request))

    def opened(self, connection: Connection) -> None:
        """A connection is there."""
        self.connections[connection] = None

    def closed(self, connection: Connection) -> None:
        """It is gone."""
        self.connections.pop(connection, None)

    def _look(self) -> None:
        """Once a second: give up what takes too long, tidy up, and see what the date is."""
        now = self._loop.time()
        for connection in [one for one in self.connections if one.deadline < now]:
            connection.give_up()
        self._trimmer.look(len(self.connections))
        self.date = wire.http_date(time.time())  # noqa: TID251 - HTTP's date is the machine's
        self._sweeper = self._loop.call_later(_LOOK_EVERY, self._look)


def bound(address: str, port: int, option: str = "--port") -> socket.socket:
    """A listening socket; any free port if it is 0. UserError if the port is taken.

    ``option`` is what the hint names.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    place = f"port {port}" if address in LOCAL else f"{address}, port {port}"
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setblocking(False)
    try:
        sock.bind((address, port))
    except (OSError, OverflowError) as error:
        sock.close()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        hint = f"name another one with {option}, or 0 to get a free one"
        if address not in LOCAL:
            hint = "name an address of this machine with --address"
        raise UserError(f"cannot listen on {place}: {reason}", hint=hint) from None
    sock.listen(_BACKLOG)
    return sock


def local_url(sock: socket.socket, scheme: str) -> str:
    """Where clients on this machine find a listening socket."""
    address, port = sock.getsockname()[:2]
    local = "127.0.0.1" if address in ("0.0.0.0", "::") else address
    return f"{scheme}://[{local}]:{port}" if ":" in local else f"{scheme}://{local}:{port}"
