"""Pods that are alike are refused alike as long as nothing changes: then nobody looks again.

The real scheduler spreads its retries over time; here time stands still while it works, and a
thousand pods of one Job that wait for room would each be tried at each event.
"""

from typing import TypeAlias

from minieks.kube.scheduler.podinfo import PodInfo, PodSpec
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.state import ClusterState

_Key: TypeAlias = tuple[int, int, tuple[tuple[str, str], ...]]


class Refusals:
    """Decisions against pods, good for one revision of the state."""

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._revision = state.revision
        self._known: dict[_Key, tuple[PodSpec, Decision]] = {}

    def known(self, info: PodInfo) -> Decision | None:
        """The refusal of a pod like this one since the last change."""
        if self._revision != self._state.revision:
            self._known.clear()
            self._revision = self._state.revision
        found = self._known.get(_key(info))
        return None if found is None else found[1]

    def remember(self, info: PodInfo, decision: Decision) -> None:
        """Note a refusal, unless it was followed by a change or depends on the pod itself."""
        special = info.spec.has_volumes or self._state.nomination(info.key) is not None
        if not special and self._revision == self._state.revision:
            self._known[_key(info)] = (info.spec, decision)


def _key(info: PodInfo) -> _Key:
    # The spec is kept beside the decision, so that its id is not given to another.
    return id(info.spec), info.priority, tuple(sorted(info.labels.items()))
