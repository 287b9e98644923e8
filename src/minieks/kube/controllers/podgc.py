"""Removes pods that nobody else will: of nodes that are gone, and the oldest of too many ended.

Source: kubernetes pkg/controller/podgc/gc_controller.go.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects, errors
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes, podstate
from minieks.kube.kinds import nodes, pods
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, is_deleting, name, namespace, split_key

PERIOD: Final[Micros] = 20 * SECOND
# A node must have been gone for so long before its pods are given up.
QUARANTINE: Final[Micros] = 40 * SECOND
TERMINATED_LIMIT: Final = 12_500
OUT_OF_SERVICE: Final = "node.kubernetes.io/out-of-service"

_LEFT_BEHIND: Final = aspects.LIFE | aspects.SPEC | aspects.DELETION | aspects.PHASE
_TERMINATED: Final = "terminated"
_ENDED_INDEX: Final = "ended"


def _ended(pod: Obj) -> Iterable[str]:
    return (_TERMINATED,) if pods.is_terminal(pod) else ()


def next_round(now: Micros) -> Micros:
    """When the collector looks next: each 20 seconds of the clock."""
    return (now // PERIOD + 1) * PERIOD


def beyond_limit(ended: Iterable[Obj], limit: int = TERMINATED_LIMIT) -> list[Obj]:
    """The oldest of the pods that ended, as many as there are above the limit."""
    found = list(ended)
    excess = len(found) - limit
    if excess <= 0:
        return []
    return sorted(found, key=lambda pod: (podstate.created(pod), name(pod)))[:excess]


class PodGcLoop:
    """Looks at its rounds, but only when there is something to look at."""

    name = "pod-gc"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._gone_since: dict[str, Micros] = {}
        indexes.add_node_index(api)
        api.store.add_index("pods", _ENDED_INDEX, _ended, aspects.PHASE)

    def watches(self) -> Mapping[str, Wakes]:
        """Nodes that go or go out of service, pods of nodes that are not there, ended pods."""
        return {
            "nodes": Minding(self._of_node, aspects.LIFE | aspects.SPEC),
            "pods": Minding(self._of_pod, _LEFT_BEHIND),
        }

    def _of_node(self, change: Change) -> Iterable[str]:
        """A node that is out of service, or gone with pods still bound to it."""
        if change.type == "DELETED":
            left = change.key in self._gone_since or indexes.pods_on(self._api, change.key)
            return (f"node/{change.key}",) if left else ()
        return (f"node/{change.key}",) if _is_out_of_service(change.value) else ()

    def _of_pod(self, change: Change) -> Iterable[str]:
        if change.type == "DELETED":
            return ()
        pod = change.value
        woken = []
        node = pods.node_name(pod)
        known = self._api.store.get("nodes", node) if node else None
        if node and (known is None or (is_deleting(pod) and _is_out_of_service(known))):
            woken.append(f"node/{node}")
        if is_deleting(pod) and not node:
            woken.append(f"pod/{change.key}")
        before = change.previous
        has_ended = pods.is_terminal(pod) and (before is None or not pods.is_terminal(before))
        if has_ended and len(self._ended()) > TERMINATED_LIMIT:
            woken.append(_TERMINATED)
        return woken

    def reconcile(self, key: str) -> Result | None:
        """Act in a round, not between two."""
        kind, _, rest = key.partition("/")
        if kind == "node":
            return self._of_gone_node(rest)
        if kind == "pod":
            return self._unscheduled(rest)
        return self._too_many()

    def _of_gone_node(self, node_name: str) -> Result | None:
        now = self._api.engine.now()
        node = self._api.store.get("nodes", node_name)
        found = indexes.pods_on(self._api, node_name)
        if node is not None:
            self._gone_since.pop(node_name, None)
            doomed = [pod for pod in found if is_deleting(pod)]
            if not (doomed and _is_out_of_service(node)) or nodes.is_ready(node):
                return None
            return self._in_a_round(lambda: self._give_up(doomed, None))
        if not found:
            self._gone_since.pop(node_name, None)
            return None
        since = self._gone_since.setdefault(node_name, next_round(now))
        if now < since + QUARANTINE:
            return Result((since + QUARANTINE - now) / SECOND)
        self._give_up(found, ("DeletionByPodGC", "PodGC: node no longer exists"))
        return None

    def _in_a_round(self, action: Callable[[], None]) -> Result | None:
        """Do it if this is the moment of a round; else come back in the next one."""
        now = self._api.engine.now()
        if now % PERIOD:
            return Result((next_round(now) - now) / SECOND)
        action()
        return None

    def _give_up(self, found: Iterable[Obj], why: tuple[str, str] | None) -> None:
        for pod in found:
            self._fail(pod, why)
            self._remove(pod)

    def _fail(self, pod: Obj, why: tuple[str, str] | None) -> None:
        """A pod whose end nobody reports has failed."""
        if pods.is_terminal(pod):
            return
        status = {**(pod.get("status") or {}), "phase": "Failed"}
        if why is not None:
            condition = {
                "type": "DisruptionTarget",
                "status": "True",
                "reason": why[0],
                "message": why[1],
            }
            now = times.rfc3339(self._api.engine.now())
            status = with_condition(status, condition, now)
        self._api.update_status({**pod, "status": status})

    def _remove(self, pod: Obj) -> None:
        try:
            self._api.delete("pods", namespace(pod), name(pod), grace_seconds=0)
        except errors.NotFound:
            return

    def _unscheduled(self, key: str) -> Result | None:
        pod = self._api.get("pods", *split_key(key))
        if pod is None or not is_deleting(pod) or pods.node_name(pod):
            return None
        return self._in_a_round(lambda: self._remove(pod))

    def _too_many(self) -> Result | None:
        for pod in beyond_limit(self._ended()):
            self._remove(pod)
        return None

    def _ended(self) -> list[Obj]:
        return self._api.store.lookup("pods", _ENDED_INDEX, _TERMINATED)


def _is_out_of_service(node: Obj) -> bool:
    return any(taint["key"] == OUT_OF_SERVICE for taint in nodes.taints(node))
