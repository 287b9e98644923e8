"""Defaults of volumes, claims and storage classes.

Source: kubernetes pkg/apis/core/v1/defaults.go and pkg/apis/storage/v1/defaults.go.
"""

from minieks.kube.api.defaulting.fill import filled, within
from minieks.kube.api.defaulting.volumes import claim_spec, source
from minieks.kube.words.objects import Obj


def persistent_volume_claim(obj: Obj) -> Obj:
    """A PersistentVolumeClaim."""
    found = filled(obj, {"spec": {}})
    return within(found, "spec", lambda spec: claim_spec(filled(spec, {"resources": {}})))


def persistent_volume(obj: Obj) -> Obj:
    """A PersistentVolume."""
    return within(filled(obj, {"spec": {}}), "spec", _volume_spec)


def _volume_spec(spec: Obj) -> Obj:
    return filled(
        source(spec), {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"}
    )


def storage_class(obj: Obj) -> Obj:
    """A StorageClass."""
    return filled(obj, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def csi_driver(obj: Obj) -> Obj:
    """A CSIDriver."""
    return within(
        obj,
        "spec",
        lambda spec: filled(
            spec,
            {
                "attachRequired": True,
                "podInfoOnMount": False,
                "volumeLifecycleModes": ["Persistent"],
                "storageCapacity": False,
                "fsGroupPolicy": "ReadWriteOnceWithFSType",
                "requiresRepublish": False,
                "seLinuxMount": False,
            },
        ),
    )
