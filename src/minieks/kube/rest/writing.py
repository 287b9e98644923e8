"""POST and PUT of objects.

Source: kubernetes apiserver pkg/endpoints/handlers/{create,update}.go.
"""

from typing import Final

import orjson

from minieks.kube.api.deletion import check_storage_uid
from minieks.kube.api.errors import ApiError, BadRequest, Invalid, NotFound
from minieks.kube.api.fields import invalid
from minieks.kube.api.options import WriteOptions
from minieks.kube.rest import bodies, events_v1, presenting, writeoptions
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.decoding import decoded
from minieks.kube.rest.http import Response
from minieks.kube.words.objects import Obj, metadata, with_metadata

_OTHER_NAMESPACE: Final = (
    "the namespace of the provided object does not match the namespace sent on the request"
)

_OWNERS_TWICE: Final = (
    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in"
    " 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate"
    " UID(s) observed: {}"
)
# Kinds that a PUT creates if they are not there (AllowCreateOnUpdate).
_CREATED_BY_UPDATES: Final = frozenset(
    {
        *("leases.coordination.k8s.io", "endpoints", "events", "limitranges", "services"),
        *("runtimeclasses.node.k8s.io", "roles.rbac.authorization.k8s.io"),
        *("rolebindings.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io"),
        "clusterrolebindings.rbac.authorization.k8s.io",
    }
)
# Kinds of which a PUT must say the version (AllowUnconditionalUpdate is false).
_VERSION_WANTED: Final = frozenset(
    {
        *("leases.coordination.k8s.io", "poddisruptionbudgets.policy", "csinodes.storage.k8s.io"),
        *("csidrivers.storage.k8s.io", "csistoragecapacities.storage.k8s.io"),
        *("volumeattachments.storage.k8s.io", "runtimeclasses.node.k8s.io"),
        "customresourcedefinitions.apiextensions.k8s.io",
        "apiservices.apiregistration.k8s.io",
        *(
            f"{plural}.admissionregistration.k8s.io"
            for plural in (
                *("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
                *("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
            )
        ),
    }
)


def create(backend: Backend, call: Call) -> Response:
    """A new object in the collection of the path."""
    body = bodies.read(call.request, call.resource.kind)
    options = writeoptions.read(call, "CreateOptions")
    obj = owners_once(placed(call, decoded(backend, call, body, options)), call.warnings)
    made = store_new(backend, call, obj, options)
    return presenting.one(backend, call, made, 201)


def store_new(backend: Backend, call: Call, obj: Obj, options: WriteOptions) -> Obj:
    """Store a new object in the version of the call; returns it as stored."""
    events_v1.check(call.resource, obj)
    stored = backend.versions.stored(obj, call.resource)
    return backend.api.create(stored, options=backend.tracked(call, options))


def update(backend: Backend, call: Call) -> Response:
    """A new version of the object of the path; some kinds are created by it."""
    body = bodies.read(call.request, call.resource.kind)
    options = writeoptions.read(call, "UpdateOptions")
    obj = placed(call, decoded(backend, call, body, options))
    check_name(call, obj)
    live = backend.api.get(call.collection, call.scope, call.info.name)
    if live is None:
        if call.collection not in _CREATED_BY_UPDATES:
            raise NotFound(call.public, call.info.name)
        backend.check_create(call)
        made = store_new(backend, call, with_metadata(obj, resourceVersion=None), options)
        return presenting.one(backend, call, made, 201)
    obj = owners_once(settled(backend, call, obj, live), call.warnings)
    check_deletion(call, obj, live)
    stored = backend.versions.stored(obj, call.resource)
    made = backend.api.update(stored, options=backend.tracked(call, options))
    return presenting.one(backend, call, made)


def owners_once(obj: Obj, warnings: list[str]) -> Obj:
    """The object with each owner reference once, and a warning if one stood there twice."""
    owners = metadata(obj).get("ownerReferences") or []
    if len(owners) < 2:
        return obj
    unique: dict[bytes, Obj] = {}
    repeated: dict[str, None] = {}
    for one in owners:
        written = orjson.dumps(one, option=orjson.OPT_SORT_KEYS)
        if written in unique:
            repeated[str(one.get("uid"))] = None
        unique.setdefault(written, one)
    if len(unique) == len(owners):
        return obj
    warnings.append(_OWNERS_TWICE.format(", ".join(repeated)))
    return with_metadata(obj, ownerReferences=list(unique.values()))


def check_deletion(call: Call, obj: Obj, live: Obj) -> None:
    """Raises Invalid if an update sets or moves the time of the object's deletion."""
    sent, present = metadata(obj), metadata(live)
    problems = [
        invalid(f"metadata.{field}", sent[field], "field is immutable")
        for field in ("deletionTimestamp", "deletionGracePeriodSeconds")
        if sent.get(field) is not None and sent[field] != present.get(field)
    ]
    if problems:
        # They are found when objects in general are looked at, and when those of the kind are.
        kind, group = call.resource.kind, call.resource.group
        raise Invalid(kind, group, call.info.name, [*problems, *problems])


def settled(backend: Backend, call: Call, obj: Obj, live: Obj) -> Obj:
    """The object without a version that says nothing; raises the error of one that is wrong."""
    revision = str(metadata(obj).get("resourceVersion") or "")
    if revision and not revision.isdigit():
        raise ApiError(500, "", f'strconv.ParseUint: parsing "{revision}": invalid syntax')
    check_storage_uid(call.public, live, metadata(obj).get("uid"))
    if revision not in ("", "0"):
        return obj
    if call.resource.custom or call.collection in _VERSION_WANTED:
        problem = invalid("metadata.resourceVersion", 0, "must be specified for an update")
        plural, group = call.resource.plural, call.resource.group
        raise Invalid(plural, group, call.info.name, [problem])
    return with_metadata(obj, resourceVersion=None)


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
