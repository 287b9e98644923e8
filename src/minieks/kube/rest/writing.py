"""POST and PUT of objects.

Source: kubernetes apiserver pkg/endpoints/handlers/{create,update}.go.
"""

from typing import Final

from minieks.kube.api.errors import BadRequest
from minieks.kube.api.options import WriteOptions
from minieks.kube.rest import bodies, presenting, writeoptions
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.words.objects import Obj, metadata, with_metadata

_OTHER_NAMESPACE: Final = (
    "the namespace of the provided object does not match the namespace sent on the request"
)


def create(backend: Backend, call: Call) -> Response:
    """A new object in the collection of the path."""
    body = bodies.read(call.request, call.resource.kind)
    options = writeoptions.read(call, "CreateOptions")
    obj = placed(call, decoded(backend, call, body, options))
    made = store_new(backend, call, obj, options)
    return presenting.one(backend, call, made, 201)


def store_new(backend: Backend, call: Call, obj: Obj, options: WriteOptions) -> Obj:
    """Store a new object in the version of the call; returns it as stored."""
    stored = backend.versions.stored(obj, call.resource)
    return backend.api.create(stored, options=backend.tracked(call, options))


def update(backend: Backend, call: Call) -> Response:
    """A new version of the object of the path; some kinds are created by it."""
    body = bodies.read(call.request, call.resource.kind)
    options = writeoptions.read(call, "UpdateOptions")
    obj = placed(call, decoded(backend, call, body, options))
    check_name(call, obj)
    stored = backend.versions.stored(obj, call.resource)
    made = backend.api.update(stored, options=backend.tracked(call, options))
    return presenting.one(backend, call, made)


def placed(call: Call, obj: Obj) -> Obj:
    """The object in the namespace of the path; raises BadRequest if it names another."""
    named = metadata(obj).get("namespace") or ""
    if not call.in_namespace:
        if named:
            raise BadRequest(_OTHER_NAMESPACE)
        return obj
    if named and named != call.info.namespace:
        raise BadRequest(_OTHER_NAMESPACE)
    return obj if named else with_metadata(obj, namespace=call.info.namespace)


def check_name(call: Call, obj: Obj) -> None:
    """Raises BadRequest if the object is not the one that the path names."""
    name = metadata(obj).get("name") or ""
    on_url = call.info.name
    if not name:
        raise BadRequest(
            f"the name of the object ({on_url} based on URL) was undeterminable:"
            " name must be provided"
        )
    if name != on_url:
        raise BadRequest(
            f"the name of the object ({name}) does not match the name on the URL ({on_url})"
        )
