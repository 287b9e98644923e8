"""Validation of claims, volumes and storage classes.

Source: kubernetes pkg/apis/core/validation/validation.go and pkg/apis/storage/validation.
"""

from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.internalform import difference
from minieks.kube.api.validation.checks import (
    complaints,
    internal,
    label_selector,
    one_of,
)
from minieks.kube.api.validation.meta import IMMUTABLE
from minieks.kube.api.validation.scheduling import node_selector
from minieks.kube.api.validation.volumes import csi_driver_name, source
from minieks.kube.words import names, quantity
from minieks.kube.words.objects import Obj

ACCESS_MODES: Final = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES: Final = ("Block", "Filesystem")
_RECLAIM: Final = ("Delete", "Recycle", "Retain")
_BINDING: Final = ("Immediate", "WaitForFirstConsumer")
_CLAIM_FIXED: Final = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName "
    "for bound claims"
)
_SOURCES: Final = (
    *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc"),
    *("flexVolume", "flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local"),
    *("nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO"),
    *("storageos", "vsphereVolume"),
)


def _spec(obj: Obj) -> Obj:
    found: Obj = obj.get("spec") or {}
    return found


def _access_modes(spec: Obj, path: str) -> Iterator[FieldError]:
    modes = spec.get("accessModes") or ()
    if not modes:
        yield required(f"{path}.accessModes", "at least 1 access mode is required")
    for mode in modes:
        if mode not in ACCESS_MODES:
            yield not_supported(f"{path}.accessModes", mode, ACCESS_MODES)
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        text = "may not use ReadWriteOncePod with other access modes"
        yield forbidden(f"{path}.accessModes", text)


def _positive(value: str, path: str) -> Iterator[FieldError]:
    if quantity.parse(value) <= 0:
        yield invalid(path, value, "must be greater than zero")


def claim(obj: Obj) -> Iterator[FieldError]:
    """A PersistentVolumeClaim."""
    yield from claim_spec(_spec(obj), "spec")


def claim_spec(spec: Obj, path: str) -> Iterator[FieldError]:
    """The spec of a claim, wherever it stands."""
    yield from _access_modes(spec, path)
    if spec.get("selector") is not None:
        yield from label_selector(spec["selector"], f"{path}.selector")
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        yield required(f"{path}.resources[storage]")
    else:
        yield from _positive(storage, f"{path}.resources[storage]")
    if spec.get("storageClassName"):
        yield from complaints(
            f"{path}.storageClassName", spec["storageClassName"], names.dns_subdomain
        )
    yield from one_of(spec, "volumeMode", path, _VOLUME_MODES)


def claim_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A claim's spec stays, but a bound claim may grow, and it may be bound."""
    after, before = _spec(new), _spec(old)
    bound = (old.get("status") or {}).get("phase") == "Bound"
    munged = _with_free(after, before, bound=bound)
    if munged != before:
        shown = difference("PersistentVolumeClaimSpec", before, munged)
        yield forbidden("spec", f"{_CLAIM_FIXED}\n{shown}")
    elif _storage(after) < _storage(before):
        text = "field can not be less than status.capacity"
        yield forbidden("spec.resources.requests.storage", text)


def _with_free(after: Obj, before: Obj, *, bound: bool) -> Obj:
    """The new spec of a claim with what may change as it was before; volumeName may be set once."""
    free = {"volumeAttributesClassName"}
    if not before.get("volumeName"):
        free.add("volumeName")
    if "storageClassName" not in before:
        free.add("storageClassName")
    found = {key: value for key, value in after.items() if key not in free}
    found.update((key, before[key]) for key in before if key in free)
    asked, had = after.get("resources") or {}, before.get("resources") or {}
    if bound and "storage" in (asked.get("requests") or {}):
        storage = (had.get("requests") or {}).get("storage")
        found["resources"] = {**asked, "requests": {**asked["requests"], "storage": storage}}
    return found


def _storage(spec: Obj) -> Any:
    requests = (spec.get("resources") or {}).get("requests") or {}
    return quantity.parse(requests.get("storage", "0"))


def volume(obj: Obj) -> Iterator[FieldError]:
    """A PersistentVolume."""
    spec = _spec(obj)
    yield from _access_modes(spec, "spec")
    capacity = spec.get("capacity")
    if not capacity:
        yield required("spec.capacity")
    if not capacity or set(capacity) != {"storage"}:
        yield not_supported("spec.capacity", capacity, ("storage",))
    for name, value in (capacity or {}).items():
        yield from _positive(value, f"spec.capacity[{name}]")
    yield from one_of(spec, "persistentVolumeReclaimPolicy", "spec", _RECLAIM)
    affinity = (spec.get("nodeAffinity") or {}).get("required")
    if spec.get("nodeAffinity") is not None:
        if affinity is None:
            yield required("spec.nodeAffinity.required", "must specify required node constraints")
        else:
            yield from node_selector(affinity, "spec.nodeAffinity.required")
    yield from _volume_source(spec)
    if spec.get("local") is not None and not affinity:
        yield required("spec.nodeAffinity", "Local volume requires node affinity")
    if spec.get("storageClassName"):
        yield from complaints(
            "spec.storageClassName", spec["storageClassName"], names.dns_subdomain
        )
    yield from one_of(spec, "volumeMode", "spec", _VOLUME_MODES)


def _volume_source(spec: Obj) -> Iterator[FieldError]:
    yield from source({key: spec[key] for key in _SOURCES if key in spec}, "spec")
    csi = spec.get("csi")
    if csi is not None and not csi.get("volumeHandle"):
        yield required("spec.csi.volumeHandle")


def volume_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A volume's source stays."""
    after, before = _spec(new), _spec(old)
    if any(after.get(key) != before.get(key) for key in _SOURCES):
        shown = difference("PersistentVolumeSource", before, after)
        text = f"spec.persistentvolumesource is immutable after creation\n{shown}"
        yield forbidden("spec.persistentvolumesource", text)
    if after.get("volumeMode") != before.get("volumeMode"):
        yield invalid("spec.volumeMode", after.get("volumeMode"), IMMUTABLE)


def storage_class(obj: Obj) -> Iterator[FieldError]:
    """A StorageClass."""
    provisioner = obj.get("provisioner") or ""
    if not provisioner:
        yield required("provisioner")
    else:
        yield from complaints("provisioner", provisioner.lower(), names.qualified_name)
    for key in obj.get("parameters") or {}:
        if not key:
            yield invalid("parameters", key, "field can not be empty.")
    policy = obj.get("reclaimPolicy", "Delete")
    if policy not in ("Delete", "Retain"):
        yield not_supported("reclaimPolicy", policy, ("Delete", "Retain"))
    mode = obj.get("volumeBindingMode")
    if mode is None:
        yield required("volumeBindingMode")
    elif mode not in _BINDING:
        yield not_supported("volumeBindingMode", mode, _BINDING)


def storage_class_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Most of a StorageClass stays."""
    for key in ("parameters", "provisioner", "reclaimPolicy"):
        if new.get(key) != old.get(key):
            yield forbidden(key, f"updates to {key} are forbidden.")
    if new.get("volumeBindingMode") != old.get("volumeBindingMode"):
        yield invalid("volumeBindingMode", new.get("volumeBindingMode"), IMMUTABLE)


def attributes_class_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A VolumeAttributesClass stays."""
    for key in ("driverName", "parameters"):
        if new.get(key) != old.get(key):
            yield forbidden(key, f"updates to {key} are forbidden.")


def attachment(obj: Obj) -> Iterator[FieldError]:
    """A VolumeAttachment."""
    spec = _spec(obj)
    yield from csi_driver_name(spec.get("attacher", ""), "spec.attacher")
    found = spec.get("source") or {}
    if not found.get("persistentVolumeName") and not found.get("inlineVolumeSpec"):
        yield required("spec.source", "must specify exactly one")
    if not spec.get("nodeName"):
        yield required("spec.nodeName")


def attachment_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A VolumeAttachment's spec stays."""
    spec = _spec(new)
    if spec == _spec(old):
        return
    found = spec.get("source") or {}
    shown = internal(
        ("Attacher", "Source", "NodeName"),
        Attacher=spec.get("attacher", ""),
        Source={
            "PersistentVolumeName": found.get("persistentVolumeName"),
            "InlineVolumeSpec": found.get("inlineVolumeSpec"),
        },
        NodeName=spec.get("nodeName", ""),
    )
    yield invalid("spec", shown, IMMUTABLE)


def csi_driver_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Whether a driver attaches stays; its field is misspelt by the server."""
    after = _spec(new).get("attachRequired")
    if after != _spec(old).get("attachRequired"):
        yield invalid("spec.attachedRequired", after, IMMUTABLE)


def csi_node_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A driver's entry on a node stays while it is there."""
    before = {driver.get("name"): driver for driver in _spec(old).get("drivers") or ()}
    for driver in _spec(new).get("drivers") or ():
        known = before.get(driver.get("name"))
        if known is not None and known != driver:
            yield invalid("spec.drivers", _shown_driver(driver), IMMUTABLE)


def _shown_driver(driver: Obj) -> Any:
    allocatable = driver.get("allocatable")
    return internal(
        ("Name", "NodeID", "TopologyKeys", "Allocatable"),
        Name=driver.get("name", ""),
        NodeID=driver.get("nodeID", ""),
        TopologyKeys=driver.get("topologyKeys"),
        Allocatable=None if allocatable is None else {"Count": allocatable.get("count")},
    )
