"""What the status endpoint takes of what a client sends: the status, and most of the metadata.

Source: kubernetes pkg/registry/*/strategy.go (the StatusStrategy of each kind) and
apiextensions-apiserver pkg/registry/customresource/status_strategy.go.
"""

from collections.abc import Mapping
from typing import Final

from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj

_FIXED: Final = (
    *("name", "namespace", "uid", "creationTimestamp", "generation"),
    *("deletionTimestamp", "deletionGracePeriodSeconds"),
)
# Metadata that the status endpoint of a kind leaves alone.
_LEFT_ALONE: Final[Mapping[str, tuple[str, ...]]] = {
    "deployments.apps": ("labels",),
    "pods": ("ownerReferences",),
}
# Kinds whose status endpoint takes nothing of the metadata but managedFields.
_STATUS_ONLY: Final = frozenset(
    {
        "customresourcedefinitions.apiextensions.k8s.io",
        "volumeattachments.storage.k8s.io",
        "validatingadmissionpolicies.admissionregistration.k8s.io",
    }
)


def with_status(kind: Kind, sent: Obj, old: Obj) -> Obj:
    """The stored object with what the status endpoint takes of the sent one."""
    if kind.custom or kind.collection in _STATUS_ONLY:
        meta = managed_only(sent, old)
    else:
        meta = kept_metadata(sent, old, _LEFT_ALONE.get(kind.collection, ()))
    found = {**old, "metadata": meta}
    if "status" in sent or not kind.custom:
        found["status"] = sent.get("status") or {}
    else:
        found.pop("status", None)
    return _with_class(found, old) if kind.collection == "pods" else found


def kept_metadata(sent: Obj, old: Obj, left_alone: tuple[str, ...] = ()) -> Obj:
    """The metadata sent, with what no client can change as it was."""
    before = old["metadata"]
    fixed = (*_FIXED, *left_alone)
    meta = {field: value for field, value in sent["metadata"].items() if field not in fixed}
    return {**meta, **{field: before[field] for field in fixed if field in before}}


def managed_only(sent: Obj, old: Obj) -> Obj:
    """The stored metadata with the managedFields of what was sent."""
    meta = {field: value for field, value in old["metadata"].items() if field != "managedFields"}
    managed = sent["metadata"].get("managedFields")
    return {**meta, "managedFields": managed} if managed else meta


def _with_class(pod: Obj, old: Obj) -> Obj:
    """A pod's class of service stays, if it is not said."""
    quality = (old.get("status") or {}).get("qosClass")
    if not quality or pod["status"].get("qosClass"):
        return pod
    return {**pod, "status": {**pod["status"], "qosClass": quality}}
