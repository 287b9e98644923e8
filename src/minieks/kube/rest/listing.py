"""GET of one object and of many: present, as of a revision, or page by page.

Source: kubernetes apiserver pkg/endpoints/handlers/get.go and pkg/storage/{cacher,etcd3}.
"""

from collections.abc import Callable, Sequence
from typing import Final

from minieks.kube.api import errors
from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.rest import fieldselectors, labelselectors, listoptions, presenting
from minieks.kube.rest.awaiting import FutureRevision
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.rest.listoptions import ListOptions
from minieks.kube.words.objects import Obj, key, labels

_EXPIRED: Final = (
    "The provided continue parameter is too old to display a consistent list result. You can start"
    " a new list without the continue parameter, or use the continue token in this response to"
    " retrieve the remainder of the results. Continuing with the provided token results in an"
    " inconsistent list - objects that were created, modified, or deleted between the time the"
    " first chunk was returned and now may show up in the list."
)
_TOO_OLD: Final = "The resourceVersion for the provided list is too old."


def get(backend: Backend, call: Call) -> Response:
    """One object by its name, which is never older than a revision that has been reached."""
    try:
        asked = listoptions.parse_revision(call.request.asked("resourceVersion"))
    except ValueError as error:
        raise ApiError(500, "", str(error)) from None
    if asked > backend.histories.revision:
        raise FutureRevision(asked, backend.histories.revision)
    return presenting.one(backend, call, existing(backend, call))


def existing(backend: Backend, call: Call) -> Obj:
    """The object that the path names, a custom one as it is served; raises NotFound."""
    info = call.info
    found = backend.api.get(call.collection, info.namespace if call.in_namespace else "", info.name)
    if found is None:
        raise errors.NotFound(call.public, info.name)
    return backend.versions.shown([found], call.resource)[0]


def list_(backend: Backend, call: Call) -> Response:
    """The objects that the selectors match."""
    options = listoptions.read(call.request, watch=False)
    objects, meta = select(backend, call, options)
    return presenting.many(backend, call, objects, meta)


def select(backend: Backend, call: Call, options: ListOptions) -> tuple[Sequence[Obj], Obj]:
    """The objects of a list or of one page of it, and the list's metadata."""
    matches = matcher(backend, call, options)
    revision, start = _place(backend, call, options)
    found: Sequence[Obj] = backend.histories.at(call.collection, call.scope, revision)
    if start:
        found = [obj for obj in found if key(obj) >= start]
    found = backend.versions.shown(found, call.resource)
    if matches is not None:
        found = [obj for obj in found if matches(obj)]
    meta: Obj = {"resourceVersion": str(revision)}
    limit = 0 if options.resource_version == "0" else options.limit
    if limit <= 0 or len(found) <= limit:
        # A list of custom resources is written as it is read, with its empty field.
        return found, {"continue": "", **meta} if call.resource.custom else meta
    page = found[:limit]
    meta["continue"] = listoptions.continue_token(revision, _token_key(call, page[-1]))
    if matches is None:
        meta["remainingItemCount"] = len(found) - limit
    return page, meta


def matcher(backend: Backend, call: Call, options: ListOptions) -> Callable[[Obj], bool] | None:
    """What decides whether an object is wanted; None if all are. Raises BadRequest."""
    resource = call.resource
    by_label = labelselectors.parse(options.label_selector)
    by_field = fieldselectors.parse(
        options.field_selector,
        resource.group_version,
        resource.kind,
        backend.selectable(resource),
    )
    if by_label.is_empty and not by_field.terms:
        return None
    if by_label.is_empty:
        return by_field.matches
    if not by_field.terms:
        return lambda obj: by_label.matches(labels(obj))
    return lambda obj: by_label.matches(labels(obj)) and by_field.matches(obj)


def _place(backend: Backend, call: Call, options: ListOptions) -> tuple[int, str]:
    """The revision at which to list, and the key at which to begin."""
    try:
        asked = options.revision
    except ValueError as error:
        raise BadRequest(f"invalid resource version: {error}") from None
    present = backend.histories.revision
    if options.continue_from:
        if asked:
            why = "specifying resource version is not allowed when using continue"
            raise BadRequest(why)
        return _continued(backend, call, options)
    if asked > present:
        raise FutureRevision(asked, present)
    exact = options.match == "Exact" or (not options.match and options.limit > 0 and asked > 0)
    if not exact:
        return present, ""
    if asked < backend.histories.oldest(call.collection):
        raise ApiError(410, "Expired", _TOO_OLD)
    return asked, ""


def _continued(backend: Backend, call: Call, options: ListOptions) -> tuple[int, str]:
    revision, start = listoptions.read_continue(options.continue_from)
    if call.scope:
        start = f"{call.scope}/{start}"
    if revision < 0:
        return backend.histories.revision, start
    if revision < backend.histories.oldest(call.collection):
        error = ApiError(410, "Expired", _EXPIRED)
        again = listoptions.continue_token(-1, start.removesuffix("\x00"))
        error.metadata = {"continue": again, "resourceVersion": str(backend.histories.revision)}
        raise error
    return revision, start


def _token_key(call: Call, obj: Obj) -> str:
    """The key from which the next page goes on, below the namespace of the request."""
    return key(obj).removeprefix(f"{call.scope}/") if call.scope else key(obj)
