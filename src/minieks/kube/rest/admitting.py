"""Admission of what is written to a part of an object: a Scale, an Eviction, a TokenRequest.

Policies and webhooks are asked about such a request as about others; what they see is the part.
Source: kubernetes apiserver pkg/endpoints/handlers/{create,update}.go.
"""

from typing import Final

from minieks.kube.api.admission import Attributes
from minieks.kube.api.options import WriteOptions
from minieks.kube.kinds.registry import Kind
from minieks.kube.rest.call import Backend, Call
from minieks.kube.words.objects import Obj

BINDING: Final = Kind("", ("v1",), "Binding", "bindings")
EVICTION: Final = Kind("policy", ("v1",), "Eviction", "evictions")
SCALE: Final = Kind("autoscaling", ("v1",), "Scale", "scales")
TOKEN_REQUEST: Final = Kind("authentication.k8s.io", ("v1",), "TokenRequest", "tokenrequests")


def created(backend: Backend, call: Call, kind: Kind, sent: Obj, options: WriteOptions) -> Obj:
    """What admission makes of what is posted to a part; raises ApiError."""
    attributes = _attributes(backend, call, kind, options)
    return backend.api.admitted(sent, attributes)


def scaled(backend: Backend, call: Call, before: Obj, after: Obj, options: WriteOptions) -> Obj:
    """What admission makes of a Scale that changes; raises ApiError."""
    attributes = _attributes(backend, call, SCALE, options)
    attributes.operation, attributes.old = "UPDATE", before
    return backend.api.admitted(after, attributes)


def _attributes(backend: Backend, call: Call, kind: Kind, options: WriteOptions) -> Attributes:
    info = call.info
    found = Attributes(backend.api, "CREATE", call.collection, call.scope, info.name, part=kind)
    found.of_client(options)
    found.warnings = options.warnings
    found.subresource = info.subresource
    return found
