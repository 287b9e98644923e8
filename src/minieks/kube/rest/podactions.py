"""What is done to pods by posting to them: binding and eviction.

Source: kubernetes pkg/registry/core/pod/storage/{storage,eviction}.go.
"""

from dataclasses import replace
from typing import Final

from minieks.kube.api import binding, errors, eviction
from minieks.kube.api.deletion import check_storage_uid
from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.api.fields import FieldError, not_supported, required
from minieks.kube.api.options import Track, WriteOptions
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import admitting, bodies, deleting, presenting, writeoptions
from minieks.kube.rest.answers import success
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.rest.writing import placed
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata, name

_BINDING: Final = Resource("", "v1", "bindings", "Binding", True)
_EVICTION: Final = Resource("policy", "v1", "evictions", "Eviction", True)


def bind(backend: Backend, call: Call) -> Response:
    """Put a pod on a node; also at ``bindings``, where the object names the pod."""
    sent, options = _sent(backend, call, _BINDING)
    pod_name = call.info.name or name(sent)
    if name(sent) and name(sent) != pod_name:
        raise BadRequest("name in URL does not match name in Binding object")
    problem = _wrong_target(sent.get("target") or {})
    if problem is not None:
        raise ApiError(500, "", str(problem))
    pod = backend.api.get("pods", call.info.namespace, pod_name)
    if pod is None:
        raise errors.NotFound("pods", pod_name)
    check_storage_uid("pods", pod, metadata(sent).get("uid"))
    if call.info.name:
        sent = admitting.created(backend, call, admitting.BINDING, sent, options)
    target = str(sent["target"]["name"])
    if options.dry_run:
        binding.check(pod, target)
    else:
        backend.api.bind(call.info.namespace, pod_name, target)
    return presenting.value(call, success({}, 201), 201)


def evict(backend: Backend, call: Call) -> Response:
    """Delete a pod if its disruption budget allows."""
    sent, posted = _sent(backend, call, _EVICTION)
    if name(sent) and name(sent) != call.info.name:
        raise BadRequest("name in URL does not match name in Eviction object")
    sent = admitting.created(backend, call, admitting.EVICTION, sent, posted)
    asked = sent.get("deleteOptions") or {}
    options = deleting.checked_options(asked)
    eviction.evict(
        backend.api,
        call.info.namespace,
        call.info.name,
        replace(options, dry_run=posted.dry_run or options.dry_run),
        _tracking(backend),
    )
    return presenting.value(call, success({}, 201), 201)


def _tracking(backend: Backend) -> Track:
    """The server itself writes the status of the pod's budget."""
    kind = backend.api.kinds.of_collection("poddisruptionbudgets.policy")
    manager = backend.managers.of(kind, kind.api_version, "status")
    now = times.rfc3339(backend.api.engine.now())
    return lambda old, new: manager.updated(old, new, "kube-apiserver", now)


def _sent(backend: Backend, call: Call, resource: Resource) -> tuple[Obj, WriteOptions]:
    """The object in the body, and how it is to be written."""
    asked = replace(call, resource=resource)
    body = bodies.read(call.request, resource.kind)
    options = writeoptions.read(call, "CreateOptions")
    return placed(call, decoded(backend, asked, body, options)), options


def _wrong_target(target: Obj) -> FieldError | None:
    kind = target.get("kind") or ""
    if kind not in ("", "Node"):
        return not_supported("target.kind", kind, ("Node", "<empty>"))
    return None if target.get("name") else required("target.name")
