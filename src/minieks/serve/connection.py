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
from minieks.serve.sink import Sink
from minieks.serve.tls import client_of
from minieks.serve.turn import Turn
from minieks.serve.unread import Unread

HEADERS_WITHIN = 32.0
"""Seconds for a request's headers (kubernetes apiserver pkg/server/secure_serving.go)."""
BODY_WITHIN = 60.0
"""Seconds for a request (kubernetes apiserver pkg/server/config.go RequestTimeout)."""
IDLE = 90.0
"""Seconds that a connection may wait for its next request (secure_serving.go IdleTimeout)."""
READ_WITHIN = 60.0
"""Seconds in which a client takes what it was sent."""
LINGER = 2.0
"""Seconds in which a client that is refused may send the rest, so that it reads the refusal."""
NEVER = float("inf")


class Service(Protocol):
    """What connections lead to."""

    turn: Turn
    unread: Unread
    date: str
    max_body: int
    """Bytes of a request's body."""
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
        self._sink: Sink
        self._certificate: ClientCertificate | None = None
        self._outlet: Outlet | None = None
        self._stop: Callable[[], None] | None = None
        # What is to be asked, or is refused already, after the answer that is awaited.
        self._backlog: deque[Request | Response] = deque()
        self._in_head = False
        self._in_request = False
        # Nothing more is read; nothing more is written.
        self._closing = False
        self._done = False
        self._lingers = False
        self.busy = False
        self.deadline = NEVER
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._head_size = 0
        self._fields: list[tuple[bytes, bytes]] = []
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._length = 0

    # the transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance
        self._sink = Sink(self._transport, lambda size: self._service.unread.note(self, size))
        self._certificate = client_of(transport.get_extra_info("ssl_object"))
        self.deadline = self._service.now() + HEADERS_WITHIN
        self._service.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, or we are."""
        self._service.closed(self)
        self._sink.forget()
        self._backlog.clear()
        self._end_stream()
        # They lead back here; without them no search for garbage is needed to be rid of this.
        del self._parser, self._sink

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
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > wire.MAX_HEADER:
                self._refuse(wire.plain_refusal(431), lingers=True)

    def pause_writing(self) -> None:
        """The client reads more slowly than it is told."""
        self._sink.pause()
        self.deadline = self._service.now() + READ_WITHIN
        if self._outlet is not None:
            self._outlet.pause()
        else:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It has read what was written; there may be more for it."""
        self._sink.resume()
        self.deadline = self._service.now() + READ_WITHIN
        if not self._sink.is_clear or self._transport.is_closing():
            return
        if self._done:
            self._transport.close()
        elif self._outlet is not None:
            self.deadline = NEVER
            self._outlet.resume()
        elif not self.busy:
            self._wait()

    # the parser's calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin()
        self._in_head = self._in_request = True
        self.deadline = self._service.now() + HEADERS_WITHIN

    def on_url(self, url: bytes) -> None:
        """Some of the request's target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; what is sent behind the body is none."""
        if self._in_head:
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        """Now it is known how long the request will be."""
        self._in_head = False
        self.deadline = self._service.now() + BODY_WITHIN
        self._headers = wire.headers_of(self._fields)
        most = self._service.max_body
        refusal = wire.refusal_of(self._parser.get_http_version(), self._headers, most)
        if refusal is not None:
            self._refuse(refusal, lingers=refusal is wire.TOO_LARGE)
        elif "expect" in self._headers and not self.busy:
            self._sink.write(wire.CONTINUE)

    def on_body(self, data: bytes) -> None:
        """Some of the request's body."""
        self._length += len(data)
        if self._length > self._service.max_body:
            self._refuse(wire.TOO_LARGE, lingers=True)
        elif not self._closing:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """The request is there: answer it."""
        self._in_request = False
        if self._closing:
            return
        self.deadline = NEVER
        try:
            path, query = wire.target_of(self._url)
        except ValueError:
            self._refuse(wire.plain_refusal(400))
            return
        if not self._parser.should_keep_alive() or self._parser.should_upgrade():
            self._closing = True
        request = Request(
            self._parser.get_method().decode("ascii"),
            path,
            wire.query_of(query),
            self._headers,
            b"".join(self._body),
            self._certificate,
        )
        self._body = []
        if self.busy:
            self._queue(request)
        else:
            self._ask(request)

    def _queue(self, what: Request | Response) -> None:
        """It is the turn of others before; until then no more is read."""
        self._backlog.append(what)
        if self._outlet is not None:
            self._transport.abort()
        else:
            self._transport.pause_reading()

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
        if self.busy or self._transport.is_closing() or not self._backlog:
            return
        what = self._backlog.popleft()
        if isinstance(what, Response):
            self._write(what, without_body=False)
        else:
            self._ask(what)

    def _write(self, answer: Response, without_body: bool) -> None:
        if self._transport.is_closing():
            return
        closing = self._closing and not self._backlog
        date = self._service.date
        for part in wire.whole(answer, date, closing=closing, without_body=without_body):
            self._sink.write(part)
        self.busy = False
        if closing:
            self._close()
        elif self._sink.is_clear:
            self._wait()

    def _wait(self) -> None:
        """Go on with what was sent already, or wait for more."""
        if self._backlog:
            self._service.soon(self._next)
            return
        if not self._in_request:
            self.deadline = self._service.now() + IDLE
        if not self._transport.is_reading():
            self._transport.resume_reading()

    def _close(self) -> None:
        """Close when the last is told; first let a client send what it still wants to."""
        self._done = True
        if self._lingers:
            self.deadline = self._service.now() + LINGER
        elif self._sink.is_clear:
            self.deadline = self._service.now() + READ_WITHIN
            self._transport.close()

    def _refuse(self, answer: Response, *, lingers: bool = False) -> None:
        """Answer something that is not worth reading on for.

        A client ``lingers`` that sends on before it reads: closed at once, it would not hear why.
        """
        if self._closing:
            return
        self._closing = True
        self._lingers = lingers
        answer = wire.audited(answer, self._headers)
        self.deadline = self._service.now() + READ_WITHIN
        if self.busy or self._backlog:
            self._queue(answer)
        else:
            self._service.turn.say(lambda: self._write(answer, without_body=False))

    def _begin_stream(self, stream: Stream) -> None:
        if self._backlog:
            self._transport.abort()  # As behind a watch.
            return
        if not self._transport.is_reading():
            self._transport.resume_reading()  # Else nobody would hear that the client is gone.
        chunked = self._parser.get_http_version() != "1.0"
        more = "Transfer-Encoding: chunked\r\n" if chunked else "Connection: close\r\n"
        begin = wire.head(stream.status, stream.headers, self._service.date, more)
        is_json = any("json" in value for name, value in stream.headers if name == "Content-Type")
        outlet = Outlet(
            self._sink,
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
            self._closing = True
            self.deadline = self._service.now() + READ_WITHIN
            self._close()
        elif not self._transport.is_closing() and self._sink.is_clear:
            self._wait()

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
        if self._in_request and not self.busy and not self._closing and self._sink.is_clear:
            self._refuse(wire.TOO_SLOW)
        elif self._closing or self.busy or not self._sink.is_clear:
            self._transport.abort()
        else:
            self._closing = True
            self.deadline = self._service.now() + READ_WITHIN
            self._transport.close()

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
