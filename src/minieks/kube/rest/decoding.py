"""From a body to the object to be written: kind, version, place, and unknown fields.

Source: kubernetes apiserver pkg/endpoints/handlers/{create,update}.go and apimachinery
pkg/runtime/serializer/codec_factory.go.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from minieks.kube.api.decoding import typed
from minieks.kube.api.errors import BadRequest
from minieks.kube.api.options import FieldValidation, WriteOptions
from minieks.kube.rest.bodies import Body, shortened
from minieks.kube.rest.call import Backend, Call
from minieks.kube.words.objects import Obj

_SCHEME: Final = "pkg/api/legacyscheme/scheme.go:30"
_ABOUT_FIELDS: Final = ("unknown field ", "duplicate field ")
MOST_NOTED: Final = 100
"""Fields of one object of which it is told that they are unknown or stand there twice.

Source: sigs.k8s.io/json internal/golang/encoding/json/decode.go (saveStrictError).
"""


def decoded(backend: Backend, call: Call, body: Body, options: WriteOptions) -> Obj:
    """The object of the body, typed; raises BadRequest.

    Unknown and repeated fields are warnings, or under Strict an error.
    """
    obj = _typed(backend, call, body.value)
    told: list[str] = []
    obj = backend.api.decode(obj, told) if call.resource.custom else typed(backend.api, obj, told)
    repeated = [f'duplicate field "{path}"' for path in body.repeated]
    about_fields = [*repeated, *(text for text in told if text.startswith(_ABOUT_FIELDS))]
    report(about_fields, options, call.resource.kind, call.resource.version)
    options.warnings.extend(text for text in told if not text.startswith(_ABOUT_FIELDS))
    return obj


def report(texts: Iterable[str], options: WriteOptions, kind: str, version: str) -> None:
    """Warn of fields that are not known, or refuse them, or say nothing."""
    validation: FieldValidation = options.field_validation
    found = list(islice(texts, MOST_NOTED))
    if not found or validation == "Ignore":
        return
    if validation == "Warn":
        options.warnings.extend(found)
        return
    raise BadRequest(
        f'{kind} in version "{version}" cannot be handled as a {kind}:'
        f" strict decoding error: {', '.join(found)}"
    )


def _typed(backend: Backend, call: Call, value: Obj) -> Obj:
    """The object with the kind and version of the path, which it need not name itself."""
    resource = call.resource
    api_version, kind = value.get("apiVersion"), value.get("kind")
    wanted = resource.group_version
    if api_version in (None, "", wanted) and kind in (None, "", resource.kind):
        if api_version and kind:
            return value
        return {**value, "apiVersion": wanted, "kind": resource.kind}
    api_version, kind = str(api_version or wanted), str(kind or resource.kind)
    if api_version.count("/") > 1:
        raise BadRequest(
            f"the object provided is unrecognized (must be of type {resource.kind}): unexpected"
            f" GroupVersion string: {api_version} ({shortened(call.request.body)})"
        )
    raise BadRequest(_mismatch(backend, call, api_version, kind))


def _mismatch(backend: Backend, call: Call, api_version: str, kind: str) -> str:
    resource = call.resource
    expected = resource.group_version
    if backend.is_custom(resource):
        if api_version != expected:
            return _other_version(api_version, expected)
        return f"{kind} in version {expected!r} cannot be handled as a {resource.kind}"
    version = api_version.rpartition("/")[2]
    if kind == resource.kind:
        return _other_version(api_version, expected)
    prefix = f'{kind} in version "{version}" cannot be handled as a {resource.kind}: '
    if not _is_registered(backend, api_version, kind):
        return (
            f'{prefix}no kind "{kind}" is registered for version "{api_version}"'
            f' in scheme "{_SCHEME}"'
        )
    package = resource.group.partition(".")[0] or "core"
    return (
        f"{prefix}converting ({version}.{kind}) to ({package}.{resource.kind}): unknown conversion"
    )


def _other_version(found: str, expected: str) -> str:
    return (
        f"the API version in the data ({found}) does not match the expected API version"
        f" ({expected})"
    )


def _is_registered(backend: Backend, api_version: str, kind: str) -> bool:
    if backend.api.schemas.has(api_version, kind) or kind in ("List", "Status"):
        return True
    return kind.endswith("List") and backend.api.schemas.has(api_version, kind[: -len("List")])
