"""DefaultStorageClass, StorageObjectInUseProtection and PersistentVolumeClaimResize.

Source: kubernetes plugin/pkg/admission/storage.
"""

from typing import Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.kinds import storage
from minieks.kube.words.objects import Obj, annotations, metadata, name

_DEFAULT_MARKS: Final = (
    storage.DEFAULT_CLASS,
    "storageclass.beta.kubernetes.io/is-default-class",
)
_FINALIZERS: Final = {
    storage.CLAIMS: "kubernetes.io/pvc-protection",
    storage.VOLUMES: "kubernetes.io/pv-protection",
    "volumeattributesclasses.storage.k8s.io": "kubernetes.io/vac-protection",
}


def default_storage_class(classes: list[Obj]) -> Obj | None:
    """The class marked as default; of several the newest, then the first by name."""
    marked = sorted(
        (
            found
            for found in classes
            if any(annotations(found).get(mark) == "true" for mark in _DEFAULT_MARKS)
        ),
        key=name,
    )
    return max(
        marked, key=lambda found: metadata(found).get("creationTimestamp") or "", default=None
    )


class DefaultStorageClass(AdmissionPlugin):
    """Gives claims that name no class the default one."""

    name = "DefaultStorageClass"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Claims that come."""
        return operation == "CREATE" and collection == storage.CLAIMS

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The claim with a storageClassName, if there is a default class."""
        if not attributes.is_create("persistentvolumeclaims"):
            return obj
        spec = obj.get("spec") or {}
        if "storageClassName" in spec or storage.CLASS_OLD in annotations(obj):
            return obj
        found = default_storage_class(attributes.api.store.values(storage.CLASSES))
        if found is None:
            return obj
        return {**obj, "spec": {**spec, "storageClassName": name(found)}}


class StorageObjectInUseProtection(AdmissionPlugin):
    """Volumes and claims stay while they are used: a finalizer says so."""

    name = "StorageObjectInUseProtection"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """What is protected, when it comes."""
        return operation == "CREATE" and collection in _FINALIZERS

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The object with its protection finalizer."""
        finalizer = _FINALIZERS.get(attributes.collection)
        if attributes.operation != "CREATE" or finalizer is None:
            return obj
        present = metadata(obj).get("finalizers") or []
        if finalizer in present:
            return obj
        meta = {**metadata(obj), "finalizers": [*present, finalizer]}
        return {**obj, "metadata": meta}


class PersistentVolumeClaimResize(AdmissionPlugin):
    """Only claims of classes that allow it may grow."""

    name = "PersistentVolumeClaimResize"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Claims that change."""
        return operation == "UPDATE" and collection == storage.CLAIMS

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Refuse growth that the class does not allow."""
        if attributes.collection != storage.CLAIMS or attributes.operation != "UPDATE":
            return
        if attributes.old is None or storage.requested(obj) <= storage.requested(attributes.old):
            return
        class_name = (obj.get("spec") or {}).get("storageClassName") or ""
        found = attributes.api.store.get(storage.CLASSES, class_name)
        if found is None or not found.get("allowVolumeExpansion"):
            raise attributes.forbidden(
                "only dynamically provisioned pvc can be resized and the storageclass that "
                "provisions the pvc must support resize"
            )
