"""POST of what is answered and not stored: reviews of rights and users, and requests for tokens.

Source: kubernetes pkg/registry/authorization, pkg/registry/authentication,
pkg/registry/core/serviceaccount/storage/token.go.
"""

from dataclasses import replace
from typing import Final

from minieks.kube.api.options import WriteOptions
from minieks.kube.auth.reviews import KINDS, TRACKED
from minieks.kube.auth.services import Auth
from minieks.kube.auth.tokens import request as token_request
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import admitting, bodies, presenting, writeoptions
from minieks.kube.rest.call import Backend, Call, not_served
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.rest.writing import placed
from minieks.kube.words.objects import Obj

_TOKEN_REQUEST: Final = Resource(
    "authentication.k8s.io", "v1", "serviceaccounts", "TokenRequest", True
)


def is_review(resource: Resource) -> bool:
    """Whether the resource is answered here."""
    return not resource.collection and resource.kind in KINDS


def review(backend: Backend, call: Call) -> Response:
    """The review with its status."""
    sent, _ = _sent(backend, call, "", tracked=call.resource.kind in TRACKED)
    answered = _auth(backend).reviews.answered(call.user, sent)
    return presenting.value(call, answered, 201)


def token(backend: Backend, call: Call) -> Response:
    """A token for the service account of the path."""
    auth = _auth(backend)
    place = call.info.namespace, call.info.name
    asked = replace(call, resource=_TOKEN_REQUEST)
    sent, options = _sent(backend, asked, "token", tracked=True)
    sent = admitting.created(backend, call, admitting.TOKEN_REQUEST, sent, options)
    answered = token_request.answered(backend.api, auth.tokens, place, sent)
    return presenting.value(call, answered, 201)


def _sent(
    backend: Backend, call: Call, subresource: str, *, tracked: bool
) -> tuple[Obj, WriteOptions]:
    body = bodies.read(call.request, call.resource.kind)
    options = writeoptions.read(call, "CreateOptions", subresource=subresource)
    obj = decoded(backend, call, body, options)
    obj = token_request.defaulted(obj) if subresource else placed(call, obj)
    if not tracked:
        return obj, options
    return backend.tracked(call, options).tracked(None, {"metadata": {}, **obj}), options


def _auth(backend: Backend) -> Auth:
    if backend.auth is None:
        raise not_served()
    return backend.auth
