"""Subresources that show the whole object and take a part of it: status and its likes.

    answer(backend, call, part)     GET, PUT and PATCH of such a subresource

Source: kubernetes pkg/registry (StatusREST, EphemeralContainersREST, ResizeREST, ApprovalREST).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from minieks.kube.api.fields import FieldError
from minieks.kube.api.options import WriteOptions
from minieks.kube.rest import bodies, listing, patchbodies, patching, presenting, writeoptions
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.rest.writing import check_name, placed, settled
from minieks.kube.words.objects import Obj

# From what was sent and what is stored to what shall be.
Merge: TypeAlias = Callable[[Obj, Obj], Obj]
Check: TypeAlias = Callable[[Obj, Obj], Iterable[FieldError]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an object: its name, what it takes of what is sent, and what may be wrong.

    ``prepare`` gives what is sent the form in which the server knows it.
    """

    name: str
    merge: Merge
    check: Check
    prepare: Callable[[Obj], Obj] = lambda sent: sent


def answer(backend: Backend, call: Call, part: Part) -> Response:
    """The object before or after the part of it was written."""
    live = listing.existing(backend, call)
    if call.info.verb == "get":
        return presenting.one(backend, call, live)
    if call.info.verb == "update":
        sent, options = _put(backend, call, part, live)
    else:
        sent, options = _patch(backend, call, part, live)
    sent = backend.api.defaulted(backend.versions.stored(sent, call.resource), live)
    new = part.merge(options.tracked(live, part.prepare(sent)), live)
    made = backend.api.update_part(new, live, options, part.check)
    return presenting.one(backend, call, made)


def _put(backend: Backend, call: Call, part: Part, live: Obj) -> tuple[Obj, WriteOptions]:
    body = bodies.read(call.request, call.resource.kind)
    options = writeoptions.read(call, "UpdateOptions", subresource=part.name)
    obj = placed(call, decoded(backend, call, body, options))
    check_name(call, obj)
    return settled(backend, call, obj, live), backend.tracked(call, options)


def _patch(backend: Backend, call: Call, part: Part, live: Obj) -> tuple[Obj, WriteOptions]:
    media_type = patchbodies.media_type(call)
    options = patching.patch_options(call, media_type, subresource=part.name)
    if media_type == patchbodies.APPLY:
        return patching.applied(backend, call, live, options), replace(options, track=None)
    current = backend.versions.read(live, call.resource)
    obj = patching.patched(backend, call, current, options, patching.about(call))
    check_name(call, obj)
    obj = patching.checked(call, placed(call, obj), live)
    return obj, backend.tracked(call, options)
