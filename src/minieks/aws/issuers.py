"""The OIDC issuers of the clusters: what they publish, under their own host and under ours.

    https://oidc.eks.eu-west-1.amazonaws.com/id/<ID>/keys
    http://127.0.0.1:4566/id/<ID>/keys

Source: Amazon EKS user guide, "Fetch signing keys to validate OIDC tokens".
"""

import re
from collections.abc import Iterable
from typing import Any, Final, Protocol

import orjson

from minieks.eks.identity import oidc
from minieks.eks.identity.jwts import KeySet
from minieks.kube.rest.http import Request, Response

_PATH: Final = re.compile(r"(?P<issuer>/id/[0-9A-F]{32})(?P<rest>/.*)")
_HEADERS: Final = (("Content-Type", "application/json"), ("Cache-Control", "max-age=3600"))


class Issuers(Protocol):
    """The issuers that there are."""

    def urls(self) -> Iterable[str]:
        """The URL of each."""

    def key_set(self, issuer: str) -> KeySet | None:
        """What an issuer publishes, or None if there is none of this URL."""


class Publishing:
    """Answers for the issuers; None for any other request."""

    def __init__(self, issuers: Issuers) -> None:
        self._issuers = issuers

    def __call__(self, request: Request) -> Response | None:
        """The answer to a request, which needs no signature."""
        found = _PATH.fullmatch(request.path)
        host = request.headers.get("host", "").partition(":")[0]
        if found is None:
            return _not_found() if oidc.is_host(host) else None
        url = next((one for one in self._issuers.urls() if one.endswith(found["issuer"])), "")
        if not url or request.method not in ("GET", "HEAD"):
            return _not_found()
        if oidc.is_host(host) and f"https://{host}{found['issuer']}" != url:
            return _not_found()
        if found["rest"] == oidc.DISCOVERY:
            return _document(oidc.discovery(url))
        return _document(self._issuers.key_set(url)) if found["rest"] == oidc.KEYS else _not_found()


def _document(value: Any) -> Response:
    return Response(200, _HEADERS, orjson.dumps(value))


def _not_found() -> Response:
    return Response(404, (("Content-Type", "application/json"),), b'{"message":"Not Found"}')
