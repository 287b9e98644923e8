"""Claims and volumes as the binder writes them."""

from minieks.kube.controllers.volumes import matching
from minieks.kube.kinds import storage
from minieks.kube.words.objects import Obj, annotations, name, with_metadata, with_status


def with_phase(obj: Obj, phase: str) -> Obj:
    """A claim or volume in another phase."""
    return with_status(obj, phase=phase)


def bound_volume(volume: Obj, claim: Obj) -> Obj:
    """The volume with a reference to the claim; whether the controller chose it is noted."""
    if matching.is_bound_to(volume, claim):
        return volume
    if not storage.claim_ref(volume):
        volume = _noted(volume, storage.BOUND_BY_CONTROLLER)
    spec = {**volume["spec"], "claimRef": storage.reference(claim)}
    if not spec.get("storageClassName"):
        spec["storageClassName"] = storage.class_name(claim)
    return {**volume, "spec": spec}


def bound_claim(claim: Obj, volume: Obj) -> Obj:
    """The claim with its volume's name; whether the controller chose it is noted."""
    if storage.volume_name(claim) != name(volume):
        claim = _noted(claim, storage.BOUND_BY_CONTROLLER)
        claim = {**claim, "spec": {**claim["spec"], "volumeName": name(volume)}}
    return _noted(claim, storage.BIND_COMPLETED)


def _noted(obj: Obj, annotation: str) -> Obj:
    return with_metadata(obj, annotations={**annotations(obj), annotation: "yes"})


def without_finalizer(obj: Obj, finalizer: str) -> Obj:
    """The object without one finalizer."""
    kept = [one for one in obj["metadata"].get("finalizers") or () if one != finalizer]
    return with_metadata(obj, finalizers=kept)
