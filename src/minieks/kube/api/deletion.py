"""What a DELETE does to an object: gone at once, or marked and waiting for finalizers or grace.

Source: kubernetes apiserver pkg/registry/generic/registry/store.go and
pkg/registry/core/pod/strategy.go.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from minieks.engine.clock import micros
from minieks.kube.api import established
from minieks.kube.api.errors import Conflict
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, key, metadata

Propagation: TypeAlias = Literal["Background", "Foreground", "Orphan"]

_OTHER_UID: Final = (
    "the UID in the precondition ({}) does not match the UID in record ({})."
    " The object might have been deleted and then recreated"
)
_OTHER_VERSION: Final = (
    "the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record"
    " ({}). The object might have been modified"
)
_OTHER_IN_STORAGE: Final = (
    "StorageError: invalid object, Code: 4, Key: /registry/{}, ResourceVersion: 0,"
    " AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in object meta: {}"
)
DEFINITION_FINALIZER: Final = "customresourcecleanup.apiextensions.k8s.io"
_DEFINITIONS: Final = "customresourcedefinitions.apiextensions.k8s.io"
_PENDING: Final = (
    "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
)
_PROPAGATION_FINALIZERS = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """What the caller asks of a deletion; None means the kind's default."""

    grace_seconds: int | None = None
    propagation: Propagation | None = None
    uid: str | None = None
    resource_version: str | None = None
    orphan_dependents: bool | None = None
    dry_run: bool = False


def check_preconditions(kind: str, obj: Obj, options: DeleteOptions) -> None:
    """Raises Conflict if the object is not the one that the caller means."""
    meta = metadata(obj)
    if options.uid is not None and options.uid != meta["uid"]:
        why = _OTHER_UID.format(options.uid, meta["uid"])
        raise Conflict(kind, meta["name"], why)
    wanted = options.resource_version
    if wanted is not None and wanted != meta["resourceVersion"]:
        why = _OTHER_VERSION.format(wanted, meta["resourceVersion"])
        raise Conflict(kind, meta["name"], why)


def check_storage_uid(collection: str, obj: Obj, uid: str | None) -> None:
    """Raises the Conflict of a write that is meant for an object of another uid."""
    meta = metadata(obj)
    if not uid or uid == meta["uid"]:
        return
    place = f"{collection.partition('.')[0]}/{key(obj)}"
    raise Conflict(collection, meta["name"], _OTHER_IN_STORAGE.format(place, uid, meta["uid"]))


def grace_of_pod(pod: Obj, asked: int | None) -> int:
    """Seconds a pod may take to end: none if it is not scheduled or has ended already."""
    spec = pod.get("spec") or {}
    if not spec.get("nodeName") or (pod.get("status") or {}).get("phase") in (
        "Succeeded",
        "Failed",
    ):
        return 0
    period = asked if asked is not None else spec.get("terminationGracePeriodSeconds", 30)
    return 1 if period < 0 else int(period)


def marked(collection: str, obj: Obj, options: DeleteOptions, now: int) -> Obj | None:
    """The object as deletion leaves it for now, or None if it can go at once.

    A second DELETE can only shorten the grace that is left.
    """
    grace = grace_of_pod(obj, options.grace_seconds) if collection == "pods" else 0
    if collection == "namespaces":
        return _terminating(obj, now)
    if collection == _DEFINITIONS and not is_deleting(obj):
        return _definition(obj, times.rfc3339(now))
    finalizers = _finalizers(collection, obj, options)
    if is_deleting(obj):
        return _shortened(obj, grace, finalizers, now)
    if not finalizers and grace == 0:
        return None
    meta = {
        **metadata(obj),
        "deletionTimestamp": times.rfc3339(now + micros(grace)),
        "deletionGracePeriodSeconds": grace,
    }
    return {**obj, "metadata": _with_finalizers(meta, finalizers)}


def _definition(obj: Obj, now: str) -> Obj:
    """A definition goes when the objects of its kind are gone."""
    told = ("True", "InstanceDeletionPending", _PENDING)
    meta = metadata(obj)
    finalizers = [*(meta.get("finalizers") or ()), DEFINITION_FINALIZER]
    marked_meta = {**meta, "deletionTimestamp": now, "finalizers": finalizers}
    return established.terminating({**obj, "metadata": marked_meta}, told, now)


def _terminating(namespace: Obj, now: int) -> Obj:
    """A Namespace goes when its controller has emptied it and taken its finalizer off spec."""
    if is_deleting(namespace):
        return namespace
    return {
        **namespace,
        "metadata": {**metadata(namespace), "deletionTimestamp": times.rfc3339(now)},
        "status": {**(namespace.get("status") or {}), "phase": "Terminating"},
    }


def at_once(obj: Obj, now: int) -> Obj:
    """A pod that is deleted without grace, as watchers see it before it goes."""
    if metadata(obj).get("deletionGracePeriodSeconds") == 0:
        return obj
    marks = {"deletionTimestamp": times.rfc3339(now), "deletionGracePeriodSeconds": 0}
    return {**obj, "metadata": {**metadata(obj), **marks}}


def _shortened(obj: Obj, grace: int, finalizers: list[str], now: int) -> Obj | None:
    meta = metadata(obj)
    left = int(meta.get("deletionGracePeriodSeconds") or 0)
    if not finalizers and (grace == 0 or left == 0):
        return None
    if grace >= left:
        return {**obj, "metadata": _with_finalizers(dict(meta), finalizers)}
    sooner = {
        **meta,
        "deletionTimestamp": times.rfc3339(now + micros(grace)),
        "deletionGracePeriodSeconds": grace,
    }
    return {**obj, "metadata": _with_finalizers(sooner, finalizers)}


def _finalizers(collection: str, obj: Obj, options: DeleteOptions) -> list[str]:
    """The object's finalizers with the one that the propagation policy asks for."""
    present = [
        finalizer
        for finalizer in metadata(obj).get("finalizers") or ()
        if options.propagation is None or finalizer not in _PROPAGATION_FINALIZERS.values()
    ]
    policy = options.propagation or _default_propagation(collection)
    wanted = _PROPAGATION_FINALIZERS.get(policy)
    if wanted and wanted not in present and not (is_deleting(obj) and options.propagation is None):
        present.append(wanted)
    return present


def _default_propagation(collection: str) -> Propagation:
    """Background, but Jobs and ReplicationControllers orphan (batch/job/strategy.go)."""
    return "Orphan" if collection in ("jobs.batch", "replicationcontrollers") else "Background"


def _with_finalizers(meta: Obj, finalizers: list[str]) -> Obj:
    if finalizers:
        return {**meta, "finalizers": finalizers}
    return {field: value for field, value in meta.items() if field != "finalizers"}


def is_finished(collection: str, obj: Obj) -> bool:
    """Whether nothing keeps an object any longer that is being deleted."""
    meta = metadata(obj)
    if not is_deleting(obj) or meta.get("finalizers"):
        return False
    if collection == "namespaces":
        return not (obj.get("spec") or {}).get("finalizers")
    return not meta.get("deletionGracePeriodSeconds")
