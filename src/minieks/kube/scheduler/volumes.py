"""Claims, volumes, classes and drivers as the scheduler looks them up.

Source: kubernetes pkg/scheduler/framework/plugins/{volumebinding,nodevolumelimits} and
component-helpers storage/volume.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.kube.kinds import storage
from minieks.kube.words import objects, selectors
from minieks.kube.words.objects import Obj

CsiVolume: TypeAlias = tuple[str, str]
"""A driver, and the handle by which it knows the volume."""

_NOTHING: Final[Mapping[str, Any]] = {}
# In-tree volumes that CSI drivers have taken over (csi-translation-lib): source -> driver, handle.
_MIGRATED: Final = {
    "awsElasticBlockStore": ("ebs.csi.aws.com", "volumeID"),
    "azureDisk": ("disk.csi.azure.com", "diskURI"),
    "cinder": ("cinder.csi.openstack.org", "volumeID"),
    "gcePersistentDisk": ("pd.csi.storage.gke.io", "pdName"),
}
_MIGRATED_PROVISIONERS: Final = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
}
_COLLECTIONS: Final = {
    "persistentvolumeclaims": "claims",
    "persistentvolumes": "volumes",
    "storageclasses.storage.k8s.io": "classes",
    "csinodes.storage.k8s.io": "csi_nodes",
    "csidrivers.storage.k8s.io": "drivers",
    "csistoragecapacities.storage.k8s.io": "capacities",
    "volumeattachments.storage.k8s.io": "attachments",
}


class Volumes:
    """What is known about storage; ``csi_version`` changes with every change of a CSINode."""

    COLLECTIONS: Final = tuple(_COLLECTIONS)

    def __init__(self) -> None:
        self.csi_version = 0
        self.claims: dict[str, Obj] = {}
        self.volumes: dict[str, Obj] = {}
        self.classes: dict[str, Obj] = {}
        self.csi_nodes: dict[str, Obj] = {}
        self.drivers: dict[str, Obj] = {}
        self.capacities: dict[str, Obj] = {}
        self.attachments: dict[str, Obj] = {}

    def put(self, collection: str, obj: Obj) -> None:
        """Take over an object of one of the collections."""
        getattr(self, _COLLECTIONS[collection])[objects.key(obj)] = obj
        self.csi_version += collection == "csinodes.storage.k8s.io"

    def remove(self, collection: str, key: str) -> None:
        """Forget an object."""
        getattr(self, _COLLECTIONS[collection]).pop(key, None)
        self.csi_version += collection == "csinodes.storage.k8s.io"

    def waits_for_consumer(self, claim: Obj) -> bool:
        """Whether the claim's class binds volumes only when a pod is placed."""
        return storage.waits_for_consumer(self.classes.get(storage.class_name(claim)))

    def of_class(self, name: str) -> list[Obj]:
        """The volumes of a class by size, then name: the smallest that fits is taken."""
        found = (pv for pv in self.volumes.values() if storage.class_name(pv) == name)
        return sorted(found, key=lambda pv: (storage.capacity(pv), objects.name(pv)))

    def csi_volume(self, claim_key: str) -> CsiVolume | None:
        """The CSI driver of a claim's volume and what names the volume; None if not CSI."""
        claim = self.claims.get(claim_key)
        if claim is None:
            return None
        volume = self.volumes.get(storage.volume_name(claim))
        if volume is not None:
            return csi_source(volume.get("spec") or _NOTHING)
        storage_class = self.classes.get(storage.class_name(claim))
        provisioner = (storage_class or _NOTHING).get("provisioner") or ""
        driver = _MIGRATED_PROVISIONERS.get(provisioner, provisioner)
        return (driver, f"claim {claim_key}") if driver else None

    def attached(self, node_name: str) -> Iterator[CsiVolume]:
        """The driver and handle of volumes attached to a node."""
        for item in self.attachments.values():
            spec = item.get("spec") or _NOTHING
            if spec.get("nodeName") != node_name:
                continue
            name = (spec.get("source") or _NOTHING).get("persistentVolumeName") or ""
            found = csi_source((self.volumes.get(name) or _NOTHING).get("spec") or _NOTHING)
            if found is not None:
                yield found

    def limits(self, node_name: str) -> dict[str, int]:
        """How many volumes of each driver a node can hold; drivers without limit are left out."""
        spec = (self.csi_nodes.get(node_name) or _NOTHING).get("spec") or _NOTHING
        counts = (
            (item["name"], (item.get("allocatable") or _NOTHING).get("count"))
            for item in spec.get("drivers") or ()
        )
        return {name: int(count) for name, count in counts if count is not None}


def csi_source(volume: Mapping[str, Any]) -> CsiVolume | None:
    """The driver and handle of a pod's volume or a PersistentVolume's spec; None if not CSI."""
    csi = volume.get("csi")
    if csi and "volumeHandle" in csi:
        return csi["driver"], csi["volumeHandle"]
    for source, (driver, field) in _MIGRATED.items():
        if source in volume:
            return driver, str(volume[source][field]).rsplit("/", 1)[-1]
    return None


def is_fully_bound(claim: Obj) -> bool:
    """Whether binding is complete: a volume is named and the controller has said so."""
    noted = storage.BIND_COMPLETED in objects.annotations(claim)
    return noted and bool(storage.volume_name(claim))


def could_hold(volume: Obj, claim: Obj) -> bool:
    """Whether the volume suits the claim, node affinity and reservation by others aside.

    Source: component-helpers storage/volume FindMatchingVolume.
    """
    reserved = storage.refers_to(volume, claim)
    if storage.claim_ref(volume) and not reserved:
        return False
    if storage.capacity(volume) < storage.requested(claim) or objects.is_deleting(volume):
        return False
    if _mode(volume) != _mode(claim):
        return False
    return reserved or _is_free_match(volume, claim)


def _mode(obj: Obj) -> str:
    return (obj.get("spec") or _NOTHING).get("volumeMode") or "Filesystem"


def _is_free_match(volume: Obj, claim: Obj) -> bool:
    if storage.phase(volume) != "Available":
        return False
    wanted = (claim.get("spec") or _NOTHING).get("selector")
    labels = objects.labels(volume)
    if wanted is not None and not selectors.compile_selector(wanted).matches(labels):
        return False
    if storage.class_name(volume) != storage.class_name(claim):
        return False
    return set(storage.access_modes(claim)) <= set(storage.access_modes(volume))


def topology_terms(storage_class: Obj) -> Iterable[Mapping[str, Any]]:
    """The topologies that a class allows; empty: all."""
    return storage_class.get("allowedTopologies") or ()
