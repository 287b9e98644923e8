"""What the scheduler writes: bindings, conditions, nominations, victims, events.

Source: kubernetes pkg/scheduler/schedule_one.go (handleSchedulingFailure, bind) and
framework/preemption (prepareCandidate).
"""

from typing import Final

from minieks.kube.api.errors import NotFound
from minieks.kube.api.server import Api
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words import conditions, objects, times
from minieks.kube.words.objects import Obj

NAME: Final = "default-scheduler"
_LONGEST_NOTE: Final = 1024
_CUT: Final = " ..."
KEEP: Final = None
"""For a nomination: leave it as it is."""


class Writer:
    """Writes through the API of one cluster, as the scheduler of one name."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def bind(self, info: PodInfo, node_name: str) -> None:
        """Bind the pod and say so; raises ApiError."""
        pod = self._api.bind(info.namespace, objects.name(info.pod), node_name)
        text = f"Successfully assigned {info.key} to {node_name}"
        self._api.record_event(pod, "Normal", "Scheduled", text, component=NAME)

    def refuse(
        self, info: PodInfo, message: str, *, reason: str, nominated: str | None = KEEP
    ) -> None:
        """Say why the pod has no node; ``nominated``: the node that is being freed, or ""."""
        pod = self._current(info)
        if pod is None:
            return
        note = message if len(message) <= _LONGEST_NOTE else _cut(message)
        self._api.record_event(pod, "Warning", "FailedScheduling", note, component=NAME)
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": reason,
            "message": message,
        }
        self._set_status(pod, condition, nominated)

    def clear_nomination(self, info: PodInfo) -> None:
        """Take the nomination from a pod: a more important one gets the node."""
        pod = self._current(info)
        if pod is not None and (pod.get("status") or {}).get("nominatedNodeName"):
            self._api.update_status(objects.with_status(pod, nominatedNodeName=None))

    def preempt(self, victim: PodInfo, by: PodInfo, node_name: str) -> None:
        """Delete a pod that must make room, and say why."""
        pod = self._current(victim)
        if pod is None:
            return
        cause = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "PreemptionByScheduler",
            "message": f"{NAME}: preempting to accommodate a higher priority pod",
        }
        self._set_status(pod, cause, KEEP)
        text = f"Preempted by pod {by.uid} on node {node_name}"
        self._api.record_event(pod, "Normal", "Preempted", text, component=NAME)
        try:
            self._api.delete("pods", victim.namespace, objects.name(pod), uid=objects.uid(pod))
        except NotFound:  # it went by itself
            return

    def _current(self, info: PodInfo) -> Obj | None:
        """The pod as it is stored now; None if it is gone or another has its name."""
        pod = self._api.get("pods", info.namespace, objects.name(info.pod))
        return pod if pod is not None and objects.uid(pod) == objects.uid(info.pod) else None

    def _set_status(self, pod: Obj, condition: Obj, nominated: str | None) -> None:
        """Set a condition, and the nomination if one is given; no write if nothing changes."""
        now = times.rfc3339(self._api.engine.now())
        status = conditions.with_condition(pod.get("status") or {}, condition, now)
        if nominated is not None:
            status["nominatedNodeName"] = nominated
            if not nominated:
                del status["nominatedNodeName"]
        self._api.update_status({**pod, "status": status})


def _cut(message: str) -> str:
    """At most 1024 bytes, with a mark at the end."""
    kept = message.encode()[: _LONGEST_NOTE - len(_CUT)].decode(errors="ignore")
    return kept + _CUT
