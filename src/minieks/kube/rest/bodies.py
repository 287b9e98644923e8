"""What a client sends: which format it is in, and the object in it.

Source: kubernetes apiserver pkg/endpoints/handlers (create.go, update.go, rest.go) and
pkg/endpoints/handlers/negotiation/errors.go.
"""

from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api import errors
from minieks.kube.rest import extent, gojson, goyaml, media, protobuf
from minieks.kube.rest.http import Request
from minieks.kube.rest.sharing import KINDS, SharedSpecs
from minieks.kube.words.objects import Obj

LIMIT: Final = 3 * 1024 * 1024
"""Bytes a body may have (MaxRequestBodyBytes)."""
_SHOWN: Final = 30
_ACCEPTED: Final = f"{media.JSON}, {media.YAML}, {media.PROTOBUF}"
_GO_STRUCT: Final = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\"";'
    ' Kind string "json:\\"kind,omitempty\\"" }'
)

_specs: Final = SharedSpecs()


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body, and the paths of fields that stood in it twice."""

    value: Obj
    repeated: tuple[str, ...] = ()


def read(request: Request, kind: str) -> Body:
    """The object in the body, which is to be of a kind; raises ApiError."""
    check_size(request)
    declared = media.parse(request.headers.get("content-type") or media.JSON).name
    if declared == media.JSON:
        return _json(request.body, kind)
    if declared == media.YAML:
        return _yaml(request, kind)
    if declared == media.PROTOBUF:
        return _protobuf(request.body, kind)
    raise unknown_format(_ACCEPTED)


def check_size(request: Request) -> None:
    """Raises the 413 of a body that is too large."""
    if len(request.body) > LIMIT:
        raise errors.ApiError(
            413, "RequestEntityTooLarge", f"Request entity too large: limit is {LIMIT}"
        )


def unknown_format(accepted: str) -> errors.ApiError:
    """The 415 of a body in a format that is not understood."""
    return errors.ApiError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include:"
        f" {accepted}",
    )


def _json(body: bytes, kind: str) -> Body:
    try:
        value = gojson.loads(body)
    except gojson.GoSyntaxError as error:
        raise _unrecognized(
            kind, f"couldn't get version/kind; json parse error: {error}", body
        ) from None
    if value is None:
        return Body({})
    if not isinstance(value, dict):
        found = f"json: cannot unmarshal {json_kind(value)} into Go value of type {_GO_STRUCT}"
        raise _unrecognized(kind, f"couldn't get version/kind; json parse error: {found}", body)
    extent.check(value, len(body))
    repeated = tuple(gojson.repeated_fields(body, value))
    return Body(_specs.of(value) if kind in KINDS else value, repeated)


def _yaml(request: Request, kind: str) -> Body:
    body = request.body
    try:
        value, _ = request.read_yaml(body)
    except goyaml.GoYamlError as error:
        raise _unrecognized(kind, str(error), body) from None
    if value is None:
        return Body({})
    if not isinstance(value, dict):
        raise _unrecognized(kind, "error converting YAML to JSON: not a map", body)
    return Body(value)


def _protobuf(body: bytes, kind: str) -> Body:
    if not body.startswith(protobuf.PREFIX):
        start = " ".join(str(byte) for byte in protobuf.PREFIX)
        shown = body[:32].hex()
        raise errors.BadRequest(
            f"the object provided is unrecognized (must be of type {kind}): provided data does not"
            f" appear to be a protobuf message, expected prefix [{start}] ({shown})"
        )
    try:
        return Body(protobuf.read(body))
    except protobuf.UnknownMessage:
        raise unknown_format(f"{media.JSON}, {media.YAML}") from None
    except protobuf.Malformed as error:
        raise errors.BadRequest(
            f"the object provided is unrecognized (must be of type {kind}): proto: {error}"
        ) from None


def _unrecognized(kind: str, why: str, body: bytes) -> errors.BadRequest:
    return errors.BadRequest(
        f"the object provided is unrecognized (must be of type {kind}): {why} ({shortened(body)})"
    )


def shortened(body: bytes) -> str:
    """The beginning of a body, as the server shows what it could not read."""
    if not body:
        return "<empty>"
    cut = body[:_SHOWN]
    shown = cut.decode("utf-8", "replace") if body.startswith(b"{") else cut.hex()
    return shown if len(body) <= _SHOWN else f"{shown} ..."


def json_kind(value: Any) -> str:
    """Go's name of the kind of a JSON value that is not null."""
    if isinstance(value, dict):
        return "object"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "array"
