"""What a change of an object touched, so that a loop is only asked about what it minds.

A pod changes some nine times in its life, and over twenty loops and meters look at pods; most of
them mind its owners, its node or its readiness and nothing else. The parts of two versions are
compared once here instead of once in each of them.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.engine.store import Aspects, Change
from minieks.kube.words.objects import Obj, controller_ref

CAME: Final[Aspects] = 1 << 0
WENT: Final[Aspects] = 1 << 1
EVENTS: Final[Aspects] = 1 << 2
"""Any change of an Event: they are half of all changes and move no loop."""
WARNING: Final[Aspects] = 1 << 17
"""Any change of an Event that warns, which few do."""
SPEC: Final[Aspects] = 1 << 3
LABELS: Final[Aspects] = 1 << 4
ANNOTATIONS: Final[Aspects] = 1 << 5
OWNERS: Final[Aspects] = 1 << 6
"""``ownerReferences``."""
FINALIZERS: Final[Aspects] = 1 << 16
DELETION: Final[Aspects] = 1 << 7
"""``deletionTimestamp``."""
PHASE: Final[Aspects] = 1 << 8
READY: Final[Aspects] = 1 << 9
"""Whether the condition Ready is True, and since when."""
STATUS: Final[Aspects] = 1 << 10
"""Anything in the status, the phase and the conditions too."""
ADDRESS: Final[Aspects] = 1 << 11
"""``podIP``."""
STARTED: Final[Aspects] = 1 << 12
"""``startTime``."""
OTHER: Final[Aspects] = 1 << 13
"""None of the above; fields such as ``data`` are minded by minding everything."""
LEAVING: Final[Aspects] = 1 << 14
"""Anything, and the object is being deleted."""
ENDED: Final[Aspects] = 1 << 15
"""Anything, and the pod has ended: its phase is Succeeded or Failed."""

LIFE: Final[Aspects] = CAME | WENT

# Not what a change touched, but of what kind the pod is: for those who look at few pods only.
OF_REPLICA_SET: Final[Aspects] = 1 << 18
OF_STATEFUL_SET: Final[Aspects] = 1 << 19
OF_DAEMON_SET: Final[Aspects] = 1 << 20
OF_JOB: Final[Aspects] = 1 << 21
UNCONTROLLED: Final[Aspects] = 1 << 22
"""A pod without controller: somebody may adopt it."""
CLAIMING: Final[Aspects] = 1 << 23
"""A pod with a volume of a claim."""
KINDS: Final[Aspects] = (
    OF_REPLICA_SET | OF_STATEFUL_SET | OF_DAEMON_SET | OF_JOB | UNCONTROLLED | CLAIMING
)

_NOTHING: Final[Mapping[str, Any]] = {}
_OF_METADATA: Final = (
    ("labels", LABELS),
    ("annotations", ANNOTATIONS),
    ("ownerReferences", OWNERS),
    ("finalizers", FINALIZERS),
    ("deletionTimestamp", DELETION),
)
_OF_STATUS: Final = (("phase", PHASE), ("podIP", ADDRESS), ("startTime", STARTED))
# Few changes touch any of these: they are looked at one by one only if some differ.
_METADATA: Final = tuple(field for field, _ in _OF_METADATA)
_STATUS: Final = tuple(field for field, _ in _OF_STATUS)
_ENDS: Final = ("Succeeded", "Failed")
_OF_CONTROLLER: Final[Mapping[str, Aspects]] = {
    "ReplicaSet": OF_REPLICA_SET,
    "StatefulSet": OF_STATEFUL_SET,
    "DaemonSet": OF_DAEMON_SET,
    "Job": OF_JOB,
}
_OF_KIND: Final = SPEC | OWNERS
"""What a change touches that makes a pod one of another kind."""
_LIFE: Final[Mapping[str, Aspects]] = {"ADDED": CAME, "DELETED": WENT, "MODIFIED": WENT}
_CLAIMS: Final = ("persistentVolumeClaim", "ephemeral")


def touched(change: Change) -> Aspects:
    """What the change touched, never nothing; and of a pod, of what kind it is and was."""
    if change.collection == "events":
        return EVENTS | WARNING if change.value.get("type") == "Warning" else EVENTS
    before, after = change.previous, change.value
    found = _between(before, after) if change.type == "MODIFIED" and before else _LIFE[change.type]
    if change.collection != "pods":
        return found
    found |= _kind_of(after)
    return found | _kind_of(before) if before and found & _OF_KIND else found


def _between(before: Obj, after: Obj) -> Aspects:
    found = _of_metadata(before, after) | _of_status(before, after)
    old, new = before.get("spec"), after.get("spec")
    if old is not new and old != new:
        found |= SPEC
    return found or OTHER


def _of_metadata(before: Obj, after: Obj) -> Aspects:
    old, new = before["metadata"], after["metadata"]
    if [*map(old.get, _METADATA)] == [*map(new.get, _METADATA)]:
        return 0 if new.get("deletionTimestamp") is None else LEAVING
    found = 0
    for field, aspect in _OF_METADATA:
        one, other = old.get(field), new.get(field)
        if one is not other and one != other:
            found |= aspect
    return found if new.get("deletionTimestamp") is None else found | LEAVING


def _of_status(before: Obj, after: Obj) -> Aspects:
    old, new = before.get("status"), after.get("status")
    if old is new:
        return ENDED if _has_ended(new) else 0
    # That of a custom resource may be anything.
    old = old if isinstance(old, dict) else _NOTHING
    new = new if isinstance(new, dict) else _NOTHING
    found = ENDED if _has_ended(new) else 0
    if old == new:
        return found
    found |= STATUS
    if [*map(old.get, _STATUS)] != [*map(new.get, _STATUS)]:
        for field, aspect in _OF_STATUS:
            if old.get(field) != new.get(field):
                found |= aspect
    one, other = old.get("conditions"), new.get("conditions")
    if one is not other and _ready_since(one) != _ready_since(other):
        found |= READY
    return found


def _kind_of(pod: Obj) -> Aspects:
    """Who controls the pod, as far as that matters, and whether it uses claims."""
    owner = controller_ref(pod)
    found = UNCONTROLLED if owner is None else _OF_CONTROLLER.get(owner["kind"], 0)
    for volume in (pod.get("spec") or _NOTHING).get("volumes") or ():
        if not volume.keys().isdisjoint(_CLAIMS):
            return found | CLAIMING
    return found


def _has_ended(status: Any) -> bool:
    return isinstance(status, dict) and status.get("phase") in _ENDS


def _ready_since(conditions: Any) -> Any:
    """The transition time of the condition Ready while it is True; empty if it has none."""
    try:
        for condition in conditions or ():
            if condition.get("type") == "Ready":
                is_true = condition.get("status") == "True"
                return condition.get("lastTransitionTime") or "" if is_true else None
    except (AttributeError, TypeError):  # Those of a custom resource may be anything.
        return None
    return None
