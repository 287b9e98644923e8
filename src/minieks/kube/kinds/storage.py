"""What PersistentVolumes, PersistentVolumeClaims and StorageClasses say, in values.

Source: kubernetes component-helpers storage/volume and pkg/controller/volume/persistentvolume.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from minieks.kube.words import quantity, selectors
from minieks.kube.words.objects import (
    Obj,
    annotations,
    is_deleting,
    labels,
    metadata,
    name,
    namespace,
    uid,
)

BIND_COMPLETED: Final = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER: Final = "pv.kubernetes.io/bound-by-controller"
SELECTED_NODE: Final = "volume.kubernetes.io/selected-node"
PROVISIONED_BY: Final = "pv.kubernetes.io/provisioned-by"
STORAGE_PROVISIONER: Final = "volume.kubernetes.io/storage-provisioner"
STORAGE_PROVISIONER_OLD: Final = "volume.beta.kubernetes.io/storage-provisioner"
MIGRATED_TO: Final = "pv.kubernetes.io/migrated-to"
CLASS_OLD: Final = "volume.beta.kubernetes.io/storage-class"
DEFAULT_CLASS: Final = "storageclass.kubernetes.io/is-default-class"
NO_PROVISIONER: Final = "kubernetes.io/no-provisioner"

CLAIMS: Final = "persistentvolumeclaims"
VOLUMES: Final = "persistentvolumes"
CLASSES: Final = "storageclasses.storage.k8s.io"

_NOTHING: Final[Mapping[str, Any]] = {}


def class_name(obj: Obj) -> str:
    """The storage class of a claim or volume; the former annotation wins; empty without."""
    former = annotations(obj).get(CLASS_OLD)
    if former is not None:
        return former
    return str((obj.get("spec") or _NOTHING).get("storageClassName") or "")


def volume_name(claim: Obj) -> str:
    """The volume that the claim is bound to or asks for; empty without."""
    return str((claim.get("spec") or _NOTHING).get("volumeName") or "")


def phase(obj: Obj) -> str:
    """Pending, Available, Bound, Released, Failed or Lost; Pending before anything is known."""
    return str((obj.get("status") or _NOTHING).get("phase") or "Pending")


def is_bound(claim: Obj) -> bool:
    """Whether the claim's phase is Bound."""
    return phase(claim) == "Bound"


def requested_text(claim: Obj) -> str:
    """The size that the claim asks for, as written."""
    resources = (claim.get("spec") or _NOTHING).get("resources") or _NOTHING
    return str((resources.get("requests") or _NOTHING).get("storage") or "0")


def requested(claim: Obj) -> int:
    """The bytes that the claim asks for."""
    return quantity.value(requested_text(claim))


def capacity_text(obj: Obj) -> str:
    """What a volume has (its spec) or a claim got (its status), as written."""
    part = "status" if obj["kind"] == "PersistentVolumeClaim" else "spec"
    return str(((obj.get(part) or _NOTHING).get("capacity") or _NOTHING).get("storage") or "0")


def capacity(obj: Obj) -> int:
    """What a volume has, or a claim got, in bytes."""
    return quantity.value(capacity_text(obj))


def access_modes(obj: Obj) -> tuple[str, ...]:
    """The access modes that a volume offers or a claim asks for."""
    return tuple((obj.get("spec") or _NOTHING).get("accessModes") or ())


def volume_mode(obj: Obj) -> str:
    """Filesystem or Block."""
    return str((obj.get("spec") or _NOTHING).get("volumeMode") or "Filesystem")


def claim_ref(volume: Obj) -> Mapping[str, Any]:
    """The claim that the volume is for; empty if it is for none."""
    return (volume.get("spec") or _NOTHING).get("claimRef") or _NOTHING


def refers_to(volume: Obj, claim: Obj) -> bool:
    """Whether the volume is for this claim; a reference without uid is for any of that name."""
    ref = claim_ref(volume)
    if (ref.get("namespace"), ref.get("name")) != (namespace(claim), name(claim)):
        return False
    return not ref.get("uid") or ref["uid"] == uid(claim)


def reference(claim: Obj) -> Obj:
    """The reference to a claim that a volume carries once it is for it."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": namespace(claim),
        "name": name(claim),
        "uid": uid(claim),
        "resourceVersion": metadata(claim)["resourceVersion"],
    }


def suits(volume: Obj, claim: Obj) -> bool:
    """Whether the volume could be the claim's: free or reserved for it, and as it asks.

    Where it can be reached from is not looked at.
    Source: component-helpers storage/volume/pv_helpers.go FindMatchingVolume.
    """
    if is_deleting(volume) or capacity(volume) < requested(claim):
        return False
    if volume_mode(volume) != volume_mode(claim):
        return False
    if claim_ref(volume):
        return refers_to(volume, claim)
    return phase(volume) == "Available" and _is_as_asked(volume, claim)


def _is_as_asked(volume: Obj, claim: Obj) -> bool:
    wanted = (claim.get("spec") or _NOTHING).get("selector")
    if wanted is not None and not selectors.compile_selector(wanted).matches(labels(volume)):
        return False
    if class_name(volume) != class_name(claim):
        return False
    return has_modes(volume, claim)


def has_modes(volume: Obj, claim: Obj) -> bool:
    """Whether the volume offers every access mode that the claim asks for."""
    return set(access_modes(claim)) <= set(access_modes(volume))


def required_affinity(volume: Obj) -> Mapping[str, Any] | None:
    """The node selector that a volume demands, if any."""
    affinity = (volume.get("spec") or _NOTHING).get("nodeAffinity") or _NOTHING
    return affinity.get("required")


def reclaim_policy(volume: Obj) -> str:
    """Retain, Delete or Recycle."""
    return str(volume["spec"].get("persistentVolumeReclaimPolicy") or "Retain")


def waits_for_consumer(storage_class: Obj | None) -> bool:
    """Whether claims of the class wait for a pod."""
    return (storage_class or _NOTHING).get("volumeBindingMode") == "WaitForFirstConsumer"


def claims_of_pod(pod: Obj) -> Iterator[tuple[str, str]]:
    """The claims that a pod's volumes use: the volume's name in the pod, the claim's name."""
    for volume in (pod.get("spec") or _NOTHING).get("volumes") or ():
        claim = volume.get("persistentVolumeClaim")
        if claim:
            yield volume["name"], claim["claimName"]
        elif "ephemeral" in volume:
            yield volume["name"], f"{name(pod)}-{volume['name']}"
