"""What the autoscaler tells: events on pods, on nodes, and on its status ConfigMap.

Source: kubernetes/autoscaler cluster-autoscaler/utils/kubernetes/factory.go,
clusterstate/utils/status.go LogEventRecorder.
"""

from typing import Final

from minieks.autoscale.clusterautoscaler.registry import Note
from minieks.autoscale.clusterautoscaler.watching import COMPONENT
from minieks.engine.clock import MINUTE, Micros
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, uid

_WINDOW: Final = 5 * MINUTE


class Recorder:
    """Writes events; of each reason one about an object in five minutes."""

    def __init__(self, api: Api, *, repeats: bool) -> None:
        """``repeats``: ``--record-duplicated-events``."""
        self._api = api
        self._repeats = repeats
        self._told: dict[tuple[str, str], Micros] = {}
        self.status: Obj | None = None
        """The status ConfigMap; without one nothing is logged there."""

    def tell(self, about: Obj, note: Note) -> None:
        """An event about a pod, a node or a ConfigMap."""
        now, key = self._api.engine.now(), (uid(about), note.reason)
        if not self._repeats:
            if self._told.get(key, -_WINDOW) + _WINDOW > now:
                return
            self._told[key] = now
            if len(self._told) > 4096:
                self._told = {k: t for k, t in self._told.items() if t + _WINDOW > now}
        self._api.record_event(about, note.type, note.reason, note.message, component=COMPONENT)

    def log(self, note: Note) -> None:
        """An event on the status ConfigMap."""
        if self.status is not None:
            self._api.record_event(
                self.status, note.type, note.reason, note.message, component=COMPONENT
            )


def normal(reason: str, message: str) -> Note:
    """An event of type Normal."""
    return Note("Normal", reason, message)


def warning(reason: str, message: str) -> Note:
    """An event of type Warning."""
    return Note("Warning", reason, message)
