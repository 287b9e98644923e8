"""What a connection makes of bytes, hostile and clumsy ones too."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from minieks.kube.rest.http import Answer, Headers, Request, Response
from minieks.serve import connection as module
from minieks.serve import wire
from minieks.serve.connection import Connection
from minieks.serve.sink import PIECE
from minieks.serve.unread import Unread

GET = b"GET /%d HTTP/1.1\r\nHost: x\r\n"
END = b"\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


class Transport(asyncio.Transport):
    """Keeps what is written; ``full`` ones ask for a pause at the next write."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.state = "open"
        self.reading = True
        self.full = False
        self.connection: Connection

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert self.state == "open", "nothing is written to what is closed"
        self.written += bytes(data)
        if self.full:
            self.connection.pause_writing()

    def is_closing(self) -> bool:
        return self.state != "open"

    def is_reading(self) -> bool:
        return self.reading

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self) -> None:
        self.state = "closed"

    def abort(self) -> None:
        self.state = "aborted"

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return None


class AtOnce:
    """A turn in which everything is kept already."""

    def say(self, tell: Callable[[], None]) -> None:
        tell()


class Watch:
    """A stream that the test tells what to send."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: Headers = (("Content-Type", "application/json"),)
        self.stopped = False

    def start(self, send: Callable[[bytes], None], end: Callable[[], None]) -> Callable[[], None]:
        self.send, self.end = send, end
        return self.stop

    def stop(self) -> None:
        self.stopped = True


class World:
    """One connection, the service behind it, and time."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.time = 0.0
        self.turn: Any = AtOnce()
        self.unread = Unread()
        self.date = "now"
        self.max_body = wire.MAX_BODY
        self.asked: list[Request] = []
        self.replies: list[Callable[[Answer], None]] = []
        self.later: list[Callable[[], None]] = []
        self.at_once = True
        self.now: Callable[[], float] = lambda: self.time
        self.soon: Callable[[Callable[[], None]], object] = self.later.append
        self.transport = Transport()
        self.connection = Connection(self)
        self.transport.connection = self.connection
        self.connection.connection_made(self.transport)

    def opened(self, connection: Connection) -> None:
        """Nothing is done about it."""

    def closed(self, connection: Connection) -> None:
        """Nothing is done about it."""

    def ask(self, request: Request, reply: Callable[[Answer], None]) -> None:
        self.asked.append(request)
        if self.at_once:
            reply(Response(200, (), request.path.encode()))
        else:
            self.replies.append(reply)

    def send(self, data: bytes) -> None:
        self.connection.data_received(data)
        while self.later:
            self.later.pop(0)()

    def answer(self, answer: Answer) -> None:
        self.replies.pop(0)(answer)
        while self.later:
            self.later.pop(0)()

    def forget(self) -> None:
        """Drop all that leads to the connection."""
        del self.connection, self.transport.connection
        self.replies.clear()

    def watch(self) -> Watch:
        """Begin a watch."""
        self.at_once = False
        self.send(GET % 1 + END)
        watch = Watch()

        async def begun() -> None:
            self.answer(watch)
            await asyncio.sleep(0)

        self.loop.run_until_complete(begun())
        return watch

    def wait(self, seconds: float) -> None:
        """What the server does once a second."""
        self.time += seconds
        if self.connection.deadline < self.time:
            self.connection.give_up()

    @property
    def statuses(self) -> list[int]:
        lines = self.transport.written.split(b"HTTP/1.1 ")[1:]
        return [int(line[:3]) for line in lines]


@pytest.fixture
def world() -> Any:
    found = World()
    yield found
    found.loop.close()


# kubernetes apiserver leaves these to Go's net/http (server.go, readRequest).
REFUSED = {
    "garbage": (b"\x00\x01\x02\r\n\r\n", 400),
    "an unknown method": (b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a preface of HTTP 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP 0.9": (b"GET /\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (GET % 1 + b"Host: y\r\n\r\n", 400),
    "a blank in a name": (GET % 1 + b"A : b\r\n\r\n", 400),
    "NUL in a value": (GET % 1 + b"A: b\x00c\r\n\r\n", 400),
    "a folded header": (GET % 1 + b"A: b\r\n c\r\n\r\n", 400),
    "no colon": (GET % 1 + b"A\r\n\r\n", 400),
    "NUL in the path": (b"GET /a\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a path that is no ASCII": (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a wrong escape": (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "no path": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "no path, and goodbye": (b"GET a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
    "no path in HTTP 1.0": (b"GET a HTTP/1.0\r\n\r\n", 400),
    "CONNECT": (b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    "a length and chunks": (
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
    ),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "a length without end": (POST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n", 400),
    "no chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    "another encoding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "an expectation": (POST + b"Expect: 200-ok\r\nContent-Length: 1\r\n\r\n", 417),
    "a large body": (POST + b"Content-Length: %d\r\n\r\n" % (wire.MAX_BODY + 1), 413),
    "a large chunk": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (4 << 20) + b"x" * (4 << 20),
        413,
    ),
    "a header without end": (GET % 1 + b"A: " + b"x" * (wire.MAX_HEADER + 1), 431),
    "a path without end": (b"GET /" + b"x" * (wire.MAX_HEADER + 1), 431),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_request_is_refused_once_and_is_the_last(
    world: World, data: bytes, status: int
) -> None:
    world.send(data)
    world.send(b"more of it")
    world.wait(module.LINGER + 1)

    assert world.statuses == [status]
    assert world.asked == []
    assert b"Connection: close" in world.transport.written
    assert world.transport.state != "open"


def test_who_sends_too_much_can_read_that_it_is_too_much(world: World) -> None:
    world.send(POST + b"Content-Length: 4000000\r\n\r\n")
    world.send(b"x" * 1000)
    assert world.transport.state == "open"

    world.wait(module.LINGER + 1)
    assert world.transport.state == "aborted"


def test_many_headers_of_one_name_are_joined(world: World) -> None:
    world.send(GET % 1 + b"A: b\r\n" * 50_000 + END)

    assert world.asked[0].headers["a"] == "\n".join(["b"] * 50_000)


def test_what_follows_the_chunks_is_no_header(world: World) -> None:
    world.send(
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nImpersonate-User: a\r\n\r\n"
    )

    assert world.asked[0].body == b"{}"
    assert "impersonate-user" not in world.asked[0].headers


def test_a_body_is_waited_for_after_it_was_welcomed(world: World) -> None:
    world.send(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert world.transport.written == wire.CONTINUE

    world.send(b"{}")
    assert world.asked[0].body == b"{}"


def test_requests_are_answered_in_their_order(world: World) -> None:
    world.at_once = False
    world.send(GET % 1 + END + GET % 2 + END + GET % 3 + END + b"\x00")
    assert not world.transport.reading
    for number in range(3):
        assert len(world.asked) == number + 1
        world.answer(Response(200 + number, (), b""))

    assert world.statuses == [200, 201, 202, 400]
    assert world.transport.state == "closed"


# kubernetes apiserver pkg/server/config.go: the audit id is given before the body is looked at.
@pytest.mark.parametrize(
    ("header", "length", "audited"),
    [
        pytest.param(b"Audit-Id: mine\r\n", wire.MAX_BODY + 1, b"Audit-Id: mine\r\n", id="sent"),
        pytest.param(b"", wire.MAX_BODY + 1, b"Audit-Id: ", id="made"),
        pytest.param(b"Audit-Id: mine\r\n", 9, b"Audit-Id: mine\r\n", id="too slow"),
    ],
)
def test_a_refusal_of_the_api_has_an_audit_id(
    world: World, header: bytes, length: int, audited: bytes
) -> None:
    world.send(POST + header + b"Content-Length: %d\r\n\r\n" % length)
    world.wait(module.BODY_WITHIN + 1)

    assert world.statuses in ([413], [408])
    assert audited in world.transport.written


def test_byte_by_byte_is_a_request_too(world: World) -> None:
    for number in GET % 7 + END:
        world.send(bytes([number]))

    assert world.statuses == [200]


@pytest.mark.parametrize(
    ("data", "seconds", "status"),
    [
        pytest.param(b"", module.HEADERS_WITHIN, [], id="nothing"),
        pytest.param(b"GET / HT", module.HEADERS_WITHIN, [408], id="half of a head"),
        pytest.param(
            POST + b"Content-Length: 9\r\n\r\n{", module.BODY_WITHIN, [408], id="half of a body"
        ),
        pytest.param(GET % 1 + END, module.IDLE, [200], id="nothing more"),
        pytest.param(GET % 1 + END + b"GET", module.HEADERS_WITHIN, [200, 408], id="a second"),
    ],
)
def test_a_slow_client_is_given_up_in_time(
    world: World, data: bytes, seconds: float, status: list[int]
) -> None:
    world.send(data)
    world.wait(seconds - 1)
    assert world.transport.state == "open"

    world.wait(2)
    assert world.statuses == status
    assert world.transport.state == "closed"


def test_a_drop_now_and_then_does_not_help(world: World) -> None:
    world.send(b"GET / HTTP/1.1\r\n")
    for _ in range(40):
        world.send(b"a: b\r\n")
        world.wait(1)

    assert world.statuses == [408]


def test_who_does_not_read_a_long_answer_is_given_up(world: World) -> None:
    world.at_once = False
    world.send(GET % 1 + END)
    world.transport.full = True
    world.answer(Response(200, (), b"x" * (9 * PIECE)))

    assert 0 < len(world.transport.written) <= PIECE
    assert world.unread.total > 8 * PIECE
    world.wait(module.READ_WITHIN + 1)
    assert world.transport.state == "aborted"


def test_who_reads_a_long_answer_gets_all_of_it(world: World) -> None:
    world.at_once = False
    world.send(GET % 1 + b"Connection: close\r\n" + END)
    world.transport.full = True
    world.answer(Response(200, (), b"x" * (3 * PIECE)))
    for _ in range(3):
        assert world.transport.state == "open"
        world.connection.resume_writing()
    world.transport.full = False
    world.connection.resume_writing()

    assert world.transport.written.endswith(b"\r\n\r\n" + b"x" * (3 * PIECE))
    assert world.transport.state == "closed"
    assert world.unread.total == 0


def test_a_watch_ends_when_its_client_is_gone(world: World) -> None:
    watch = world.watch()
    assert world.transport.reading

    world.connection.connection_lost(None)
    assert watch.stopped


def test_who_talks_during_a_watch_is_dropped(world: World) -> None:
    world.watch()
    world.send(GET % 2 + END)

    assert world.transport.state == "aborted"


def test_a_watch_that_nobody_reads_is_given_up(world: World) -> None:
    world.watch()
    world.wait(100_000)
    assert world.transport.state == "open"

    world.connection.pause_writing()
    world.wait(module.READ_WITHIN + 1)
    assert world.transport.state == "aborted"


def test_a_connection_without_requests_is_closed_without_a_word(world: World) -> None:
    world.send(GET % 1 + END)
    world.wait(module.IDLE + 1)

    assert world.statuses == [200]


def test_nothing_is_left_of_a_connection_that_is_gone(world: World) -> None:
    # While clusters are served, Python seldom looks for cycles.
    world.send(GET % 1 + END)
    watch = world.watch()
    gone = weakref.ref(world.connection)
    world.connection.connection_lost(None)
    gc.disable()
    try:
        assert watch.stopped
        del watch
        world.forget()
        assert gone() is None
    finally:
        gc.enable()


def test_those_that_leave_most_unread_are_given_up_first() -> None:
    class Reader:
        def __init__(self) -> None:
            self.here = True

        def abort(self) -> None:
            self.here = False

    unread = Unread(limit=100)
    small, large, other = Reader(), Reader(), Reader()
    unread.note(small, 10)
    unread.note(large, 60)
    unread.note(other, 30)
    assert large.here

    unread.note(small, 11)
    assert (small.here, large.here, other.here) == (True, False, True)
    assert unread.total == 41

    unread.note(small, 0)
    unread.note(large, 0)
    assert unread.total == 30
