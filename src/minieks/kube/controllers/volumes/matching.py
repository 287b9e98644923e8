"""Which volume a claim gets: pure decisions of the volume binder.

Source: kubernetes component-helpers storage/volume/pv_helpers.go and
pkg/controller/volume/persistentvolume/pv_controller.go (checkVolumeSatisfyClaim).
"""

from collections.abc import Iterable

from minieks.kube.kinds import storage
from minieks.kube.words.objects import Obj, name, uid


def best_match(claim: Obj, volumes: Iterable[Obj], *, only_reserved: bool) -> Obj | None:
    """The volume reserved for the claim, else the smallest that suits it; ties by name.

    ``only_reserved``: the claim waits for a pod; until its volume is chosen with the pod's node,
    only a volume that names the claim counts.
    """
    fitting = [volume for volume in volumes if storage.suits(volume, claim)]
    reserved = [volume for volume in fitting if storage.refers_to(volume, claim)]
    if reserved or only_reserved:
        return min(reserved, key=_by_size, default=None)
    return min(fitting, key=_by_size, default=None)


def _by_size(volume: Obj) -> tuple[int, str]:
    return storage.capacity(volume), name(volume)


def mismatch(volume: Obj, claim: Obj) -> str:
    """Why a claim cannot have the volume that it names; empty if it can."""
    if storage.capacity(volume) < storage.requested(claim):
        return "requested PV is too small"
    if storage.class_name(volume) != storage.class_name(claim):
        return "storageClassName does not match"
    if storage.volume_mode(volume) != storage.volume_mode(claim):
        return "incompatible volumeMode"
    if not storage.has_modes(volume, claim):
        return "incompatible accessMode"
    return ""


def is_bound_to(volume: Obj, claim: Obj) -> bool:
    """Whether the volume's reference names this very claim, by uid."""
    return storage.claim_ref(volume).get("uid") == uid(claim)
