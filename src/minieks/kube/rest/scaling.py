"""The scale of workloads: how many replicas are wanted, and how many there are.

Source: kubernetes pkg/registry/apps/*/storage (ScaleREST), apiextensions-apiserver
pkg/registry/customresource/etcd.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from minieks.kube.api.errors import ApiError, Invalid
from minieks.kube.api.fields import invalid
from minieks.kube.api.options import WriteOptions
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import bodies, listing, patchbodies, patching, presenting, writeoptions
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.rest.writing import check_name, placed, settled
from minieks.kube.words.objects import Obj, name, namespace
from minieks.kube.words.selectors import as_text

_SCALE: Final = Resource("autoscaling", "v1", "scale", "Scale", True)
_ABOUT: Final = patching.About("autoscaling/v1", "Scale")
_SHARED: Final = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Paths:
    """Where in an object of a kind its scale is; the selector may be nowhere."""

    spec: tuple[str, ...] = ("spec", "replicas")
    status: tuple[str, ...] = ("status", "replicas")
    selector: tuple[str, ...] = ("spec", "selector")


def answer(backend: Backend, call: Call) -> Response:
    """The scale of the object of the path, before or after it was written."""
    live = listing.existing(backend, call)
    paths = _paths(backend, call)
    if call.info.verb == "get":
        return presenting.value(call, scale_of(live, paths))
    asked = replace(call, resource=_SCALE)
    if call.info.verb == "update":
        wanted, options = _put(backend, asked, call, live)
    elif patchbodies.media_type(call) == patchbodies.APPLY:
        return presenting.value(call, scale_of(_applied(backend, call, live, paths), paths))
    else:
        wanted, options = _patch(backend, asked, call, scale_of(live, paths), live)
    replicas = _checked(wanted)
    new = _with(live, paths.spec, replicas)
    made = backend.api.update(new, options=_without_time(backend.tracked(call, options)))
    return presenting.value(call, scale_of(made, paths))


def scale_of(obj: Obj, paths: Paths) -> Obj:
    """The Scale of an object; raises the server's error if it has no replicas."""
    replicas = _at(obj, paths.spec)
    if replicas is None:
        place = "." + ".".join(paths.spec)
        raise ApiError(500, "", f'the spec replicas field "{place}" does not exist')
    meta = {field: obj["metadata"][field] for field in _SHARED if field in obj["metadata"]}
    status: Obj = {"replicas": _at(obj, paths.status) or 0}
    selector = _at(obj, paths.selector) if paths.selector else None
    text = selector if isinstance(selector, str) else as_text(selector) if selector else ""
    if text:
        status["selector"] = text
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": meta,
        "spec": {"replicas": replicas} if replicas else {},
        "status": status,
    }


def _put(backend: Backend, asked: Call, call: Call, live: Obj) -> tuple[Obj, WriteOptions]:
    body = bodies.read(call.request, "Scale")
    options = writeoptions.read(call, "UpdateOptions", subresource="scale")
    scale = placed(call, decoded(backend, asked, body, options))
    check_name(call, scale)
    return settled(backend, call, scale, live), options


def _patch(
    backend: Backend, asked: Call, call: Call, current: Obj, live: Obj
) -> tuple[Obj, WriteOptions]:
    media_type = patchbodies.media_type(call)
    options = patching.patch_options(call, media_type, subresource="scale")
    scale = patching.patched(backend, asked, current, options, _ABOUT)
    check_name(call, scale)
    return patching.checked(call, placed(call, scale), live), options


def _without_time(options: WriteOptions) -> WriteOptions:
    """The options with managedFields that do not say when the scale was written.

    So it is with the real server, and what has no time comes first.
    """

    def track(old: Obj | None, new: Obj) -> Obj:
        found = options.tracked(old, new)
        entries = found["metadata"].get("managedFields")
        if not entries:
            return found
        scale = [_timeless(entry) for entry in entries if entry.get("subresource") == "scale"]
        others = [entry for entry in entries if entry.get("subresource") != "scale"]
        entries = sorted([*scale, *others], key=lambda entry: "time" in entry)
        return {**found, "metadata": {**found["metadata"], "managedFields": entries}}

    return replace(options, track=track)


def _timeless(entry: Obj) -> Obj:
    return {field: value for field, value in entry.items() if field != "time"}


def _applied(backend: Backend, call: Call, live: Obj, paths: Paths) -> Obj:
    """The object after its scale was applied: the replicas are those of the manager then."""
    options = patching.patch_options(call, patchbodies.APPLY, subresource="scale")
    sent = patchbodies.read(call, patchbodies.APPLY).value
    meta = {"name": name(live), **({"namespace": namespace(live)} if namespace(live) else {})}
    resource = call.resource
    applied = {"apiVersion": resource.group_version, "kind": resource.kind, "metadata": meta}
    configuration = _with(applied, paths.spec, _checked(sent))
    made = patching.configured(backend, call, live, configuration, options)
    stored = backend.versions.stored(made, resource)
    return backend.api.update(stored, options=options)


def _checked(scale: Obj) -> int:
    replicas = (scale.get("spec") or _NOTHING).get("replicas") or 0
    if replicas < 0:
        problem = invalid("spec.replicas", replicas, "must be greater than or equal to 0")
        raise Invalid("Scale", "autoscaling", name(scale), [problem])
    return int(replicas)


def _paths(backend: Backend, call: Call) -> Paths:
    if not call.resource.custom:
        return Paths()
    scale = backend.version_of(call.resource)["subresources"]["scale"]
    return Paths(
        _path(scale["specReplicasPath"]),
        _path(scale["statusReplicasPath"]),
        _path(scale.get("labelSelectorPath") or ""),
    )


def _path(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(".") if part)


def _at(obj: Obj, path: tuple[str, ...]) -> Any:
    value: Any = obj
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _with(obj: Obj, path: tuple[str, ...], value: Any) -> Obj:
    head, rest = path[0], path[1:]
    return {**obj, head: _with(obj.get(head) or {}, rest, value) if rest else value}
