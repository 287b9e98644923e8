"""The tokens of ``aws eks get-token``: a presigned request to STS, and what is checked of it.

    presigned(token, "my-cluster", "aws", now) -> Presigned

The caller signs GetCallerIdentity together with the name of the cluster; whoever has the token can
ask STS who that was, and no more. Source: aws-iam-authenticator pkg/token/token.go.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import SplitResult, parse_qsl, urlsplit

from minieks.data.regions import all_regions
from minieks.eks.identity.signatures import SentRequest, moment
from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.fields import quoted
from minieks.kube.auth.authentication import TokenRefused
from minieks.kube.words import times

PREFIX: Final = "k8s-aws-v1."
CLUSTER_HEADER: Final = "x-k8s-aws-id"
_LONGEST: Final = 4096
_LIFE: Final = 15 * 60
"""Seconds from X-Amz-Date on."""
_ALPHABET: Final = re.compile(r"[^A-Za-z0-9_\-\r\n]")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ALLOWED: Final = frozenset(
    (
        *("action", "version", "x-amz-algorithm", "x-amz-credential", "x-amz-date"),
        *("x-amz-expires", "x-amz-security-token", "x-amz-signature", "x-amz-signedheaders"),
    )
)
_FIPS: Final = ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}
_DUAL_STACK: Final = {"aws-cn": "api.amazonwebservices.com.cn"}
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)

IsEndpoint: TypeAlias = Callable[[str], bool]
"""Whether ``http://127.0.0.1:4566`` is where STS is, beside the hosts of AWS."""


def nowhere_else(endpoint: str) -> bool:
    """STS is at the hosts of AWS alone."""
    return False


def is_local(endpoint: str) -> bool:
    """Whether an endpoint can only be one of ours: AWS is never without TLS, nor on this machine.

    ``AWS_ENDPOINT_URL`` may name it as ``http://127.0.0.1:4566`` or, from a container, by any name.
    """
    place = urlsplit(endpoint)
    return place.scheme == "http" or place.hostname in {"localhost", "127.0.0.1", "::1"}


class FormatRefused(TokenRefused):
    """A token that is not made as it should be."""

    def __init__(self, message: str) -> None:
        super().__init__(f"input token was not properly formatted: {message}")


class StsRefused(TokenRefused):
    """A token of which STS does not say whose it is."""

    def __init__(self, message: str) -> None:
        super().__init__(f"sts getCallerIdentity failed: {message}")


class Presigned(NamedTuple):
    """A well-formed token: where its request goes, and the request itself."""

    host: str
    access_key: str
    request: SentRequest


def presigned(
    token: str,
    cluster: str,
    partition: str,
    now: Micros,
    is_endpoint: IsEndpoint = nowhere_else,
) -> Presigned:
    """The request in a token, with the header for this cluster; raises FormatRefused.

    Whether the signature is right is not looked at: STS is to say so.
    """
    url = _url(token)
    if not is_endpoint(f"{url.scheme}://{url.netloc}"):
        _check_place(url, partition)
    if url.path != "/":
        raise FormatRefused("unexpected path in pre-signed URL")
    parameters = _parameters(url.query)
    if parameters.get("action") != "GetCallerIdentity":
        raise FormatRefused("unexpected action parameter in pre-signed URL")
    signed = parameters.get("x-amz-signedheaders", "").lower().split(";")
    if CLUSTER_HEADER not in signed:
        raise FormatRefused(
            f"client did not sign the {CLUSTER_HEADER} header in the pre-signed URL"
        )
    _check_expires(parameters.get("x-amz-expires", ""))
    _check_date(parameters.get("x-amz-date", ""), now)
    headers = {"host": url.netloc, CLUSTER_HEADER: cluster, "accept": "application/json"}
    access_key = parameters.get("x-amz-credential", "").partition("/")[0]
    return Presigned(url.netloc, access_key, SentRequest("GET", "/", url.query, headers))


def encoded(url: str) -> str:
    """The token of a presigned URL."""
    return PREFIX + urlsafe_b64encode(url.encode()).rstrip(b"=").decode()


def _url(token: str) -> SplitResult:
    if len(token.encode()) > _LONGEST:
        raise FormatRefused("token is too large")
    if not token.startswith(PREFIX):
        raise FormatRefused(f"token is missing expected {quoted(PREFIX)} prefix")
    text = _decoded(token.removeprefix(PREFIX))
    try:
        url = urlsplit(text)
    except ValueError:
        raise FormatRefused(f"parse {quoted(text)}: invalid URL") from None
    if not url.scheme and text.startswith(":"):
        raise FormatRefused(f"parse {quoted(text)}: missing protocol scheme")
    return url


def _check_place(url: SplitResult, partition: str) -> None:
    if url.scheme != "https":
        raise FormatRefused(f"unexpected scheme {quoted(url.scheme)} in pre-signed URL")
    if url.netloc not in sts_hosts(partition):
        raise FormatRefused(f"unexpected hostname {quoted(url.netloc)} in pre-signed URL")


def _decoded(text: str) -> str:
    wrong = _ALPHABET.search(text)
    plain = text.replace("\r", "").replace("\n", "")
    if wrong or len(plain) % 4 == 1:
        at = wrong.start() if wrong else len(text) - 1
        raise FormatRefused(f"illegal base64 data at input byte {at}")
    return urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode(errors="replace")


def _parameters(query: str) -> Mapping[str, str]:
    """The parameters with their names in lower case; each may be there once."""
    if _BAD_ESCAPE.search(query) or ";" in query:
        raise FormatRefused("malformed query parameter")
    found: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() not in _ALLOWED:
            raise FormatRefused(f"non-whitelisted query parameter {quoted(name)}")
        if name in seen:
            raise FormatRefused("query parameter with multiple values not supported")
        seen.add(name)
        found[name.lower()] = value
    return found


def _check_expires(text: str) -> None:
    expires = int(text) if _INTEGER.fullmatch(text) else None
    if expires is None or not 0 <= expires <= 900:
        raise FormatRefused(f"invalid X-Amz-Expires parameter in pre-signed URL: {expires or 0}")


def _check_date(date: str, now: Micros) -> None:
    if not date:
        raise FormatRefused("X-Amz-Date parameter must be present in pre-signed URL")
    try:
        at = moment(date)
    except ValueError:
        text = quoted(date)
        raise FormatRefused(
            f"error parsing X-Amz-Date parameter {date} into format 20060102T150405Z: parsing time"
            f' {text} as "20060102T150405Z": cannot parse {text} as "2006"'
        ) from None
    if now > at + _LIFE * SECOND:
        shown = times.rfc3339(at).replace("T", " ").replace("Z", " +0000 UTC")
        raise FormatRefused(f"X-Amz-Date parameter is expired (15 minute expiration) {shown}")


@cache
def sts_hosts(partition: str) -> frozenset[str]:
    """The hosts at which STS of a partition is: global, regional, FIPS and dual-stack.

    Source: aws-iam-authenticator pkg/token (hosts of the partition from the SDK's endpoints).
    """
    suffix = _SUFFIXES.get(partition, "amazonaws.com")
    dual = _DUAL_STACK.get(partition, "api.aws")
    hosts = {"sts.amazonaws.com"} if partition == "aws" else set()
    for region in all_regions():
        if region.partition == partition:
            hosts |= {f"sts.{region.name}.{suffix}", f"sts.{region.name}.{dual}"}
    if partition == "aws":
        hosts |= {f"sts-fips.{name}.{suffix}" for name in _FIPS}
        hosts |= {f"sts-fips.{name}.{dual}" for name in _FIPS}
    return frozenset(hosts)
