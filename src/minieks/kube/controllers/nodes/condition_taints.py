"""The taints that follow from a node's conditions.

Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj

_PREFIX: Final = "node.kubernetes.io/"
NOT_READY: Final = f"{_PREFIX}not-ready"
UNREACHABLE: Final = f"{_PREFIX}unreachable"
UNSCHEDULABLE: Final = f"{_PREFIX}unschedulable"
_BY_CONDITION: Final = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): f"{_PREFIX}memory-pressure",
    ("DiskPressure", "True"): f"{_PREFIX}disk-pressure",
    ("PIDPressure", "True"): f"{_PREFIX}pid-pressure",
    ("NetworkUnavailable", "True"): f"{_PREFIX}network-unavailable",
}
_MANAGED: Final = frozenset((*_BY_CONDITION.values(), UNSCHEDULABLE))
_EVICTING: Final = (NOT_READY, UNREACHABLE)

Taints = list[Mapping[str, Any]]


def wanted_no_schedule(node: Obj) -> list[str]:
    """The keys of the NoSchedule taints that the node should have by its conditions."""
    conditions = (node.get("status") or {}).get("conditions") or ()
    said = {(one["type"], one["status"]) for one in conditions}
    found = [key for condition, key in _BY_CONDITION.items() if condition in said]
    return [*found, UNSCHEDULABLE] if nodes.is_unschedulable(node) else found


def with_no_schedule(node: Obj, now: str) -> Taints:
    """The node's taints with those of its conditions brought up to date."""
    wanted = wanted_no_schedule(node)
    kept = [
        taint
        for taint in nodes.taints(node)
        if not (_is_managed(taint) and taint["key"] not in wanted)
    ]
    present = {taint["key"] for taint in kept if _is_managed(taint)}
    return kept + [
        {"key": key, "effect": "NoSchedule", "timeAdded": now}
        for key in wanted
        if key not in present
    ]


def _is_managed(taint: Mapping[str, Any]) -> bool:
    return taint["effect"] == "NoSchedule" and taint["key"] in _MANAGED


def evicting_key(node: Obj) -> str | None:
    """The key of the NoExecute taint that the node should have; None if it is ready."""
    ready = nodes.condition(node, "Ready")
    if ready is None or ready["status"] == "True":
        return None
    return NOT_READY if ready["status"] == "False" else UNREACHABLE


def has_evicting(taints: Iterable[Mapping[str, Any]], key: str) -> bool:
    """Whether the NoExecute taint with this key is there."""
    return any(taint["key"] == key and taint["effect"] == "NoExecute" for taint in taints)


def with_evicting(taints: Sequence[Mapping[str, Any]], key: str | None, now: str) -> Taints:
    """The taints with this NoExecute taint in place of the other; with neither if None."""
    kept = [
        taint
        for taint in taints
        if not (
            taint["effect"] == "NoExecute" and taint["key"] in _EVICTING and taint["key"] != key
        )
    ]
    if key is None or has_evicting(kept, key):
        return kept
    return [*kept, {"key": key, "effect": "NoExecute", "timeAdded": now}]
