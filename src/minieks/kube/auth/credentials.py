"""What authentication reads of a request; the REST layer's request has all of it.

Source: kubernetes apiserver pkg/authentication/request.
"""

from collections.abc import Mapping
from typing import Protocol


class Certificate(Protocol):
    """The subject of a client certificate that TLS has verified."""

    @property
    def common_name(self) -> str:
        """The subject's CN; empty if it has none."""

    @property
    def organizations(self) -> tuple[str, ...]:
        """The subject's O, as often as they occur."""

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the DER in hexadecimal digits; empty if it is not known."""


class Credentials(Protocol):
    """A request as authentication sees it."""

    @property
    def path(self) -> str:
        """The path, percent-encoded, without the query."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case; the values of a repeated header are joined by a line feed."""

    @property
    def certificate(self) -> Certificate | None:
        """The client's certificate, if it sent one."""


def values_of(credentials: Credentials, name: str) -> tuple[str, ...]:
    """All values of a header, in the order they were sent; empty if it is not there."""
    found = credentials.headers.get(name)
    return () if found is None else tuple(found.split("\n"))


def bearer_token(credentials: Credentials) -> str:
    """The bearer token of a request; empty if it has none."""
    scheme, _, token = credentials.headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
