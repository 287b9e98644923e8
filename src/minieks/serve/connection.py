"""One client's connection: requests are parsed, handed on, and answered in their order.

Everything runs in the event loop's thread; a request is answered before the next is looked at. So
there is one request at a time, and no locks.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from minieks.kube.rest.http import Answer, ClientCertificate, Request, Response, Stream
from minieks.serve import wire
from minieks.serve.outlet import Outlet
from minieks.serve.tls import client_of
from minieks.serve.turn import Turn

HEADERS_WITHIN = 32.0
"""Seconds for a request's headers (kubernetes apiserver pkg/server/secure_serving.go)."""
BODY_WITHIN = 60.0
"""Seconds for a request (kubernetes apiserver pkg/server/config.go RequestTimeout)."""
IDLE = 90.0
"""Seconds that a connection may wait for its next request (secure_serving.go IdleTimeout)."""
READ_WITHIN = 60.0
"""Seconds in which a client takes what it was sent."""
NEVER = float("inf")


class Service(Protocol):
    """What connections lead to."""

    turn: Turn
    date: str
    now: Callable[[], float]
    """The event loop's time in seconds."""
    soon: Callable[[Callable[[], None]], object]
    """Does something when this turn of the event loop is over."""

    def ask(self, request: Request, reply: Callable[[Answer], None]) -> None:
        """Answer by calling ``reply`` once, now or later; raises nothing."""

    def opened(self, connection: "Connection") -> None:
        """A connection is there."""

    def closed(self, connection: "Connection") -> None:
        """It is gone."""


class Connection(asyncio.Protocol):
    """HTTP/1.1 on one connection. ``deadline`` is when it is given up, in the loop's time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._certificate: ClientCertificate | None = None
        self._outlet: Outlet | None = None
        self._stop: Callable[[], None] | None = None
        self._backlog: deque[Request] = deque()
        self._closing = False
        self._paused = False
        self.busy = False
        self.deadline = NEVER
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._header_bytes = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._length = 0

    # the transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance
        self._certificate = client_of(transport.get_extra_info("ssl_object"))
        self.deadline = self._service.now() + HEADERS_WITHIN
        self._service.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, or we are."""
        self._service.closed(self)
        self._end_stream()

    def data_received(self, data: bytes) -> None:
        """Some of a request."""
        if self._closing:
            return
        if self._outlet is not None:
            # Nobody sends a request behind a watch; what does is not worth a buffer.
            self._transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._closing = True
        except httptools.HttpParserError:
            self._refuse(wire.plain_refusal(400))

    def pause_writing(self) -> None:
        """The client reads more slowly than it is told."""
        self._paused = True
        if self._outlet is not None:
            self._outlet.pause()
        else:
            self.deadline = self._service.now() + READ_WITHIN
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._paused = False
        if self._outlet is not None:
            self._outlet.resume()
        elif not self._transport.is_closing():
            self.deadline = self._service.now() + IDLE
            self._transport.resume_reading()

    # the parser's calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin()
        self.deadline = self._service.now() + HEADERS_WITHIN

    def on_url(self, url: bytes) -> None:
        """Some of the request's target."""
        self._url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; several of one name are one, a line for each value."""
        self._count(len(name) + len(value))
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}\n{text}"

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > wire.MAX_HEADER:
            self._refuse(wire.plain_refusal(431))

    def on_headers_complete(self) -> None:
        """Now it is known how long the request will be."""
        self.deadline = self._service.now() + BODY_WITHIN
        length = self._headers.get("content-length", "")
        if length.isdecimal() and int(length) > wire.MAX_BODY:
            self._refuse(wire.TOO_LARGE)
        elif self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(wire.CONTINUE)

    def on_body(self, data: bytes) -> None:
        """Some of the request's body."""
        self._length += len(data)
        if self._length > wire.MAX_BODY:
            self._refuse(wire.TOO_LARGE)
        elif not self._closing:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """The request is there: answer it."""
        if self._closing:
            return
        self.deadline = NEVER
        if not self._parser.should_keep_alive() or self._parser.should_upgrade():
            self._closing = True
        try:
            path, query = wire.target_of(self._url)
        except ValueError:
            self._refuse(wire.plain_refusal(400))
            return
        request = Request(
            self._parser.get_method().decode("ascii"),
            path,
            wire.query_of(query),
            self._headers,
            b"".join(self._body),
            self._certificate,
        )
        if self.busy:
            self._backlog.append(request)
            self._transport.pause_reading()
        else:
            self._ask(request)

    # answers

    def _ask(self, request: Request) -> None:
        self.busy = True

        def reply(answer: Answer) -> None:
            if self._transport.is_closing():
                return
            if isinstance(answer, Response):
                without_body = request.method == "HEAD"
                self._service.turn.say(lambda: self._write(answer, without_body))
            else:
                self._begin_stream(answer)

        self._service.ask(request, reply)

    def _next(self) -> None:
        """Ask what was sent before the last answer was there."""
        if self.busy or self._transport.is_closing():
            return
        if self._backlog:
            self._ask(self._backlog.popleft())
        elif not self._paused:
            self._transport.resume_reading()

    def _write(self, answer: Response, without_body: bool) -> None:
        if self._transport.is_closing():
            return
        closing = self._closing and not self._backlog
        self._transport.write(
            wire.whole(answer, self._service.date, closing=closing, without_body=without_body)
        )
        self.busy = False
        if closing:
            self._transport.close()
        elif self._backlog:
            self._service.soon(self._next)
        elif not self._paused:
            self.deadline = self._service.now() + IDLE
            if not self._transport.is_reading():
                self._transport.resume_reading()

    def _refuse(self, answer: Response) -> None:
        """Answer something that is not worth reading on for."""
        if self._closing:
            return
        self._closing = True
        self.deadline = self._service.now() + READ_WITHIN
        self._service.turn.say(lambda: self._write(answer, without_body=False))

    def _begin_stream(self, stream: Stream) -> None:
        chunked = self._parser.get_http_version() != "1.0"
        more = "Transfer-Encoding: chunked\r\n" if chunked else "Connection: close\r\n"
        begin = wire.head(stream.status, stream.headers, self._service.date, more)
        is_json = any("json" in value for name, value in stream.headers if name == "Content-Type")
        outlet = Outlet(
            self._transport,
            self._service.turn,
            chunked=chunked,
            fell_behind=wire.FELL_BEHIND if is_json else b"",
            over=self._stream_over,
        )
        self._outlet = outlet
        outlet.begin(begin)
        stop = stream.start(outlet.send, outlet.end)
        if self._outlet is outlet:
            self._stop = stop
        else:
            stop()

    def _stream_over(self, whole: bool) -> None:
        """The last of a stream is written; its connection serves on if all was told."""
        self._end_stream()
        self.busy = False
        if not whole or self._closing or self._parser.get_http_version() == "1.0":
            self.deadline = self._service.now() + READ_WITHIN
            self._closing = True
            self._transport.close()
        elif not self._transport.is_closing():
            self.deadline = self._service.now() + IDLE

    def _end_stream(self) -> None:
        stop, self._stop = self._stop, None
        outlet, self._outlet = self._outlet, None
        if outlet is not None:
            outlet.close()
        if stop is not None:
            stop()

    # what the server does

    def give_up(self) -> None:
        """Close what has taken too long."""
        if self._url and not self.busy and not self._closing and not self._paused:
            self._refuse(wire.TOO_SLOW)
        else:
            self._transport.abort()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def shut_down(self) -> None:
        """Let the last answer go out, and close."""
        if self._outlet is not None:
            self._outlet.end()
        self._closing = True
        if not self.busy:
            self._transport.close()
