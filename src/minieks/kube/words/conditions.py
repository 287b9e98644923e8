"""Status conditions: a list with one entry per type, whose transition times mean something."""

from collections.abc import Mapping
from typing import Any

from minieks.kube.words.objects import Obj


def find(status: Mapping[str, Any], type_: str) -> Mapping[str, Any] | None:
    """The condition of this type, or None."""
    for condition in status.get("conditions") or ():
        if condition["type"] == type_:
            return condition  # type: ignore[no-any-return]  # JSON
    return None


def is_true(status: Mapping[str, Any], type_: str) -> bool:
    """Whether there is a condition of this type with status "True"."""
    found = find(status, type_)
    return found is not None and found["status"] == "True"


def with_condition(status: Mapping[str, Any], condition: Obj, now: str) -> Obj:
    """A status with the condition set; lastTransitionTime moves only when its status changes."""
    before = find(status, condition["type"])
    changed = before is None or before["status"] != condition["status"]
    since = now if changed or before is None else before.get("lastTransitionTime", now)
    entry = {**condition, "lastTransitionTime": since}
    others = list(status.get("conditions") or ())
    for index, present in enumerate(others):
        if present["type"] == condition["type"]:
            others[index] = entry
            break
    else:
        others.append(entry)
    return {**status, "conditions": others}


def without_condition(status: Mapping[str, Any], type_: str) -> Obj:
    """A status without the condition of this type."""
    kept = [entry for entry in status.get("conditions") or () if entry["type"] != type_]
    return {**status, "conditions": kept}
