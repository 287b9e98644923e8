"""HTTP/1.1 in bytes: what requests say, and how answers are written."""

import re
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from urllib.parse import unquote_plus
from uuid import uuid4  # noqa: TID251 - no id that the engine knows of

import orjson

from minieks.kube.rest.http import Headers, Response

MAX_BODY = 3 * 1024 * 1024
"""kubernetes staging/src/k8s.io/apiserver pkg/server/config.go MaxRequestBodyBytes."""
MAX_HEADER = 1024 * 1024
"""Go net/http DefaultMaxHeaderBytes, which the API server keeps."""
LAST_CHUNK = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_LONG = 64 * 1024
"""Bytes of a body that are not copied just to stand in one piece with their head."""
_WITHOUT_BODY = frozenset({204, 304})


def query_of(text: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a query in their order; a part without ``=`` has an empty value."""
    if not text:
        return ()
    return tuple(_parameter(part) for part in text.split("&") if part)


def _parameter(part: str) -> tuple[str, str]:
    if "%" in part or "+" in part:
        key, _, value = part.partition("=")
        return unquote_plus(key), unquote_plus(value)
    key, _, value = part.partition("=")
    return key, value


def target_of(url: bytes) -> tuple[str, str]:
    """The percent-encoded path and the query of a request's target; ValueError if it is none."""
    target = url.decode("ascii")
    if not target.startswith("/"):
        scheme, found, rest = target.partition("://")
        if not found or scheme.lower() not in ("http", "https"):
            raise ValueError(target)
        target = "/" + rest.partition("/")[2]
    path, _, query = target.partition("?")
    if "%" in path and _NO_ESCAPE.search(path):
        raise ValueError(target)
    return path, query


def headers_of(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in lower case; the values of one name are joined by line feeds."""
    found: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for name, value in fields:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key in found:
            several.setdefault(key, [found[key]]).append(text)
        else:
            found[key] = text
    for key, texts in several.items():
        found[key] = "\n".join(texts)
    return found


def refusal_of(
    version: str, headers: Mapping[str, str], max_body: int = MAX_BODY
) -> Response | None:
    """What Go's net/http refuses of a request before anybody looks at it; None if nothing."""
    if version not in ("1.0", "1.1"):
        return plain_refusal(400, "malformed HTTP version")
    host = headers.get("host")
    if host is None and version == "1.1":
        return plain_refusal(400, "missing required Host header")
    if host is not None and "\n" in host:
        return plain_refusal(400, "too many Host headers")
    if headers.get("expect", "").lower() not in ("", "100-continue"):
        return plain_refusal(417)
    length = headers.get("content-length", "")
    return TOO_LARGE if length.isdecimal() and int(length) > max_body else None


@cache
def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = f"status code {status}"
    return f"HTTP/1.1 {status} {phrase}\r\n".encode("ascii")


def head(status: int, headers: Headers, date: str, more: str) -> bytes:
    """Status line and headers; ``more`` are lines of headers that the connection decides."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    text = f"{lines}Date: {date}\r\n{more}\r\n"
    return _status_line(status) + text.encode("latin-1", "replace")


def whole(answer: Response, date: str, *, closing: bool, without_body: bool) -> tuple[bytes, ...]:
    """A whole answer, a long one in two parts; ``without_body`` is what HEAD asks for."""
    more = "Connection: close\r\n" if closing else ""
    if answer.status in _WITHOUT_BODY:
        return (head(answer.status, answer.headers, date, more),)
    more += f"Content-Length: {len(answer.body)}\r\n"
    begin = head(answer.status, answer.headers, date, more)
    if without_body:
        return (begin,)
    return (begin, answer.body) if len(answer.body) > _LONG else (begin + answer.body,)


def chunk(data: bytes) -> bytes:
    """Some of an answer of unknown length."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def http_date(seconds: float) -> str:
    """A moment as HTTP writes it."""
    return formatdate(seconds, usegmt=True)


def plain_refusal(status: int, why: str = "") -> Response:
    """What Go's net/http says before there is a request: a plain text."""
    text = f"{status} {HTTPStatus(status).phrase}" + (f": {why}" if why else "")
    return Response(status, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())


def failure(status: int, reason: str, message: str) -> Response:
    """A Status of the API that is decided before or beside it."""
    body = orjson.dumps(status_object(status, reason, message))
    return Response(status, (("Content-Type", "application/json"),), body)


def audited(answer: Response, headers: Mapping[str, str]) -> Response:
    """The answer with an ``Audit-Id``, that of the request's headers if it has one.

    Only what the API says has one: Go's net/http refuses before anybody has given it any.
    """
    if not answer.header("Content-Type").endswith("json"):
        return answer
    sent = headers.get("audit-id", "").partition("\n")[0]
    made = sent or str(uuid4())
    return answer._replace(headers=(*answer.headers, ("Audit-Id", made)))


def status_object(status: int, reason: str, message: str) -> dict[str, object]:
    """A Status of failure, as an object."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": status,
    }


TOO_LARGE = failure(413, "RequestEntityTooLarge", f"Request entity too large: limit is {MAX_BODY}")
TOO_SLOW = failure(408, "Timeout", "the request did not arrive in time")
BROKEN = failure(500, "InternalError", "Internal error occurred: see the log of minieks")
FELL_BEHIND = (
    orjson.dumps(
        {
            "type": "ERROR",
            "object": status_object(410, "Expired", "the watch fell behind; begin it anew"),
        }
    )
    + b"\n"
)
"""The last event of a watch whose client reads too slowly."""
