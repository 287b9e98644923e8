"""Containers that were killed because they used more memory than they may."""

from collections.abc import Mapping
from typing import Any, Final

from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj
from minieks.scenario.observe.moments import Moments

_REASON: Final = "OOMKilled"


class Kills:
    """Tells `Moments` of each kill: Kubernetes itself has no event for it."""

    def __init__(self, store: Store, moments: Moments) -> None:
        self._store = store
        self._moments = moments
        store.subscribe("pods", self._on_pod, aspects.STATUS)

    def _on_pod(self, change: Change) -> None:
        now = _ends(change.value)
        if not now:
            return
        before = _ends(change.previous or {})
        for container, ended in now.items():
            if before.get(container) != ended:
                self._tell(change.value, container)

    def _tell(self, pod: Obj, container: str) -> None:
        about = str(workload_of(self._store, pod))
        text = f"container {container} used more memory than its limit{_limit(pod, container)}"
        self._moments.warn(about, _REASON, text, "kubelet")


def _ends(pod: Obj) -> dict[str, str]:
    """When containers were killed last, by name."""
    found = {}
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        for state in (status.get("state"), status.get("lastState")):
            ended: Mapping[str, Any] = (state or {}).get("terminated") or {}
            if ended.get("reason") == _REASON:
                found[status["name"]] = str(ended.get("finishedAt"))
                break
    return found


def _limit(pod: Obj, container: str) -> str:
    """In words, to follow the noun."""
    for one in pod["spec"]["containers"]:
        limits = (one.get("resources") or {}).get("limits") or {}
        if one["name"] == container and limits.get("memory"):
            return f", {quantity.canonical(limits['memory'])}"
    return ""
