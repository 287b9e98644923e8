"""What a client sends with PATCH: which kind of patch it is, and the patch.

Source: kubernetes apiserver pkg/endpoints/handlers/patch.go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.rest import bodies, extent, gojson, goyaml, media
from minieks.kube.rest.call import Call
from minieks.kube.rest.http import Request

JSON: Final = "application/json-patch+json"
MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"
APPLY: Final = "application/apply-patch+yaml"

_OPERATION: Final = frozenset({"op", "path", "from", "value"})


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch; ``noted`` are the texts about fields of it that are unknown or stand there twice."""

    media_type: str
    value: Any
    noted: tuple[str, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether it is a configuration for server-side apply."""
        return self.media_type == APPLY


def media_type(call: Call) -> str:
    """Which kind of patch the body is said to be; raises ApiError 415 for one that is not taken."""
    header = call.request.headers.get("content-type", "")
    if not header:
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    taken = (JSON, MERGE, APPLY) if call.resource.custom else (JSON, MERGE, STRATEGIC, APPLY)
    found = media.parse(header).name
    if found not in taken:
        raise bodies.unknown_format(", ".join(taken))
    return found


def read(call: Call, kind: str) -> Patch:
    """The patch in the body; raises ApiError if it cannot be read. ``kind`` is its media type."""
    bodies.check_size(call.request)
    if kind == APPLY:
        return _configuration(call.request)
    return _READERS[kind](call.request.body)


def _json_patch(body: bytes) -> Patch:
    value = _loads(body, "error decoding patch: ")
    noted = [f'json patch duplicate field "{path}"' for path in gojson.repeated_fields(body, value)]
    for position, operation in enumerate(value if isinstance(value, list) else ()):
        for key in operation if isinstance(operation, dict) else ():
            if key not in _OPERATION:
                noted.append(f'json patch unknown field "[{position}].{key}"')
    return Patch(JSON, value, tuple(noted))


def _merge_patch(body: bytes) -> Patch:
    return _map(MERGE, body, "error decoding patch: ")


def _strategic_patch(body: bytes) -> Patch:
    return _map(STRATEGIC, body, "")


def _map(kind: str, body: bytes, prefix: str) -> Patch:
    value = _loads(body, prefix)
    if value is not None and not isinstance(value, dict):
        found = bodies.json_kind(value)
        raise BadRequest(
            f"{prefix}json: cannot unmarshal {found} into Go value of type"
            " map[string]interface {}"
        )
    noted = tuple(f'duplicate field "{one}"' for one in gojson.repeated_fields(body, value))
    return Patch(kind, value or {}, noted)


def _loads(body: bytes, prefix: str) -> Any:
    try:
        value = gojson.loads(body)
    except gojson.GoSyntaxError as error:
        raise BadRequest(f"{prefix}{error}") from None
    if not isinstance(value, list):  # The operations of a JSON patch are bounded by themselves.
        extent.check(value, len(body))
    return value


def _configuration(request: Request) -> Patch:
    """What is applied: YAML, of which JSON is a part."""
    body = request.body
    try:
        value = gojson.loads(body)
        extent.check(value, len(body))
        noted: tuple[str, ...] = ()
        if not isinstance(value, dict) or gojson.repeated_fields(body, value):
            value, noted = _yaml(request)
    except gojson.GoSyntaxError:
        value, noted = _yaml(request)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise BadRequest(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot"
            f" unmarshal {bodies.json_kind(value)} into Go value of type map[string]interface {{}}"
        )
    return Patch(APPLY, value, noted)


_READERS: Final[Mapping[str, Callable[[bytes], Patch]]] = {
    JSON: _json_patch,
    MERGE: _merge_patch,
    STRATEGIC: _strategic_patch,
}


def _yaml(request: Request) -> tuple[Any, tuple[str, ...]]:
    try:
        value, repeated = request.read_yaml(request.body)
    except goyaml.GoYamlError as error:
        raise BadRequest(f"error decoding YAML: {error}") from None
    return value, tuple(repeated)
