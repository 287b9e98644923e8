"""Claims, volumes, classes and drivers as the scheduler looks them up.

Source: kubernetes pkg/scheduler/framework/plugins/{volumebinding,nodevolumelimits} and
component-helpers storage/volume.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from minieks.kube.kinds import csi, storage
from minieks.kube.kinds.csi import CsiVolume
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

_NOTHING: Final[Mapping[str, Any]] = {}
_COLLECTIONS: Final = {
    storage.CLAIMS: "claims",
    storage.VOLUMES: "volumes",
    storage.CLASSES: "classes",
    csi.NODES: "csi_nodes",
    csi.DRIVERS: "drivers",
    "csistoragecapacities.storage.k8s.io": "capacities",
    csi.ATTACHMENTS: "attachments",
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
        self.csi_version += collection == csi.NODES

    def remove(self, collection: str, key: str) -> None:
        """Forget an object."""
        getattr(self, _COLLECTIONS[collection]).pop(key, None)
        self.csi_version += collection == csi.NODES

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
            return csi.volume(volume)
        driver = csi.driver_of(self.classes.get(storage.class_name(claim)))
        return CsiVolume(driver, f"claim {claim_key}") if driver else None

    def attached(self, node_name: str) -> Iterator[CsiVolume]:
        """The driver and handle of volumes attached to a node."""
        for item in self.attachments.values():
            spec = item.get("spec") or _NOTHING
            if spec.get("nodeName") != node_name:
                continue
            name = (spec.get("source") or _NOTHING).get("persistentVolumeName") or ""
            found = csi.volume(self.volumes.get(name))
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


def is_fully_bound(claim: Obj) -> bool:
    """Whether binding is complete: a volume is named and the controller has said so."""
    noted = storage.BIND_COMPLETED in objects.annotations(claim)
    return noted and bool(storage.volume_name(claim))


def topology_terms(storage_class: Obj) -> Iterable[Mapping[str, Any]]:
    """The topologies that a class allows; empty: all."""
    return storage_class.get("allowedTopologies") or ()
