"""Fields that an endpoint leaves alone whatever is sent, and that nobody owns by writing there.

Source: kubernetes pkg/registry/*/strategy.go (GetResetFields), apiextensions-apiserver
pkg/registry/customresource.
"""

from collections.abc import Mapping
from typing import Final

from minieks.kube.api.apply.paths import MEMBER, Fields
from minieks.kube.kinds.registry import Kind

_NOTHING: Final[Fields] = {}
_STATUS: Final[Fields] = {"f:status": MEMBER}
_SPEC: Final[Fields] = {"f:spec": MEMBER}
_META_AND_SPEC: Final[Fields] = {"f:metadata": MEMBER, "f:spec": MEMBER}
_ALL_BUT_STATUS: Final[Mapping[str, Fields]] = {
    "pods": {
        "f:spec": MEMBER,
        "f:metadata": {"f:deletionTimestamp": MEMBER, "f:ownerReferences": MEMBER},
    },
    "deployments.apps": {"f:spec": MEMBER, "f:metadata": {"f:labels": MEMBER}},
    "certificatesigningrequests.certificates.k8s.io": {
        "f:spec": MEMBER,
        "f:status": {"f:conditions": MEMBER},
    },
    "customresourcedefinitions.apiextensions.k8s.io": _META_AND_SPEC,
    "volumeattachments.storage.k8s.io": _META_AND_SPEC,
    "validatingadmissionpolicies.admissionregistration.k8s.io": _META_AND_SPEC,
    "flowschemas.flowcontrol.apiserver.k8s.io": _META_AND_SPEC,
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": _META_AND_SPEC,
}
_OF_OTHERS: Final[Mapping[str, Fields]] = {
    "finalize": _STATUS,
    "approval": {"f:spec": MEMBER, "f:status": {"f:certificate": MEMBER}},
    "ephemeralcontainers": _STATUS,
    "resize": _STATUS,
}


def ignored(kind: Kind, subresource: str) -> Fields:
    """The fields that a write of the object, or of this part of it, leaves alone."""
    if subresource == "status":
        return _META_AND_SPEC if kind.custom else _ALL_BUT_STATUS.get(kind.collection, _SPEC)
    if subresource:
        return _OF_OTHERS.get(subresource, _NOTHING)
    return _STATUS if kind.has_status else _NOTHING
