"""The scale of workloads: how many replicas are wanted, and how many there are.

Source: kubernetes pkg/registry/apps/*/storage (ScaleREST), apiextensions-apiserver
pkg/registry/customresource/etcd.go.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from minieks.kube.api.apply import scale
from minieks.kube.api.errors import InternalError, Invalid
from minieks.kube.api.fields import invalid
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.scales import Paths, at, custom_paths, selector_text, with_value
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import (
    admitting,
    bodies,
    listing,
    patchbodies,
    patching,
    presenting,
    writeoptions,
)
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.rest.writing import check_name, placed, settled
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name

_SCALE: Final = Resource("autoscaling", "v1", "scale", "Scale", True)
_ABOUT: Final = patching.About("autoscaling/v1", "Scale")
_SHARED: Final = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
_NOTHING: Final[Mapping[str, Any]] = {}


def answer(backend: Backend, call: Call) -> Response:
    """The scale of the object of the path, before or after it was written."""
    live = listing.existing(backend, call)
    paths = _paths(backend, call)
    current = scale_of(live, paths)
    if call.info.verb == "get":
        _check_replicas(live, paths)
        return presenting.scale(backend, call, current)
    asked = replace(call, resource=_SCALE)
    shown = scale.shown(live, current, paths.spec)
    if call.info.verb == "update":
        wanted, options = _put(backend, asked, call, shown)
    elif patchbodies.media_type(call) == patchbodies.APPLY:
        wanted, options = _applied(backend, call, shown)
    else:
        wanted, options = _patch(backend, asked, call, shown)
    wanted = admitting.scaled(backend, call, current, wanted, options)
    new = with_value(live, paths.spec, _checked(wanted))
    new = scale.written(new, wanted, paths.spec, call.resource.group_version)
    made = backend.api.update(new, options=replace(options, admitted=True))
    return presenting.scale(backend, call, scale_of(made, paths))


def _check_replicas(obj: Obj, paths: Paths) -> None:
    """Raises the server's error for an object that does not say its replicas."""
    if at(obj, paths.spec) is None:
        place = "." + ".".join(paths.spec)
        raise InternalError(f'the spec replicas field "{place}" does not exist')


def scale_of(obj: Obj, paths: Paths) -> Obj:
    """The Scale of an object; one without replicas has none."""
    replicas = at(obj, paths.spec)
    meta = {field: obj["metadata"][field] for field in _SHARED if field in obj["metadata"]}
    status: Obj = {"replicas": at(obj, paths.status) or 0}
    text = selector_text(obj, paths)
    if text:
        status["selector"] = text
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": meta,
        "spec": {"replicas": replicas} if replicas else {},
        "status": status,
    }


def _put(backend: Backend, asked: Call, call: Call, shown: Obj) -> tuple[Obj, WriteOptions]:
    body = bodies.read(call.request, "Scale")
    options = writeoptions.read(call, "UpdateOptions", subresource="scale")
    sent = placed(call, decoded(backend, asked, body, options))
    check_name(call, sent)
    return _tracked(backend, settled(backend, asked, sent, shown), shown, options), options


def _patch(backend: Backend, asked: Call, call: Call, shown: Obj) -> tuple[Obj, WriteOptions]:
    media_type = patchbodies.media_type(call)
    options = patching.patch_options(call, media_type, subresource="scale")
    sent = patching.patched(backend, asked, shown, options, _ABOUT)
    check_name(call, sent)
    sent = patching.checked(call, placed(call, sent), shown)
    return _tracked(backend, sent, shown, options), options


def _tracked(backend: Backend, sent: Obj, shown: Obj, options: WriteOptions) -> Obj:
    manager = backend.managers.of_scale()
    return manager.updated(shown, sent, options.field_manager, _now(backend))


def _applied(backend: Backend, call: Call, shown: Obj) -> tuple[Obj, WriteOptions]:
    options = patching.patch_options(call, patchbodies.APPLY, subresource="scale")
    sent = patching.configuration(call, options)
    manager = backend.managers.of_scale()
    force = patching.forces(call)
    made = manager.applied(shown, sent, options.field_manager, _now(backend), force)
    check_name(call, made)
    return patching.checked(call, placed(call, made), shown), options


def _now(backend: Backend) -> str:
    return times.rfc3339(backend.api.engine.now())


def _checked(wanted: Obj) -> int:
    replicas = (wanted.get("spec") or _NOTHING).get("replicas") or 0
    if replicas < 0:
        problem = invalid("spec.replicas", replicas, "must be greater than or equal to 0")
        raise Invalid("Scale", "autoscaling", name(wanted), [problem])
    return int(replicas)


def _paths(backend: Backend, call: Call) -> Paths:
    if not call.resource.custom:
        return Paths()
    return custom_paths(backend.version_of(call.resource)["subresources"]["scale"])
