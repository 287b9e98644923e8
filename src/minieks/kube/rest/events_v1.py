"""Events of the group events.k8s.io, which are stored as those of the core group.

Source: kubernetes pkg/apis/events/v1/conversion.go.
"""

from typing import Final

from minieks.kube.api.errors import Invalid
from minieks.kube.api.fields import required
from minieks.kube.kinds.resources import Resource
from minieks.kube.words.objects import Obj

# The core field, and what events.k8s.io calls it.
_RENAMED: Final = (
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
)
_REQUIRED: Final = ("eventTime", "reportingController", "reportingInstance", "action", "reason")
_TO_V1: Final = dict(_RENAMED)
_TO_CORE: Final = {new: old for old, new in _RENAMED}


def check(resource: Resource, event: Obj) -> None:
    """Raises Invalid if a new event of this group lacks what those of the core group may lack."""
    if (resource.group, resource.kind) != ("events.k8s.io", "Event"):
        return
    problems = [required(field) for field in _REQUIRED if not event.get(field)]
    if problems:
        raise Invalid("Event", "", event["metadata"].get("name") or "", problems)


def from_core(event: Obj) -> Obj:
    """The event in the words of events.k8s.io/v1."""
    found = {_TO_V1.get(field, field): value for field, value in event.items()}
    found.setdefault("eventTime", None)
    if not found.get("reportingController"):
        found.pop("reportingController", None)
    if not found.get("reportingInstance"):
        found.pop("reportingInstance", None)
    return found


def to_core(event: Obj) -> Obj:
    """The event in the words of the core group."""
    return {_TO_CORE.get(field, field): value for field, value in event.items()}
