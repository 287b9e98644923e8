"""Events of the group events.k8s.io, which are stored as those of the core group.

Source: kubernetes pkg/apis/events/v1/conversion.go.
"""

from typing import Final

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
_TO_V1: Final = dict(_RENAMED)
_TO_CORE: Final = {new: old for old, new in _RENAMED}


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
