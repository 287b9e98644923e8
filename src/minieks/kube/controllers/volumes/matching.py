"""Which volume a claim gets: pure decisions of the volume binder.

Source: kubernetes component-helpers storage/volume/pv_helpers.go (FindMatchingVolume) and
pkg/controller/volume/persistentvolume/pv_controller.go (checkVolumeSatisfyClaim).
"""

from collections.abc import Iterable

from minieks.kube.kinds import storage
from minieks.kube.words import selectors
from minieks.kube.words.objects import Obj, is_deleting, labels, name, uid


def best_match(claim: Obj, volumes: Iterable[Obj], *, only_reserved: bool) -> Obj | None:
    """The volume reserved for the claim, else the smallest that suits it; ties by name.

    ``only_reserved``: the claim waits for a pod; until its volume is chosen with the pod's node,
    only a volume that names the claim counts.
    """
    fitting = [volume for volume in volumes if suits(volume, claim)]
    reserved = [volume for volume in fitting if storage.refers_to(volume, claim)]
    if reserved or only_reserved:
        return min(reserved, key=_by_size, default=None)
    return min(fitting, key=_by_size, default=None)


def _by_size(volume: Obj) -> tuple[int, str]:
    return storage.capacity(volume), name(volume)


def suits(volume: Obj, claim: Obj) -> bool:
    """Whether the volume could be the claim's: free or reserved for it, and as it asks."""
    if is_deleting(volume) or storage.capacity(volume) < storage.requested(claim):
        return False
    if _mode(volume) != _mode(claim):
        return False
    if storage.claim_ref(volume):
        return storage.refers_to(volume, claim)
    return _is_as_asked(volume, claim)


def _is_as_asked(volume: Obj, claim: Obj) -> bool:
    if storage.phase(volume) != "Available":
        return False
    wanted = claim["spec"].get("selector")
    if wanted is not None and not selectors.compile_selector(wanted).matches(labels(volume)):
        return False
    if storage.class_name(volume) != storage.class_name(claim):
        return False
    return set(storage.access_modes(claim)) <= set(storage.access_modes(volume))


def _mode(obj: Obj) -> str:
    return str(obj["spec"].get("volumeMode") or "Filesystem")


def mismatch(volume: Obj, claim: Obj) -> str:
    """Why a claim cannot have the volume that it names; empty if it can."""
    if storage.capacity(volume) < storage.requested(claim):
        return "requested PV is too small"
    if storage.class_name(volume) != storage.class_name(claim):
        return "storageClassName does not match"
    if _mode(volume) != _mode(claim):
        return "incompatible volumeMode"
    if not set(storage.access_modes(claim)) <= set(storage.access_modes(volume)):
        return "incompatible accessMode"
    return ""


def is_bound_to(volume: Obj, claim: Obj) -> bool:
    """Whether the volume's reference names this very claim, by uid."""
    return storage.claim_ref(volume).get("uid") == uid(claim)


def reference(claim: Obj) -> Obj:
    """What a volume says of its claim."""
    meta = claim["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": meta["namespace"],
        "name": meta["name"],
        "uid": meta["uid"],
        "resourceVersion": meta["resourceVersion"],
    }
