"""PATCH: four kinds of patches of an object, one of which may create it.

    patch(backend, call)                              PATCH of an object
    patched(backend, call, current, options, about)   what a patch makes of a document
    applied(backend, call, live, options)             what server-side apply makes of an object

Source: kubernetes apiserver pkg/endpoints/handlers/patch.go.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from minieks.kube.api.decoding import typed
from minieks.kube.api.errors import ApiError, BadRequest, Conflict, Invalid, NotFound
from minieks.kube.api.fields import FieldError, forbidden, invalid, required
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.patching import failures, json_patch, merge_patch, strategic
from minieks.kube.api.patching.gotext import go_text
from minieks.kube.rest import extent, patchbodies, presenting, writeoptions, writing
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import MOST_NOTED
from minieks.kube.rest.gojson import TOO_DEEP, is_deeper
from minieks.kube.rest.http import Response
from minieks.kube.rest.patchbodies import Patch
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata, name, uid, with_metadata

_SCHEME: Final = "pkg/api/legacyscheme/scheme.go:30"
_UNKNOWN: Final = "unknown field "
_MISFIT: Final = re.compile(r"json: cannot unmarshal (\w+).* of type (\S+)")
_GO_KINDS: Final = {"object": "map", "array": "slice", "number": "int64"}
# The order in which metadata is written.
_META: Final = (
    *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"),
    *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels"),
    *("annotations", "ownerReferences", "finalizers", "managedFields"),
)


@dataclass(frozen=True, slots=True)
class About:
    """The kind and version of the document that is patched."""

    api_version: str
    kind: str
    custom: bool = False


def about(call: Call) -> About:
    """The resource of the call."""
    resource = call.resource
    return About(resource.group_version, resource.kind, resource.custom)


def patch(backend: Backend, call: Call) -> Response:
    """The object of the path, patched; server-side apply makes it if it is not there."""
    media_type = patchbodies.media_type(call)
    options = patch_options(call, media_type)
    live = backend.api.get(call.collection, call.scope, call.info.name)
    if media_type == patchbodies.APPLY:
        return _apply(backend, call, live, options)
    if live is None:
        raise NotFound(call.public, call.info.name)
    current = backend.versions.read(live, call.resource)
    obj = patched(backend, call, current, options, about(call))
    writing.check_name(call, obj)
    obj = checked(call, writing.placed(call, obj), live)
    stored = backend.versions.stored(obj, call.resource)
    made = backend.api.update(stored, options=backend.tracked(call, options))
    return presenting.one(backend, call, made)


def patch_options(call: Call, media_type: str, *, subresource: str = "") -> WriteOptions:
    """The options of a patch; raises Invalid."""
    problems: list[FieldError] = []
    if media_type != patchbodies.APPLY:
        if call.request.asked("force"):
            problems.append(forbidden("force", "may not be specified for non-apply patch"))
    elif not call.request.asked("fieldManager"):
        problems.append(required("fieldManager", "is required for apply patch"))
    if problems:
        raise Invalid("PatchOptions", "meta.k8s.io", "", problems)
    return writeoptions.read(call, "PatchOptions", subresource=subresource)


def patched(backend: Backend, call: Call, current: Obj, options: WriteOptions, about: About) -> Obj:
    """The document after the patch in the body of the call, typed; raises ApiError."""
    sent = patchbodies.read(call, patchbodies.media_type(call))
    document = _document(backend, sent, current, about)
    extent.check_object(document)
    return _decoded(backend, document, sent, options, about)


def applied(backend: Backend, call: Call, live: Obj | None, options: WriteOptions) -> Obj:
    """The object that results from applying what the call brings, with its managedFields."""
    sent = configuration(call, options)
    kind = backend.api.kinds.of_collection(call.collection)
    manager = backend.managers.of(kind, call.resource.group_version, options.subresource)
    now = times.rfc3339(backend.api.engine.now())
    found = manager.applied(live, sent, options.field_manager, now, forces(call))
    if extent.has_many_managed(found):  # What is too large to be stored is stored without them.
        found = with_metadata(found, managedFields=None)
    extent.check_object(found)
    made = backend.api.decode(found, [])
    writing.check_name(call, made)
    made = writing.placed(call, made)
    return made if live is None else checked(call, made, live)


def forces(call: Call) -> bool:
    """Whether an apply takes fields from others."""
    return call.request.asked("force") in ("true", "1")


def checked(call: Call, obj: Obj, live: Obj) -> Obj:
    """The patched object; raises the server's error if it is another one, or of another time."""
    if uid(obj) != uid(live) and uid(obj):
        problem = invalid("metadata.uid", uid(obj), "field is immutable")
        # It is found when objects in general are looked at, and when those of the kind are.
        group, kind = call.resource.group, call.resource.kind
        raise Invalid(kind, group, name(obj), [problem, problem])
    revision = metadata(obj).get("resourceVersion")
    if not revision or revision == "0":
        return with_metadata(obj, resourceVersion=None)
    if not str(revision).isdigit():
        raise ApiError(500, "", f'strconv.ParseUint: parsing "{revision}": invalid syntax')
    if revision != metadata(live)["resourceVersion"]:
        raise Conflict(call.public, name(obj))
    return obj


def _apply(backend: Backend, call: Call, live: Obj | None, options: WriteOptions) -> Response:
    made = applied(backend, call, live, options)
    stored = backend.versions.stored(made, call.resource)
    if live is not None:
        return presenting.one(backend, call, backend.api.update(stored, options=options))
    if uid(made):
        raise Conflict(call.public, name(made), _no_such_uid(made))
    backend.check_create(call)
    return presenting.one(backend, call, backend.api.create(stored, options=options), 201)


def _no_such_uid(obj: Obj) -> str:
    return (
        f"uid mismatch: the provided object specified uid {uid(obj)},"
        " and no existing object was found"
    )


def configuration(call: Call, options: WriteOptions) -> Obj:
    """What is applied; keys that stand in it twice are warnings, or refused."""
    sent = patchbodies.read(call, patchbodies.APPLY)
    value: Obj = sent.value
    if not sent.noted or options.field_validation == "Ignore":
        return value
    if options.field_validation == "Strict":
        why = "yaml: unmarshal errors:" + "".join(f"\n  {text}" for text in sent.noted)
        raise BadRequest(f"error strict decoding YAML: error converting YAML to JSON: {why}")
    options.warnings.extend(sent.noted)
    return value


def _document(backend: Backend, sent: Patch, current: Obj, about: About) -> Any:
    """What the patch makes of the document, whatever that is."""
    if sent.media_type == patchbodies.JSON:
        made = json_patch.apply(current, json_patch.operations(sent.value))
        if is_deeper(made):
            raise failures.undecodable("", f"json parse error: {TOO_DEEP}")
        return made
    if sent.media_type == patchbodies.MERGE:
        return merge_patch.apply(current, sent.value)
    struct = backend.structs.of(about.api_version, about.kind)
    assert struct is not None, "what is no custom resource has a schema"
    return strategic.apply(current, sent.value, struct)


def _decoded(
    backend: Backend, document: Any, sent: Patch, options: WriteOptions, about: About
) -> Obj:
    if not isinstance(document, dict):
        why = "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go"
        raise failures.undecodable(_shown(document, sent), why)
    _check_kind(backend, document, sent, about)
    named = {**document, "apiVersion": about.api_version, "kind": about.kind}
    told: list[str] = []
    try:
        decode = backend.api.decode if about.custom else typed_by(backend)
        obj = decode(named, told)
    except BadRequest as error:
        raise failures.undecodable(_shown(document, sent), _why(error, sent)) from None
    # The result of a patch is written with its keys sorted.
    unknown = sorted(text for text in told if text.startswith(_UNKNOWN))
    noted = [*sent.noted, *unknown][:MOST_NOTED]
    if noted and options.field_validation == "Strict":
        why = f"strict decoding error: {', '.join(noted)}"
        raise failures.undecodable(_shown(document, sent), why)
    if options.field_validation == "Warn":
        options.warnings.extend(noted)
    return obj


def typed_by(backend: Backend) -> Any:
    """How what is no custom resource is decoded."""
    return lambda raw, told: typed(backend.api, raw, told)


def _check_kind(backend: Backend, document: Obj, sent: Patch, about: About) -> None:
    """Raises the server's error if the patch has made another kind of the document."""
    found = str(document.get("apiVersion") or ""), str(document.get("kind") or "")
    if found == (about.api_version, about.kind) or sent.media_type == patchbodies.STRATEGIC:
        return
    if not any(found):
        return
    api_version, kind = found
    if not backend.api.schemas.has(api_version, kind):
        why = f'no kind "{kind}" is registered for version "{api_version}" in scheme "{_SCHEME}"'
        raise failures.undecodable(_shown(document, sent), why)
    report = backend.api.schemas.check(document)
    why = report.errors[0].text if report.errors else _conversion(found, about)
    raise failures.undecodable(_shown(document, sent), why)


def _conversion(found: tuple[str, str], about: About) -> str:
    version = found[0].rpartition("/")[2]
    package = about.api_version.rpartition("/")[0].partition(".")[0] or "core"
    return f"converting ({version}.{found[1]}) to ({package}.{about.kind}): unknown conversion"


def _why(error: BadRequest, sent: Patch) -> str:
    """What is wrong with the result, without what the server says only of whole objects."""
    _, _, why = error.message.partition(" cannot be handled as a ")
    why = why.partition(": ")[2] or error.message
    misfit = _MISFIT.match(why)
    if misfit is None or sent.media_type != patchbodies.STRATEGIC:
        return why
    found, wanted = _GO_KINDS.get(misfit[1], misfit[1]), misfit[2]
    if wanted.startswith("[]"):
        return f"cannot restore slice from {found}"
    if wanted.startswith("map["):
        return f"cannot restore map from {found}"
    if "." in wanted:
        return f"cannot restore struct from: {found}"
    return f"cannot convert {found} to {wanted}"


def _shown(document: Any, sent: Patch) -> str:
    """What could not be decoded: the result as JSON, or of a strategic patch the patch."""
    if sent.media_type == patchbodies.STRATEGIC:
        return go_text(sent.value)
    if not isinstance(document, dict):
        return orjson.dumps(document).decode()
    in_order = {key: document[key] for key in sorted(document)}
    if isinstance(document.get("metadata"), dict):
        meta = document["metadata"]
        known = [key for key in _META if key in meta]
        others = sorted(key for key in meta if key not in _META)
        in_order["metadata"] = {key: meta[key] for key in (*known, *others)}
    return orjson.dumps(in_order).decode()
