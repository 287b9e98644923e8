"""What of HTTP the API needs: a request, an answer, and an answer that goes on.

Nothing here knows a framework or a socket; whoever serves translates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeAlias

from minieks.kube.rest import goyaml

Headers: TypeAlias = tuple[tuple[str, str], ...]
Send: TypeAlias = Callable[[bytes], None]
End: TypeAlias = Callable[[], None]
ReadYaml: TypeAlias = Callable[[bytes], tuple[Any, list[str]]]
"""Reads a document as `goyaml.load` does, and raises what it raises, or an ApiError."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The subject of a client's certificate that TLS has verified against the cluster's CA.

    ``fingerprint`` is the SHA-256 of its DER in hexadecimal digits, empty if it is not known.
    """

    common_name: str
    organizations: tuple[str, ...] = ()
    fingerprint: str = ""


class Request(NamedTuple):
    """One request. ``path`` is percent-encoded as received; header names are in lower case.

    The values of a header that came more than once are joined by a line feed. ``read_yaml`` reads
    a body in YAML; whoever serves may give another one that does not keep other clients waiting.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    certificate: ClientCertificate | None = None
    read_yaml: ReadYaml = goyaml.load

    def asked(self, name: str, default: str = "") -> str:
        """The first value of a query parameter; ``default`` if it is not there."""
        for key, value in self.query:
            if key == name:
                return value
        return default


class Response(NamedTuple):
    """A whole answer. Header names are as they are sent; there is no Content-Length among them.

    ``unwritten``: the body is JSON still and is sent as YAML (`yamltext.rewritten`); that takes so
    long that whoever serves does it where it keeps no other client waiting.
    """

    status: int
    headers: Headers
    body: bytes
    unwritten: bool = False

    def header(self, name: str) -> str:
        """The first header of this name, in any case of letters; empty if there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


class Stream(Protocol):
    """An answer without a known end: a watch, a log that is followed.

    ``start`` is called once, after the status and headers are sent. It pushes chunks to ``send``
    and calls ``end`` when the answer is over; what it returns stops it, and ``end`` is then not
    called any more. Bounding what a slow client makes wait is the caller's business.
    """

    status: int
    headers: Headers

    def start(self, send: Send, end: End) -> Callable[[], None]:
        """Begin to push; returns how to stop."""


Answer: TypeAlias = Response | Stream
