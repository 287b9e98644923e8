"""In which form the client wants its answer: media type, whole or as a Table, indented or not.

Source: kubernetes apiserver pkg/endpoints/handlers/negotiation/negotiate.go.
"""

from dataclasses import dataclass
from typing import Final

from minieks.kube.api.errors import ApiError
from minieks.kube.rest import media
from minieks.kube.rest.http import Request

_OFFERED: Final = f"{media.JSON}, {media.YAML}, {media.PROTOBUF}"
_ACCEPTED: Final = "only the following media types are accepted"
_STREAMS: Final = f"{media.JSON};stream=watch, {media.PROTOBUF};stream=watch"
_META: Final = "meta.k8s.io"
_AS: Final = ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")
_BROWSERS: Final = ("curl", "Wget", "Mozilla/5.0")


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer; ``as_kind`` is empty for the object as it is."""

    media_type: str = media.JSON
    as_kind: str = ""
    as_version: str = ""
    pretty: bool = False

    @property
    def content_type(self) -> str:
        """The answer's Content-Type."""
        return self.media_type


PLAIN: Final = Form()
"""JSON, as it is."""


def negotiated(request: Request, *, stream: bool = False) -> Form:
    """The form that the client accepts; raises the 406 of one that cannot be had.

    A stream, of a watch, is JSON.
    """
    pretty = _is_pretty(request)
    header = request.headers.get("accept", "")
    if header in ("", media.JSON, "*/*"):
        return Form(pretty=True) if pretty else PLAIN
    known = False
    for wanted in media.parse_accept(header):
        media_type = media.chosen(wanted)
        known = known or bool(media_type)
        if stream and media_type == media.YAML:
            raise ApiError(406, "NotAcceptable", f"{_ACCEPTED}: {_STREAMS}")
        as_kind = wanted.parameters.get("as", "")
        if not media_type or (as_kind and not _can_be_had(wanted)):
            continue
        return Form(media_type, as_kind, wanted.parameters.get("v", ""), pretty)
    raise not_acceptable(known=known)


def _can_be_had(wanted: media.MediaType) -> bool:
    given = wanted.parameters
    return given["as"] in _AS and given.get("g") == _META and given.get("v") in ("v1", "v1beta1")


def not_acceptable(*, known: bool) -> ApiError:
    """The 406; a type that is known, but not in the form wanted, is told in other words."""
    if known:
        return ApiError(406, "NotAcceptable", f"{_ACCEPTED}: {_OFFERED}")
    text = f"406: Not Acceptable\n\nAvailable representations: {_OFFERED}"
    return ApiError(406, "NotAcceptable", text, {})


def _is_pretty(request: Request) -> bool:
    asked = request.asked("pretty")
    if asked:
        return asked.lower() not in ("false", "0")
    return request.headers.get("user-agent", "").startswith(_BROWSERS)
