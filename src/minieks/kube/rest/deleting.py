"""DELETE of one object and of many.

Source: kubernetes apiserver pkg/endpoints/handlers/delete.go, pkg/registry/generic/registry and
apimachinery pkg/apis/meta/v1/validation.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.api import errors
from minieks.kube.api.decoding import typed
from minieks.kube.api.deletion import DeleteOptions, Propagation
from minieks.kube.api.errors import ApiError, Invalid
from minieks.kube.api.fields import FieldError, invalid, not_supported
from minieks.kube.api.options import WriteOptions
from minieks.kube.rest import bodies, listing, listoptions, presenting, writeoptions
from minieks.kube.rest.answers import success
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.words.objects import Obj, is_deleting, name, namespace, uid

_POLICIES: Final = ("Foreground", "Background", "Orphan")
_SCHEME: Final = "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"
# The kinds whose deletion is answered with the object that is gone (ReturnDeletedObject).
_SHOWN: Final = frozenset(
    {
        *("pods", "services", "serviceaccounts", "persistentvolumeclaims", "persistentvolumes"),
        *("resourcequotas", "podtemplates", "namespaces"),
    }
)
_SHOWN_GROUPS: Final = frozenset({"storage.k8s.io", "resource.k8s.io"})


def delete(backend: Backend, call: Call) -> Response:
    """Delete the object of the path, or begin to."""
    options = read_options(backend, call)
    write = WriteOptions(call.user, options.dry_run, warnings=call.warnings)
    old = listing.existing(backend, call)
    left = backend.api.delete_as(call.collection, namespace(old), name(old), options, write)
    status = 200
    if _is_gone(backend, call, left):
        if not _shows(call):
            return presenting.value(call, success(_details(call, left)))
    elif options.orphan_dependents is False:
        status = 202
    return presenting.one(backend, call, left, status)


def delete_collection(backend: Backend, call: Call) -> Response:
    """Delete the objects that the selectors match; the answer is the list of them."""
    options = read_options(backend, call)
    listed = listoptions.read(call.request, watch=False)
    objects, meta = listing.select(backend, call, listed)
    write = WriteOptions(call.user, options.dry_run, warnings=call.warnings)
    for obj in objects:
        try:
            backend.api.delete_as(call.collection, namespace(obj), name(obj), options, write)
        except errors.NotFound:
            continue
    return presenting.many(backend, call, objects, meta)


def _is_gone(backend: Backend, call: Call, left: Obj) -> bool:
    present = backend.api.get(call.collection, namespace(left), name(left))
    if present is None:
        return True
    return not is_deleting(left) and uid(present) == uid(left) and not is_deleting(present)


def _shows(call: Call) -> bool:
    return call.collection in _SHOWN or call.resource.group in _SHOWN_GROUPS


def _details(call: Call, gone: Obj) -> Obj:
    found = {
        "name": name(gone),
        "group": call.resource.group,
        "kind": call.resource.plural,
        "uid": uid(gone),
    }
    return {key: value for key, value in found.items() if value}


def read_options(backend: Backend, call: Call) -> DeleteOptions:
    """The DeleteOptions of the body, or of the query if there is no body; raises ApiError."""
    return checked_options(_of_body(backend, call) if call.request.body else _of_query(call))


def checked_options(found: Obj) -> DeleteOptions:
    """DeleteOptions from their JSON; raises Invalid."""
    problems = list(_problems(found))
    if problems:
        raise Invalid("DeleteOptions", "meta.k8s.io", "", problems)
    wanted = found.get("preconditions") or {}
    return DeleteOptions(
        grace_seconds=found.get("gracePeriodSeconds"),
        propagation=_propagation(found),
        uid=wanted.get("uid"),
        resource_version=wanted.get("resourceVersion"),
        orphan_dependents=found.get("orphanDependents"),
        dry_run=bool(found.get("dryRun")),
    )


def _propagation(found: Mapping[str, Any]) -> Propagation | None:
    orphan = found.get("orphanDependents")
    if orphan is not None:
        return "Orphan" if orphan else "Background"
    policy: Propagation | None = found.get("propagationPolicy")
    return policy


def _of_body(backend: Backend, call: Call) -> Obj:
    value = bodies.read(call.request, "DeleteOptions").value
    kind = value.get("kind") or "DeleteOptions"
    if kind != "DeleteOptions":
        version = value.get("apiVersion") or call.resource.group_version
        text = f'no kind "{kind}" is registered for version "{version}" in scheme "{_SCHEME}"'
        raise ApiError(500, "", text)
    return typed(backend.api, {**value, "apiVersion": "v1", "kind": "DeleteOptions"}, [])


def _of_query(call: Call) -> Obj:
    query = call.request.query
    found: Obj = {"dryRun": [value for key, value in query if key == "dryRun"]}
    grace = call.request.asked("gracePeriodSeconds")
    if grace:
        found["gracePeriodSeconds"] = listoptions.integer(grace)
    policy = call.request.asked("propagationPolicy")
    if policy:
        found["propagationPolicy"] = policy
    orphan = call.request.asked("orphanDependents")
    if orphan:
        found["orphanDependents"] = listoptions.truth(orphan)
    return found


def _problems(found: Obj) -> list[FieldError]:
    problems = []
    policy = found.get("propagationPolicy")
    if policy is not None and found.get("orphanDependents") is not None:
        why = "orphanDependents and deletionPropagation cannot be both set"
        problems.append(invalid("propagationPolicy", policy, why))
    if policy is not None and policy not in _POLICIES:
        problems.append(not_supported("propagationPolicy", policy, (*_POLICIES, "nil")))
    problems.extend(writeoptions.dry_run_problems(found.get("dryRun") or ()))
    return problems
