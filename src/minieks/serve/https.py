"""One POST over HTTPS, as webhooks get it; failures in the words of Go's client."""

import asyncio
import socket
import ssl
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httptools

_LONGEST: Final = 3 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_PORT: Final = 443


class NotPosted(Exception):
    """Nothing was answered; the message is Go's, without the method and the URL."""


@dataclass(slots=True)
class Posted:
    """What was answered: filled by the parser."""

    status: int = 0
    body: bytearray = field(default_factory=bytearray)
    begun: bool = False
    done: bool = False

    def on_headers_complete(self) -> None:
        """From here on it is an answer, which may end with the connection."""
        self.begun = True

    def on_body(self, data: bytes) -> None:
        """Some of the body."""
        self.body += data
        if len(self.body) > _LONGEST:
            raise NotPosted("the answer is longer than 3 MiB")

    def on_message_complete(self) -> None:
        """That was all."""
        self.done = True


async def post(url: str, body: bytes, *, ca_bundle: str, server_name: str, within: float) -> Posted:
    """Send JSON and wait for the answer; raises NotPosted. ``within`` is in seconds."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORT
    try:
        context = _context(ca_bundle)
        async with asyncio.timeout(within):
            return await _exchange(url, body, context, server_name or host)
    except TimeoutError:
        raise NotPosted("context deadline exceeded") from None
    except (OSError, httptools.HttpParserError, asyncio.IncompleteReadError) as error:
        raise NotPosted(worded(error, host, port)) from None


def _context(ca_bundle: str) -> ssl.SSLContext:
    if not ca_bundle:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cadata=b64decode(ca_bundle, validate=True).decode())
    except (ValueError, ssl.SSLError):
        raise NotPosted("unable to load root certificates") from None


async def _exchange(url: str, body: bytes, context: ssl.SSLContext, name: str) -> Posted:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or _PORT, ssl=context, server_hostname=name
    )
    try:
        target = parts._replace(scheme="", netloc="").geturl() or "/"
        head = (
            f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "User-Agent: kube-apiserver-admission\r\nAccept: application/json, */*\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        return await _answered(reader)
    finally:
        writer.close()


async def _answered(reader: asyncio.StreamReader) -> Posted:
    found = Posted()
    parser = httptools.HttpResponseParser(found)
    while not found.done:
        data = await reader.read(_CHUNK)
        if not data:
            break
        parser.feed_data(data)
        found.status = parser.get_status_code()
    if not found.begun:
        raise NotPosted("EOF")
    return found


def worded(error: Exception, host: str, port: int) -> str:
    """An error of a connection as Go tells it."""
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"tls: failed to verify certificate: x509: {_unverified(error, host)}"
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {host}: no such host"
    if isinstance(error, ConnectionRefusedError):
        return f"dial tcp {shown}: connect: connection refused"
    if isinstance(error, ConnectionResetError):
        return f"read tcp {shown}: read: connection reset by peer"
    if isinstance(error, ssl.SSLError):
        return "remote error: tls: handshake failure"
    if isinstance(error, OSError):
        return f"dial tcp {shown}: connect: {(error.strerror or str(error)).lower()}"
    return f'net/http: HTTP/1.x transport connection broken: malformed HTTP response "{error}"'


def _unverified(error: ssl.SSLCertVerificationError, host: str) -> str:
    if "ostname mismatch" in str(error) or "IP address mismatch" in str(error):
        return f"certificate is not valid for any names, but wanted to match {host}"
    return "certificate signed by unknown authority"
