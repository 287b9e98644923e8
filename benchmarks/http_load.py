"""A client for benchmarks: many connections over TLS, each sending its next request at once."""

import asyncio
import os
import ssl
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
import yaml

CONNECTIONS = 16
_LOOP = 10_000_000


class Target:
    """The cluster of a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = b64decode(cluster["certificate-authority-data"]).decode()
        self.tls = ssl.create_default_context(cadata=authority)
        with TemporaryDirectory() as folder:
            pair = Path(folder) / "pair.pem"
            certificate, key = user["client-certificate-data"], user["client-key-data"]
            pair.write_bytes(b64decode(certificate) + b64decode(key))
            self.tls.load_cert_chain(pair)
        address = urlsplit(cluster["server"])
        self.host, self.port = str(address.hostname), int(address.port or 443)


def calm() -> str:
    """How calm the machine is: what a fixed loop takes, and how many wait for a core."""
    began = perf_counter()
    for _ in range(_LOOP):
        pass
    took = perf_counter() - began
    return f"a loop of {_LOOP:,} in {took * 1000:.0f} ms, load {os.getloadavg()[0]:.1f}"


def request(method: str, path: str, body: object = None) -> bytes:
    """A request in bytes."""
    data = b"" if body is None else orjson.dumps(body)
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n"
    return f"{head}Content-Type: application/json\r\n\r\n".encode() + data


class Paced:
    """Says when the next request is to be sent."""

    def __init__(self, pace: float) -> None:
        self._gap = 1 / pace
        self._at = 0.0

    def wait(self) -> float:
        """Seconds until then; a client that is late sends at once."""
        now = perf_counter()
        self._at = max(self._at + self._gap, now)
        return self._at - now


class Connection(asyncio.Protocol):
    """Sends what ``feed`` gives, one request after the other, and notes how long each took.

    ``last`` is the latest answer, with its head.
    """

    def __init__(
        self, feed: Iterator[bytes], done: Callable[[], None], paced: Paced | None = None
    ) -> None:
        self._feed = feed
        self._done = done
        self._paced = paced
        self._buffer = bytearray()
        self._wanted = 0
        self._began = 0.0
        self.seconds: list[float] = []
        self.failures = 0
        self.last = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing is sent before `next`."""
        self._transport = cast(asyncio.Transport, transport)

    def next(self) -> None:
        """Send the next request; without one, this connection is done."""
        sent = next(self._feed, None)
        if sent is None:
            self._done()
        elif self._paced is None:
            self._send(sent)
        else:
            asyncio.get_running_loop().call_later(self._paced.wait(), self._send, sent)

    def _send(self, sent: bytes) -> None:
        self._began = perf_counter()
        self._transport.write(sent)

    def data_received(self, data: bytes) -> None:
        """Some of an answer; all of them tell their length."""
        self._buffer += data
        if not self._wanted:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            length = head.split(b"content-length: ")[1].split(b"\r\n")[0]
            self._wanted = end + 4 + int(length)
            self.failures += not head.startswith(b"http/1.1 2")
        if len(self._buffer) < self._wanted:
            return
        self.seconds.append(perf_counter() - self._began)
        self.last, self._buffer = self._buffer, bytearray()
        self._wanted = 0
        self.next()

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()


async def connected(target: Target, make: Callable[[], Any], count: int) -> list[Any]:
    """So many connections, their handshakes done."""
    loop = asyncio.get_running_loop()
    found = []
    for _ in range(count):
        _, protocol = await loop.create_connection(
            make, target.host, target.port, ssl=target.tls, server_hostname=target.host
        )
        found.append(protocol)
    return found


async def hammer(
    target: Target, requests: Iterator[bytes], count: int = CONNECTIONS, pace: float = 0.0
) -> tuple[float, list[float]]:
    """Send all requests: the seconds it took, and each answer's.

    They go as fast as answers come, or at a ``pace`` of so many a second.
    """
    left, over = count, asyncio.get_running_loop().create_future()
    paced = Paced(pace) if pace else None

    def done() -> None:
        nonlocal left
        left -= 1
        if not left:
            over.set_result(None)

    made = await connected(target, lambda: Connection(requests, done, paced), count)
    began = perf_counter()
    for one in made:
        one.next()
    await over
    took = perf_counter() - began
    assert not sum(one.failures for one in made), "a request was refused"
    for one in made:
        one.close()
    return took, [seconds for one in made for seconds in one.seconds]
