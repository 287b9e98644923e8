"""What a storage driver is to the controllers: the seam behind which volumes are really made.

A ``Provisioner`` is given by whoever knows the storage: it says whether its controller runs, how
long things take, and makes, grows and deletes volumes. The controllers only do what the sidecars of
every CSI driver do. Source: kubernetes-csi external-provisioner, external-attacher,
external-resizer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from minieks.engine.errors import EngineError
from minieks.engine.store import Change
from minieks.kube.kinds import storage
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj, name, uid


class ProvisioningError(EngineError):
    """The driver cannot make this volume; the message is what the event says."""


@dataclass(frozen=True, slots=True)
class VolumeRequest:
    """A volume to be made: for which claim, by which class, for which node if one is chosen."""

    claim: Obj
    storage_class: Obj
    node: Obj | None

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of the class."""
        return self.storage_class.get("parameters") or {}

    @property
    def size(self) -> int:
        """The bytes asked for."""
        return storage.requested(self.claim)


@dataclass(frozen=True, slots=True)
class MadeVolume:
    """A volume that a driver has made.

    ``source`` is the part of the PersistentVolume's spec that says what it is, such as
    ``{"csi": {…}}``; ``topology`` are node labels that a node must have to reach it, all of them.
    """

    source: Mapping[str, Any]
    bytes: int
    topology: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


class Provisioner(Protocol):
    """One storage driver of a cluster; all times are in seconds."""

    driver: str
    """Its name, such as ``ebs.csi.aws.com``."""

    def is_running(self) -> bool:
        """Whether its controller runs; if not, nothing happens to its volumes."""

    def concerns(self, change: Change) -> bool:
        """Whether a change of a Deployment may have started its controller."""

    def component(self) -> str:
        """Who its events come from."""

    def make_time(self) -> float:
        """From the request to the volume."""

    def attach_time(self) -> float:
        """From the request to the volume on the node."""

    def detach_time(self) -> float:
        """From the request to the volume off the node."""

    def make(self, request: VolumeRequest) -> MadeVolume:
        """Make the volume; raises ProvisioningError."""

    def grow(self, volume: Obj, size: int) -> int:
        """Make a volume larger; returns its bytes; raises ProvisioningError."""

    def delete(self, volume: Obj) -> None:
        """Delete the volume behind a PersistentVolume."""


PROVISIONER_FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer"


def volume_name(claim: Obj) -> str:
    """The name of the volume that is made for a claim."""
    return f"pvc-{uid(claim)}"


def volume_object(request: VolumeRequest, made: MadeVolume, driver: str) -> Obj:
    """The PersistentVolume of a volume just made, reserved for its claim."""
    claim, storage_class = request.claim, request.storage_class
    meta: Obj = {
        "name": volume_name(claim),
        "annotations": _annotations(storage_class, driver),
        "finalizers": [PROVISIONER_FINALIZER],
    }
    if made.labels:
        meta["labels"] = dict(made.labels)
    spec: Obj = {
        "accessModes": list(storage.access_modes(claim)),
        "capacity": {"storage": quantity.text_of(made.bytes, "binary")},
        "claimRef": storage.reference(claim),
        "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy") or "Delete",
        "storageClassName": name(storage_class),
        "volumeMode": storage.volume_mode(claim),
        **made.source,
    }
    if storage_class.get("mountOptions"):
        spec["mountOptions"] = storage_class["mountOptions"]
    if made.topology:
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [_term(made.topology)]}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": spec}


def _annotations(storage_class: Obj, driver: str) -> dict[str, str]:
    found = {storage.PROVISIONED_BY: driver}
    if storage_class.get("provisioner") != driver:
        found[storage.MIGRATED_TO] = driver
    return found


def _term(topology: Mapping[str, str]) -> Obj:
    return {
        "matchExpressions": [
            {"key": label, "operator": "In", "values": [value]}
            for label, value in sorted(topology.items())
        ]
    }
