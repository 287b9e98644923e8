"""What PersistentVolumes, PersistentVolumeClaims and StorageClasses say, in values.

Source: kubernetes component-helpers storage/volume and pkg/controller/volume/persistentvolume.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj, annotations, name, namespace, uid

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

MIGRATED: Final = {"kubernetes.io/aws-ebs": "ebs.csi.aws.com"}
"""In-tree provisioners whose work a CSI driver does (csi-translation-lib, csi migration)."""

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


def claim_ref(volume: Obj) -> Mapping[str, Any]:
    """The claim that the volume is for; empty if it is for none."""
    return (volume.get("spec") or _NOTHING).get("claimRef") or _NOTHING


def refers_to(volume: Obj, claim: Obj) -> bool:
    """Whether the volume is for this claim; a reference without uid is for any of that name."""
    ref = claim_ref(volume)
    if (ref.get("namespace"), ref.get("name")) != (namespace(claim), name(claim)):
        return False
    return not ref.get("uid") or ref["uid"] == uid(claim)


def csi(volume: Obj) -> Mapping[str, Any]:
    """The CSI source of a volume; empty if it is of another sort.

    In-tree volumes that were migrated show up as those of their CSI driver.
    """
    spec = volume.get("spec") or _NOTHING
    old = spec.get("awsElasticBlockStore")
    if old:
        return {"driver": "ebs.csi.aws.com", "volumeHandle": old.get("volumeID")}
    return spec.get("csi") or _NOTHING


def required_affinity(volume: Obj) -> Mapping[str, Any] | None:
    """The node selector that a volume demands, if any."""
    affinity = (volume.get("spec") or _NOTHING).get("nodeAffinity") or _NOTHING
    return affinity.get("required")


def reclaim_policy(volume: Obj) -> str:
    """Retain, Delete or Recycle."""
    return str(volume["spec"].get("persistentVolumeReclaimPolicy") or "Retain")


def driver_of(storage_class: Obj) -> str:
    """The CSI driver that provisions for the class: its own, or the one it was migrated to."""
    provisioner = str(storage_class.get("provisioner") or "")
    return MIGRATED.get(provisioner, provisioner)


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


def attachment_name(volume: Obj, node: str) -> str:
    """The name of the VolumeAttachment of a CSI volume on a node: ``csi-`` and a hash.

    Source: kubernetes pkg/volume/csi/csi_attacher.go getAttachmentName.
    """
    source = csi(volume)
    what = f"{source.get('volumeHandle')}{source.get('driver')}{node}"
    return "csi-" + sha256(what.encode()).hexdigest()
