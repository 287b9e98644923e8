"""URLs. Source: kubernetes pkg/cel/library/urls.go, Go's net/url."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Opaque


@dataclass(frozen=True, slots=True)
class Url(Opaque):
    """An absolute URL, or a path that begins with a slash."""

    parts: SplitResult

    cel_type = "kubernetes.URL"


def _parsed(text: str) -> SplitResult | None:
    """The parts, if it is a URI of a request; None if it is none."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    if any(sign in text for sign in ' \t\n\r<>"') or not (parts.scheme or text.startswith("/")):
        return None
    return parts if parts.scheme.isascii() and "%%" not in text else None


def _url(text: str) -> Url:
    parts = _parsed(text)
    if parts is None:
        raise EvaluationError(
            f'URL parse error during conversion from string: parse "{text}": '
            "invalid URI for request"
        )
    return Url(parts)


def _host(url: Url) -> str:
    return url.parts.netloc.rpartition("@")[2]


def _hostname(url: Url) -> str:
    host = _host(url)
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _port(url: Url) -> str:
    port = url.parts.port
    return "" if port is None else str(port)


def _path(url: Url) -> str:
    return quote(unquote(url.parts.path), safe="/$&+,:;=@!'()*~-._")


def _query(url: Url) -> dict[str, list[str]]:
    return parse_qs(url.parts.query, keep_blank_values=True)


_U: Final = "kubernetes.URL"

ROWS: Final[tuple[Row, ...]] = (
    ("url", f"(string) -> {_U}", _url),
    ("isURL", "(string) -> bool", lambda text: _parsed(text) is not None),
    ("getScheme", f"{_U}.() -> string", lambda url: url.parts.scheme),
    ("getHost", f"{_U}.() -> string", _host),
    ("getHostname", f"{_U}.() -> string", _hostname),
    ("getPort", f"{_U}.() -> string", _port),
    ("getEscapedPath", f"{_U}.() -> string", _path),
    ("getQuery", f"{_U}.() -> map(string, list(string))", _query),
)
