"""What becomes of a dependent, from what became of its owners.

Source: kubernetes pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteItem).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from minieks.kube.api.deletion import Propagation
from minieks.kube.words.objects import Obj, is_deleting, metadata

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"

OwnerState: TypeAlias = Literal["solid", "dangling", "waiting"]
"""There and staying; gone; or waiting in a foreground deletion for its dependents to go."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Either the references to keep (the rest is dropped), or how to delete; or neither."""

    keep: tuple[Mapping[str, Any], ...] | None = None
    delete: Propagation | None = None


STAYS = Fate()


def owner_state(owner: Obj | None) -> OwnerState:
    """What an owner's being there means for its dependents."""
    if owner is None:
        return "dangling"
    return "waiting" if is_in_foreground(owner) else "solid"


def is_in_foreground(obj: Obj) -> bool:
    """Whether the object is deleted after its dependents."""
    return is_deleting(obj) and FOREGROUND in (metadata(obj).get("finalizers") or ())


def is_orphaning(obj: Obj) -> bool:
    """Whether the object is deleted after its dependents have been let go."""
    return is_deleting(obj) and ORPHAN in (metadata(obj).get("finalizers") or ())


def is_handled(obj: Obj) -> bool:
    """Whether the object is deleted only after something has been done about its dependents."""
    meta = metadata(obj)
    if meta.get("deletionTimestamp") is None:
        return False
    finalizers = meta.get("finalizers") or ()
    return ORPHAN in finalizers or FOREGROUND in finalizers


def fate(
    obj: Obj, owners: Sequence[tuple[Mapping[str, Any], OwnerState]], *, has_dependents: bool
) -> Fate:
    """What to do with an object, given each of its owner references and its owner's state."""
    if not owners or is_deleting(obj):
        return STAYS
    states = {state for _, state in owners}
    if "solid" in states:
        solid = tuple(reference for reference, state in owners if state == "solid")
        return STAYS if len(states) == 1 else Fate(keep=solid)
    if "waiting" in states and has_dependents:
        return Fate(delete="Foreground")
    return Fate(delete=_as_asked(obj))


def _as_asked(obj: Obj) -> Propagation:
    """The policy that the object's own finalizers ask for."""
    finalizers = metadata(obj).get("finalizers") or ()
    if ORPHAN in finalizers:
        return "Orphan"
    return "Foreground" if FOREGROUND in finalizers else "Background"


def blocks(dependent: Obj, owner_uid: str) -> bool:
    """Whether the dependent holds up its owner's foreground deletion."""
    return any(
        reference["uid"] == owner_uid and reference.get("blockOwnerDeletion")
        for reference in metadata(dependent).get("ownerReferences") or ()
    )
