"""The rows of volumes, claims and storage classes, and of claims for devices.

Source: kubernetes pkg/printers/internalversion/printers.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.kube.rest.tables.cells import UNSET, Cell, age, name, spec, status
from minieks.kube.words.objects import Obj, annotations, is_deleting

_NOTHING: Final[Mapping[str, Any]] = {}
_MODES: Final = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
_CLASS_OF_OLD: Final = "volume.beta.kubernetes.io/storage-class"
_DEFAULT_CLASS: Final = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


def volume(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A PersistentVolume."""
    wanted = spec(obj)
    claim = wanted.get("claimRef")
    return (
        name(obj),
        (wanted.get("capacity") or _NOTHING).get("storage", "0"),
        _access_modes(wanted),
        wanted.get("persistentVolumeReclaimPolicy", ""),
        _phase(obj),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
        _class(obj),
        wanted.get("volumeAttributesClassName") or UNSET,
        status(obj).get("reason", ""),
        age(obj, now),
        wanted.get("volumeMode") or UNSET,
    )


def claim(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A PersistentVolumeClaim; it has a capacity once it has a volume."""
    wanted, found = spec(obj), status(obj)
    bound = bool(wanted.get("volumeName"))
    return (
        name(obj),
        _phase(obj),
        wanted.get("volumeName", ""),
        (found.get("capacity") or _NOTHING).get("storage", "0") if bound else "",
        _access_modes(found) if bound else "",
        _class(obj),
        wanted.get("volumeAttributesClassName") or UNSET,
        age(obj, now),
        wanted.get("volumeMode") or UNSET,
    )


def _phase(obj: Obj) -> str:
    return "Terminating" if is_deleting(obj) else str(status(obj).get("phase", ""))


def _access_modes(part: Mapping[str, Any]) -> str:
    found = part.get("accessModes") or ()
    return ",".join(short for mode, short in _MODES.items() if mode in found)


def _class(obj: Obj) -> str:
    of_old = annotations(obj).get(_CLASS_OF_OLD)
    return str(of_old or spec(obj).get("storageClassName") or "")


def storage_class(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A StorageClass; the default one says so beside its name."""
    is_default = any(annotations(obj).get(key) == "true" for key in _DEFAULT_CLASS)
    return (
        name(obj) + (" (default)" if is_default else ""),
        obj.get("provisioner", ""),
        obj.get("reclaimPolicy", "Delete"),
        obj.get("volumeBindingMode", "Immediate"),
        bool(obj.get("allowVolumeExpansion")),
        age(obj, now),
    )


def attributes_class(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A VolumeAttributesClass."""
    return (name(obj), obj.get("driverName", ""), age(obj, now))


def csi_driver(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A CSIDriver."""
    wanted = spec(obj)
    audiences = ",".join(one.get("audience", "") for one in wanted.get("tokenRequests") or ())
    return (
        name(obj),
        wanted.get("attachRequired", True),
        bool(wanted.get("podInfoOnMount")),
        bool(wanted.get("storageCapacity")),
        audiences if wanted.get("tokenRequests") else UNSET,
        bool(wanted.get("requiresRepublish")),
        ",".join(wanted.get("volumeLifecycleModes") or ()) or UNSET,
        age(obj, now),
    )


def csi_node(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A CSINode, with the number of its drivers."""
    return (name(obj), len(spec(obj).get("drivers") or ()), age(obj, now))


def attachment(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A VolumeAttachment."""
    wanted = spec(obj)
    return (
        name(obj),
        wanted.get("attacher", ""),
        (wanted.get("source") or _NOTHING).get("persistentVolumeName") or "",
        wanted.get("nodeName", ""),
        bool(status(obj).get("attached")),
        age(obj, now),
    )


def resource_claim(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ResourceClaim."""
    return (name(obj), ",".join(_claim_states(obj)), age(obj, now))


def _claim_states(obj: Obj) -> list[str]:
    if not status(obj).get("allocation"):
        return ["deleted", "pending"] if is_deleting(obj) else ["pending"]
    found = ["deleted"] if is_deleting(obj) else []
    return [*found, "allocated", *(["reserved"] if status(obj).get("reservedFor") else ())]


def resource_slice(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ResourceSlice."""
    wanted = spec(obj)
    pool = (wanted.get("pool") or _NOTHING).get("name", "")
    return (name(obj), wanted.get("nodeName") or "", wanted.get("driver", ""), pool, age(obj, now))
