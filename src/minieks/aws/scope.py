"""Whom a request is for, and by whose key: the scope that its signature names.

Source: AWS General Reference, "Signature Version 4 signing process": the header ``Authorization``,
or the query parameters of a presigned URL; ``Signature Version 2`` where old clients use it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from minieks.kube.rest.http import Request

_CREDENTIAL: Final = re.compile(r"Credential=([^,\s]+)")
_VERSION_2: Final = re.compile(r"^AWS ([^:]+):")
_HOST: Final = re.compile(
    r"^(?:.+\.)?(?P<service>[a-z0-9-]+)\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
    r"\.(?:amazonaws\.com(?:\.cn)?|api\.aws)(?::\d+)?$"
)
_FORM: Final = "application/x-www-form-urlencoded"
DEFAULT_REGION: Final = "us-east-1"
_UNSIGNED_ACTIONS: Final = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}
"""Actions that need no signature (AWS STS API Reference)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A service in a region, and the access key that signed; empty for what is unknown."""

    service: str
    region: str = DEFAULT_REGION
    access_key: str = ""
    date: str = ""
    token: str = ""
    """The session token that goes with a temporary access key."""

    @property
    def is_signed(self) -> bool:
        """Whether a key stands behind the request."""
        return bool(self.access_key)


def scope_of(request: Request) -> Scope | None:
    """The scope of a request; None if nothing in it says which service it is for."""
    header = request.headers.get("authorization", "")
    found = _CREDENTIAL.search(header) if header.startswith("AWS4-") else None
    credential = found[1] if found else request.asked("X-Amz-Credential")
    if credential:
        token = request.headers.get("x-amz-security-token", "")
        return _of_credential(credential, token or request.asked("X-Amz-Security-Token"))
    old = _VERSION_2.match(header)
    key = old[1] if old else request.asked("AWSAccessKeyId")
    if key:
        return Scope("s3", access_key=key)
    return _unsigned(request)


def _of_credential(credential: str, token: str) -> Scope | None:
    """``KEY/20261122/us-east-1/eks/aws4_request``; a key may hold slashes itself."""
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != "aws4_request":
        return None
    key, date, region, service, _ = parts
    return Scope(service.lower(), region or DEFAULT_REGION, key, date, token)


def _unsigned(request: Request) -> Scope | None:
    if request.path.startswith("/moto-api/"):
        return Scope("motoapi")
    host = _HOST.match(request.headers.get("host", ""))
    if host:
        return Scope(host["service"], host["region"])
    service = _UNSIGNED_ACTIONS.get(action_of(request))
    return Scope(service) if service else None


def action_of(request: Request) -> str:
    """The action that the query protocol names, in the query or in the form; empty without one."""
    named = request.asked("Action")
    if named or not request.headers.get("content-type", "").startswith(_FORM):
        return named
    return next((value for name, value in _form(request.body) if name == "Action"), "")


def _form(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        yield from parse_qsl(body.decode(), keep_blank_values=True)
    except (UnicodeDecodeError, ValueError):
        return
