"""The taint eviction controller: NoExecute taints take pods away, at once or after a while.

Source: kubernetes pkg/controller/tainteviction/taint_eviction.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.kinds import nodes, pods, taints
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, is_deleting, key, name, namespace, split_key

COMPONENT: Final = "taint-eviction-controller"


def tolerated_for(
    tolerations: Sequence[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]
) -> float | None:
    """Seconds that a pod may stay with these NoExecute taints; 0 for none, None for ever.

    Of all tolerations that match a taint the shortest counts.
    """
    seconds: list[int] = []
    for taint in found:
        matching = [one for one in tolerations if taints.tolerates(one, taint)]
        if not matching:
            return 0
        seconds += [
            int(one["tolerationSeconds"])
            for one in matching
            if one.get("tolerationSeconds") is not None
        ]
    return max(0, min(seconds)) if seconds else None


def no_execute(node: Obj | None) -> list[Mapping[str, Any]]:
    """The node's NoExecute taints."""
    return (
        []
        if node is None
        else [taint for taint in nodes.taints(node) if taint["effect"] == "NoExecute"]
    )


class TaintEvictionLoop:
    """Deletes each pod that does not tolerate its node's NoExecute taints, when its time is up."""

    name = "taint-eviction"

    def __init__(self, api: Api) -> None:
        self._api = api
        # Since when a pod's time on its tainted node runs.
        self._since: dict[str, Micros] = {}
        indexes.add_node_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Nodes whose NoExecute taints change, and pods that come to a tainted node or go."""
        return {
            "nodes": Minding(self._of_node, aspects.LIFE | aspects.SPEC),
            "pods": Minding(self._of_pod, aspects.LIFE | aspects.SPEC),
        }

    def _of_node(self, change: Change) -> Iterable[str]:
        if no_execute(change.previous) == no_execute(change.value):
            return ()
        return [key(pod) for pod in indexes.pods_on(self._api, change.key)]

    def _of_pod(self, change: Change) -> Iterable[str]:
        if change.type == "DELETED":
            return (change.key,) if change.key in self._since else ()
        before, node = change.previous, pods.node_name(change.value)
        # Hardly any node has such a taint, so that is asked first.
        if not node or not no_execute(self._api.get("nodes", "", node)):
            return ()
        unchanged = (
            before is not None
            and pods.node_name(before) == node
            and pods.tolerations(before) == pods.tolerations(change.value)
        )
        return () if unchanged else (change.key,)

    def reconcile(self, key: str) -> Result | None:
        """Delete the pod, wait until its time is up, or forget about it."""
        pod = self._api.get("pods", *split_key(key))
        if pod is None or is_deleting(pod) or pods.is_terminal(pod):
            self._since.pop(key, None)
            return None
        found = no_execute(self._api.get("nodes", "", pods.node_name(pod)))
        if not found:
            self._cancel(key, pod)
            return None
        seconds = tolerated_for(pods.tolerations(pod), found)
        if seconds is None:
            self._cancel(key, pod)
            return None
        now = self._api.engine.now()
        due = self._since.setdefault(key, now) + round(seconds * SECOND)
        if now < due:
            return Result((due - now) / SECOND)
        self._delete(pod)
        del self._since[key]
        return None

    def _cancel(self, key: str, pod: Obj) -> None:
        if self._since.pop(key, None) is not None:
            self._event(pod, f"Cancelling deletion of Pod {key}")

    def _delete(self, pod: Obj) -> None:
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint",
        }
        self._event(pod, f"Marking for deletion Pod {namespace(pod)}/{name(pod)}")
        now = times.rfc3339(self._api.engine.now())
        status = with_condition(pod.get("status") or {}, condition, now)
        self._api.update_status({**pod, "status": status})
        self._api.delete("pods", namespace(pod), name(pod))

    def _event(self, pod: Obj, message: str) -> None:
        self._api.record_event(pod, "Normal", "TaintManagerEviction", message, component=COMPONENT)
