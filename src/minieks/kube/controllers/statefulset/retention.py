"""Whose a claim is by the retention policy: nobody's, the StatefulSet's or the pod's.

Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go (updateClaimOwnerRef…).
"""

from minieks.kube.controllers.statefulset.identity import first_ordinal
from minieks.kube.words.objects import Obj, metadata, name, uid


def policy(stateful_set: Obj) -> tuple[str, str]:
    """What happens to claims when the set is deleted, and when it is scaled down."""
    chosen = stateful_set["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    return chosen.get("whenDeleted") or "Retain", chosen.get("whenScaled") or "Retain"


def owners(stateful_set: Obj, pod: Obj, claim: Obj, number: int) -> list[Obj]:
    """The owner references that the claim of pod ``number`` should have.

    References to others stay as they are.
    """
    when_deleted, when_scaled = policy(stateful_set)
    kept = [
        reference
        for reference in metadata(claim).get("ownerReferences") or ()
        if not _is_ours(reference, stateful_set)
    ]
    condemned = not _in_range(stateful_set, number)
    if when_scaled == "Delete" and condemned:
        return [*kept, _reference("v1", "Pod", pod)]
    if when_deleted == "Delete":
        return [*kept, _reference("apps/v1", "StatefulSet", stateful_set)]
    return kept


def _in_range(stateful_set: Obj, number: int) -> bool:
    start = first_ordinal(stateful_set)
    return start <= number < start + int(stateful_set["spec"]["replicas"])


def _is_ours(reference: Obj, stateful_set: Obj) -> bool:
    if reference["kind"] == "StatefulSet":
        return bool(reference["uid"] == uid(stateful_set))
    prefix = f"{name(stateful_set)}-"
    return reference["kind"] == "Pod" and str(reference["name"]).startswith(prefix)


def _reference(api_version: str, kind: str, owner: Obj) -> Obj:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": name(owner),
        "uid": uid(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }
