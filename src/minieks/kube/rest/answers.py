"""Whole answers: documents and Statuses with the headers that go with them.

Source: kubernetes apiserver pkg/endpoints/handlers/responsewriters and pkg/warning.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import orjson

from minieks.kube.api.errors import ApiError
from minieks.kube.rest import media, yamltext
from minieks.kube.rest.encoding import written
from minieks.kube.rest.http import Answer, Headers, Response
from minieks.kube.rest.negotiation import PLAIN, Form
from minieks.kube.words.objects import Obj

_WARNINGS_IN_FULL: Final = 4096
_WARNING_CUT: Final = 256
_CACHE: Final = ("Cache-Control", "no-cache, private")
_JSON: Final[Headers] = (_CACHE, ("Content-Type", "application/json"))


def json_answer(status: int, body: bytes, warnings: Sequence[str] = ()) -> Response:
    """A JSON document that is encoded already."""
    headers = _JSON if not warnings else (*_JSON, *warning_headers(warnings))
    return Response(status, headers, body)


def answer(status: int, body: bytes, content_type: str, warnings: Sequence[str] = ()) -> Response:
    """An answer of any media type."""
    return Response(status, headers_of(content_type, warnings), body)


def formed(status: int, body: bytes, form: Form, warnings: Sequence[str] = ()) -> Response:
    """A JSON document in the form that the client wants; long YAML is left unwritten."""
    if form.media_type == media.JSON and not form.pretty:
        return json_answer(status, body, warnings)
    headers = headers_of(form.content_type, warnings)
    if form.media_type == media.YAML and yamltext.is_long(body):
        return Response(status, headers, body, unwritten=True)
    return Response(status, headers, written(body, form.media_type, pretty=form.pretty))


def headers_of(content_type: str, warnings: Sequence[str] = ()) -> Headers:
    """The headers of an answer of any media type."""
    return (_CACHE, ("Content-Type", content_type), *warning_headers(warnings))


def plain(status: int, text: str) -> Response:
    """A text for people, as Go's http.Error writes it."""
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
    return Response(status, (_CACHE, *headers), text.encode())


def with_headers(found: Answer, more: Headers) -> Answer:
    """The answer with further headers."""
    if isinstance(found, Response):
        return Response(found.status, found.headers + more, found.body, found.unwritten)
    found.headers += more
    return found


def refusal(error: ApiError, warnings: Sequence[str] = (), form: Form = PLAIN) -> Response:
    """The Status that says why the request was refused."""
    found = formed(error.code, orjson.dumps(error.to_status()), form, warnings)
    after = error.details.get("retryAfterSeconds")
    if not after:
        return found
    return found._replace(headers=(*found.headers, ("Retry-After", str(after))))


def success(details: Obj, code: int = 200) -> Obj:
    """The Status of something that is done and has nothing to show."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        **({"details": details} if details else {}),
        **({"code": code} if code != 200 else {}),
    }


def warning_headers(texts: Iterable[str]) -> Headers:
    """A ``Warning`` header for each text, each once; if all are too long, the first ones, cut."""
    unique = list(dict.fromkeys(texts))
    if sum(map(len, unique)) > _WARNINGS_IN_FULL:
        unique = list(_cut(unique))
    return tuple(("Warning", f"299 - {_quoted(text)}") for text in unique)


def _cut(texts: Iterable[str]) -> Iterator[str]:
    written = 0
    for text in texts:
        if written >= _WARNINGS_IN_FULL:
            return
        yield text[:_WARNING_CUT]
        written += min(len(text), _WARNING_CUT)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", " ").replace("\r", " ")
