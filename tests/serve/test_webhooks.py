"""Webhooks are called over HTTPS, and requests wait for them without holding others up."""

import asyncio
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import settled
from minieks.serve.authority import Authority
from minieks.serve.clock import machine_time
from minieks.serve.https import NotPosted, Posted, post
from minieks.serve.tls import server_context

AUTHORITY = Authority.create(machine_time())
BUNDLE = b64encode(AUTHORITY.pair.certificate).decode()
OTHER = b64encode(Authority.create(machine_time()).pair.certificate).decode()

Client = Callable[[int], Awaitable[Any]]


def _context() -> ssl.SSLContext:
    pair = AUTHORITY.for_server(["127.0.0.1", "s.default.svc"], machine_time())
    return server_context(pair, AUTHORITY.pair.certificate)


def served(answer: bytes, client: Client) -> tuple[Any, bytes]:
    """What the client makes of a server that answers so, and what the server was sent."""

    async def run() -> tuple[Any, bytes]:
        got: list[bytes] = []

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            got.append(head + await reader.readexactly(length))
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=_context())
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await client(port), b"".join(got)

    return settled.run(run())


def posting(bundle: str = BUNDLE, server_name: str = "", within: float = 5.0) -> Client:
    async def client(port: int) -> Any:
        url = f"https://127.0.0.1:{port}/check?timeout=5s"
        body = json.dumps({"a": 1}).encode()
        try:
            return await post(url, body, ca_bundle=bundle, server_name=server_name, within=within)
        except NotPosted as error:
            return str(error)

    return client


def test_a_review_is_posted_and_the_answer_read() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue"
    found, sent = served(answer, posting(server_name="s.default.svc"))
    assert isinstance(found, Posted)
    assert (found.status, bytes(found.body)) == (200, b"true")
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /check?timeout=5s HTTP/1.1\r\n")
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == {"a": 1}


def test_an_answer_in_chunks_is_read_to_its_end() -> None:
    answer = b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n"
    found, _ = served(answer, posting())
    assert (found.status, bytes(found.body)) == (500, b"no!")


@pytest.mark.parametrize(
    ("bundle", "server_name", "text"),
    [
        (OTHER, "", "tls: failed to verify certificate: x509: certificate signed by unknown"),
        (BUNDLE, "t.default.svc", "tls: failed to verify certificate: x509: certificate is not"),
        ("!", "", "unable to load root certificates"),
    ],
)
def test_a_certificate_that_does_not_fit_is_a_failure(
    bundle: str, server_name: str, text: str
) -> None:
    found, _ = served(b"", posting(bundle, server_name))
    assert found.startswith(text)


def test_a_server_that_says_nothing_is_a_failure() -> None:
    assert served(b"", posting())[0] == "EOF"
    assert served(b"HTTP/1.1 200 OK\r\n", posting(within=5))[0] == "EOF"


def test_nobody_listening_is_a_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = settled.run(_call(port))
    assert found == f"dial tcp 127.0.0.1:{port}: connect: connection refused"


async def _call(port: int) -> Any:
    return await posting()(port)
