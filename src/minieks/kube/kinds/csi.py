"""Volumes, nodes and drivers as CSI sees them; in-tree volumes count as those of their driver.

Source: kubernetes csi-translation-lib and pkg/volume/csi.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from minieks.kube.words.objects import Obj

NODES: Final = "csinodes.storage.k8s.io"
DRIVERS: Final = "csidrivers.storage.k8s.io"
ATTACHMENTS: Final = "volumeattachments.storage.k8s.io"

# Each in-tree volume that a CSI driver has taken over: its driver, and the field with the handle.
_SOURCES: Final = {
    "awsElasticBlockStore": ("ebs.csi.aws.com", "volumeID"),
    "azureDisk": ("disk.csi.azure.com", "diskURI"),
    "cinder": ("cinder.csi.openstack.org", "volumeID"),
    "gcePersistentDisk": ("pd.csi.storage.gke.io", "pdName"),
}
_PROVISIONERS: Final = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
}
_NOTHING: Final[Mapping[str, Any]] = {}


class CsiVolume(NamedTuple):
    """A driver, and the handle by which it knows the volume."""

    driver: str
    handle: str


def source(spec: Mapping[str, Any]) -> CsiVolume | None:
    """The CSI volume in a PersistentVolume's spec or a pod's volume; None if it is no such."""
    csi = spec.get("csi")
    if csi and "volumeHandle" in csi:
        return CsiVolume(csi["driver"], csi["volumeHandle"])
    for in_tree, (driver, field) in _SOURCES.items():
        if in_tree in spec:
            # EBS in tree may write ``aws://<zone>/<id>``; its driver knows the id.
            return CsiVolume(driver, str(spec[in_tree][field]).rsplit("/", 1)[-1])
    return None


def volume(persistent_volume: Obj | None) -> CsiVolume | None:
    """The CSI volume behind a PersistentVolume; None if there is none."""
    return source((persistent_volume or _NOTHING).get("spec") or _NOTHING)


def driver_of(storage_class: Obj | None) -> str:
    """The driver that provisions for the class: its own, or the one that took over; or empty."""
    provisioner = str((storage_class or _NOTHING).get("provisioner") or "")
    return _PROVISIONERS.get(provisioner, provisioner)


def needs_attaching(driver: Obj | None) -> bool:
    """Whether volumes of a CSIDriver must be attached; so must those of one that is unknown."""
    return ((driver or _NOTHING).get("spec") or _NOTHING).get("attachRequired") is not False


def is_registered(node: Obj | None, driver: str) -> bool:
    """Whether a CSINode has the driver."""
    drivers = ((node or _NOTHING).get("spec") or _NOTHING).get("drivers") or ()
    return any(one["name"] == driver for one in drivers)


def attachment_name(attached: CsiVolume, node: str) -> str:
    """The name of the VolumeAttachment of a volume on a node: ``csi-`` and a hash.

    Source: kubernetes pkg/volume/csi/csi_attacher.go getAttachmentName.
    """
    return "csi-" + sha256(f"{attached.handle}{attached.driver}{node}".encode()).hexdigest()
