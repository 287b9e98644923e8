"""Signature Version 4: whether a request was signed with the secret of the key that it names.

    verify(SentRequest("GET", "/", query, headers), keys, now) -> Signed

Source: AWS IAM user guide, "Create a signed AWS API request"; error codes and texts as of AWS STS.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote

from minieks.eks.identity.ports import AccessKey, AccessKeys
from minieks.engine.clock import SECOND, Micros

ALGORITHM: Final = "AWS4-HMAC-SHA256"
LIFE: Final = 15 * 60
"""Seconds that a signature counts after its date, and that a clock may be ahead."""

_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_DATE: Final = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_UNSIGNED: Final = ("UNSIGNED-PAYLOAD", "STREAMING-")
_TEXTS: Final = {
    "MissingAuthenticationToken": "Request is missing Authentication Token",
    "InvalidClientTokenId": "The security token included in the request is invalid.",
    "ExpiredToken": "The security token included in the request is expired",
    "SignatureDoesNotMatch": (
        "The request signature we calculated does not match the signature you provided. Check"
        " your AWS Secret Access Key and signing method. Consult the service documentation for"
        " details."
    ),
}


class SignatureRefused(Exception):
    """A request that is not signed as it should be; ``code`` and ``status`` are AWS's."""

    def __init__(self, code: str, message: str = "", status: int = 403) -> None:
        self.code = code
        self.message = message or _TEXTS[code]
        self.status = status
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it was sent: path and query percent-encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


class Scope(NamedTuple):
    """For what a signature counts: the key, the day (``20260823``), the region, the service."""

    access_key: str
    day: str
    region: str
    service: str

    @property
    def text(self) -> str:
        """The scope as the text to sign has it."""
        return f"{self.day}/{self.region}/{self.service}/aws4_request"


class Signature(NamedTuple):
    """A signature and what it says about itself."""

    scope: Scope
    date: str
    headers: tuple[str, ...]
    value: str
    session_token: str
    presigned: bool
    expires: int = LIFE


class Signed(NamedTuple):
    """A request of which it is known who signed it."""

    key: AccessKey
    signature: Signature


def verify(request: SentRequest, keys: AccessKeys, now: Micros) -> Signed:
    """Who has signed a request; raises SignatureRefused."""
    signature = signature_of(request)
    key = keys.access_key(signature.scope.access_key)
    if key is None:
        raise SignatureRefused("InvalidClientTokenId")
    if key.session_token and signature.session_token != key.session_token:
        raise SignatureRefused("InvalidClientTokenId")
    check_time(signature, now)
    if key.secret is not None:
        expected = compute(request, signature, key.secret)
        if not hmac.compare_digest(expected.encode(), signature.value.encode()):
            raise SignatureRefused("SignatureDoesNotMatch")
    if key.expires is not None and now >= key.expires:
        raise SignatureRefused("ExpiredToken")
    return Signed(key, signature)


def signature_of(request: SentRequest) -> Signature:
    """The signature in a request's header or query, unchecked; raises SignatureRefused."""
    given = request.headers.get("authorization", "")
    if given:
        return _from_header(given, request.headers)
    parameters = dict(parse_qsl(request.query, keep_blank_values=True))
    if "X-Amz-Signature" in parameters or "X-Amz-Algorithm" in parameters:
        return _from_query(parameters)
    raise SignatureRefused("MissingAuthenticationToken")


def _from_header(given: str, headers: Mapping[str, str]) -> Signature:
    algorithm, _, rest = given.partition(" ")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Authorization header requires '{ALGORITHM}', got '{algorithm}'.")
    said = dict(_pair(part) for part in rest.split(","))
    for field in ("Credential", "Signature", "SignedHeaders"):
        if not said.get(field):
            raise _incomplete(f"Authorization header requires '{field}' parameter.")
    date = headers.get("x-amz-date", "")
    if not _DATE.fullmatch(date):
        raise _incomplete("Authorization header requires existence of a valid 'X-Amz-Date' header.")
    return Signature(
        scope_of(said["Credential"]),
        date,
        tuple(said["SignedHeaders"].split(";")),
        said["Signature"],
        headers.get("x-amz-security-token", ""),
        presigned=False,
    )


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition("=")
    return name, value


def _from_query(parameters: Mapping[str, str]) -> Signature:
    for field in ("Algorithm", "Credential", "Date", "SignedHeaders", "Signature"):
        if not parameters.get(f"X-Amz-{field}"):
            raise _incomplete(
                f"Query-string authentication requires the 'X-Amz-{field}' parameter."
            )
    date, expires = parameters["X-Amz-Date"], parameters.get("X-Amz-Expires", str(LIFE))
    if parameters["X-Amz-Algorithm"] != ALGORITHM or not _DATE.fullmatch(date):
        raise _incomplete("Query-string authentication has a wrong algorithm or date.")
    return Signature(
        scope_of(parameters["X-Amz-Credential"]),
        date,
        tuple(parameters["X-Amz-SignedHeaders"].split(";")),
        parameters["X-Amz-Signature"],
        parameters.get("X-Amz-Security-Token", ""),
        presigned=True,
        expires=int(expires) if expires.isdecimal() else LIFE,
    )


def scope_of(credential: str) -> Scope:
    """The scope in ``AKIA…/20260823/us-east-1/sts/aws4_request``; raises SignatureRefused."""
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":
        raise _incomplete(
            f"Credential must have exactly 5 slash-delimited elements: '{credential}'"
        )
    return Scope(*parts[:4])


def _incomplete(message: str) -> SignatureRefused:
    return SignatureRefused("IncompleteSignature", message, 400)


def check_time(signature: Signature, now: Micros) -> None:
    """Raises SignatureRefused for a signature that is too old, or of a time to come.

    STS lets every signature live for 15 minutes, whatever ``X-Amz-Expires`` says; other services
    let a presigned URL live as long as it says.
    """
    try:
        at = moment(signature.date)
    except ValueError:
        raise _incomplete(f"'{signature.date}' is no valid 'X-Amz-Date'.") from None
    life = LIFE
    if signature.presigned and signature.scope.service != "sts":
        life = signature.expires
    shown = _shown(now)
    if at + life * SECOND < now:
        earliest = _shown(now - life * SECOND)
        raise SignatureRefused(
            "SignatureDoesNotMatch",
            f"Signature expired: {signature.date} is now earlier than {earliest}"
            f" ({shown} - {life // 60} min.)",
        )
    if at > now + LIFE * SECOND:
        latest = _shown(now + LIFE * SECOND)
        raise SignatureRefused(
            "SignatureDoesNotMatch",
            f"Signature not yet current: {signature.date} is still later than {latest}"
            f" ({shown} + {LIFE // 60} min.)",
        )


def moment(date: str) -> Micros:
    """The time of an ``X-Amz-Date``; ValueError if it is none."""
    at = datetime.strptime(date, _FORMAT).replace(tzinfo=UTC)
    return int(at.timestamp()) * SECOND


def _shown(at: Micros) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime(_FORMAT)


def compute(request: SentRequest, signature: Signature, secret: str) -> str:
    """The signature that the request has if it was signed with this secret."""
    canonical = canonical_request(request, signature)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join((ALGORITHM, signature.date, signature.scope.text, digest))
    return hmac.new(_key(secret, signature.scope), text.encode(), "sha256").hexdigest()


def _key(secret: str, scope: Scope) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (scope.day, scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_request(request: SentRequest, signature: Signature) -> str:
    """The request in the one form that is signed."""
    headers = [f"{name}:{_squeezed(request.headers.get(name, ''))}\n" for name in signature.headers]
    return "\n".join(
        (
            request.method,
            _path(request.path, signature.scope.service),
            _query(request.query),
            "".join(headers),
            ";".join(signature.headers),
            _payload(request, signature),
        )
    )


def _squeezed(value: str) -> str:
    return " ".join(value.replace("\n", ",").split())


def _path(path: str, service: str) -> str:
    """The path encoded once more; S3 takes it as it is."""
    return path if service == "s3" else quote(path or "/", safe="/~")


def _query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = ((_encoded(name), _encoded(value)) for name, _, value in pairs)
    kept = ((name, value) for name, value in encoded if name != "X-Amz-Signature")
    return "&".join(f"{name}={value}" for name, value in sorted(kept))


def _encoded(text: str) -> str:
    return quote(unquote(text.replace("+", " ")), safe="-_.~")


def _payload(request: SentRequest, signature: Signature) -> str:
    said = request.headers.get("x-amz-content-sha256", "")
    if said.startswith(_UNSIGNED):
        return said
    if signature.presigned and signature.scope.service == "s3":
        return _UNSIGNED[0]
    return hashlib.sha256(request.body).hexdigest() if request.body else _EMPTY
