"""/openapi/v2 and /openapi/v3: documents as bytes, made when first asked for.

    OpenApi(make_documents)(request, info) -> Response | None

Source: kubernetes kube-openapi pkg/handler and pkg/handler3.
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

import orjson

from minieks.kube.rest import media
from minieks.kube.rest.answers import answer
from minieks.kube.rest.call import not_allowed
from minieks.kube.rest.http import Headers, Request, Response
from minieks.kube.rest.requestinfo import RequestInfo

if TYPE_CHECKING:
    from minieks.kube.rest.openapi.documents import Documents

_ROOT: Final = "/openapi/v3"
_READS: Final = ("GET", "HEAD")
_PRIVATE: Final = ("Cache-Control", "no-cache, private")
_FOR_EVER: Final = ("Cache-Control", "public, immutable")
_VARY_V2: Final = ("Vary", "Accept-Encoding, Accept")
_VARY_V3: Final = ("Vary", "Accept")
_TYPE: Final = ("Content-Type", media.JSON)


class OpenApi:
    """Answers for the API's description; None where the path is nobody's here.

    OpenAPI 2 can be had as protobuf too, without which older kubectl does not work; who wants
    OpenAPI 3 so is refused, and asks again.
    """

    def __init__(self, make_documents: "Callable[[], Documents]") -> None:
        self._make_documents = make_documents
        self._kept: dict[str, tuple[str, bytes]] = {}

    @cached_property
    def _documents(self) -> "Documents":
        return self._make_documents()

    def __call__(self, request: Request, info: RequestInfo) -> Response | None:
        """The answer to a request."""
        path = info.path
        if not path.startswith("/openapi/"):
            return None
        if request.method not in _READS:
            raise not_allowed()
        if path == "/openapi/v2":
            return self._v2(request)
        if path.rstrip("/") == _ROOT:
            return self._index()
        return self._v3(request, path.removeprefix(f"{_ROOT}/").strip("/"))

    def _index(self) -> Response:
        paths = {
            name: {"serverRelativeURL": f"{_ROOT}/{name}?hash={tag}"}
            for name, tag in self._documents.names().items()
        }
        # The real one says so too.
        return answer(200, orjson.dumps({"paths": paths}), "text/plain; charset=utf-8")

    def _v2(self, request: Request) -> Response:
        from minieks.kube.rest.openapi import v2proto  # noqa: PLC0415 - when it is asked for

        tag = "".join(self._documents.names().values())
        if _takes(request, v2proto.MEDIA_TYPE):
            headers = (_PRIVATE, _VARY_V2, ("Content-Type", v2proto.CONTENT_TYPE))
            return Response(
                200,
                headers,
                self._made("v2proto", tag, lambda: v2proto.encoded(self._documents.v2())),
            )
        if not _takes(request, media.JSON):
            return Response(406, (_PRIVATE, _VARY_V2), b"")
        body = self._made("v2", tag, lambda: orjson.dumps(self._documents.v2()))
        return Response(200, (_PRIVATE, _VARY_V2, _TYPE), body)

    def _v3(self, request: Request, name: str) -> Response | None:
        tag = self._documents.names().get(name)
        if tag is None:
            return None
        asked = request.asked("hash")
        if asked and asked != tag:
            place = ("Location", f"{_ROOT}/{name}?hash={tag}")
            return Response(301, (place, _PRIVATE, _VARY_V3, _TYPE), b"")
        if not _takes(request, media.JSON):
            return Response(406, (_PRIVATE, _VARY_V3), b"")
        headers: Headers = (_FOR_EVER if asked else _PRIVATE, _VARY_V3, ("ETag", f'"{tag}"'), _TYPE)
        if request.headers.get("if-none-match") == f'"{tag}"':
            return Response(304, headers, b"")
        body = self._made(name, tag, lambda: orjson.dumps(self._documents.v3(name)))
        return Response(200, headers, body)

    def _made(self, name: str, tag: str, make: Callable[[], bytes]) -> bytes:
        """The document's bytes: those that are kept if nothing has changed since."""
        known = self._kept.get(name)
        if known is None or known[0] != tag:
            known = self._kept[name] = (tag, make())
        return known[1]


def _takes(request: Request, media_type: str) -> bool:
    """Whether the client accepts the form; it must name any other than JSON."""
    accepted = media.parse_accept(request.headers.get("accept", ""))
    if media_type != media.JSON:
        return any(one.name == media_type for one in accepted)
    return not accepted or any(media.chosen(one, (media.JSON,)) for one in accepted)
