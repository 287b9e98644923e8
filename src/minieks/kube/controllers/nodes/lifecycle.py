"""The node lifecycle controller: notices silence, taints, marks pods as not ready.

Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects, heartbeats
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.nodes import condition_taints as taints
from minieks.kube.controllers.nodes import zones
from minieks.kube.kinds import nodes, pods
from minieks.kube.words import times
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, labels, name, namespace, uid

COMPONENT: Final = "node-controller"
PERIOD: Final[Micros] = 5 * SECOND
GRACE: Final[Micros] = 50 * SECOND
WORK_DELAY: Final[Micros] = SECOND // 10
_COUNTS: Final = aspects.LIFE | aspects.STATUS | aspects.SPEC | aspects.LABELS
_KINDS: Final = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


def next_round(now: Micros) -> Micros:
    """When the monitor looks next: each five seconds of the clock."""
    return (now // PERIOD + 1) * PERIOD


def unknown_conditions(node: Obj, last: Micros, now: Micros) -> list[Mapping[str, Any]]:
    """The node's conditions once nobody knows: Ready and the pressures become Unknown."""
    status = node.get("status") or {}
    kept = [one for one in status.get("conditions") or () if one["type"] not in _KINDS]
    return [*(_unknown(find(status, type_), type_, last, now) for type_ in _KINDS), *kept]


def _unknown(
    before: Mapping[str, Any] | None, type_: str, last: Micros, now: Micros
) -> Mapping[str, Any]:
    if before is not None and before["status"] == "Unknown":
        return before
    never = before is None
    word = "never posted" if never else "stopped posting"
    return {
        "type": type_,
        "status": "Unknown",
        "reason": "NodeStatusNeverUpdated" if never else "NodeStatusUnknown",
        "message": f"Kubelet {word} node status.",
        "lastHeartbeatTime": times.rfc3339(last),
        "lastTransitionTime": times.rfc3339(now),
    }


class NodeLifecycleLoop:
    """Watches over nodes; looks at one only when it changes, falls silent, or waits for a taint."""

    name = "node-lifecycle"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, str] = {}
        # Per zone, when the next node may be tainted for eviction.
        self._next_taint: dict[str, Micros] = {}
        # Per node, when its NoExecute taint may be dealt with.
        self._queued: dict[str, Micros] = {}
        # Per node, its turn in its zone, once it has one; and nodes whose zone has no turns now.
        self._turns: dict[str, Micros] = {}
        self._without_turn: dict[str, None] = {}
        # Per zone, how many nodes are ready and how many are not.
        self._zones: dict[str, tuple[int, int]] = {}
        for node in api.list("nodes"):
            self._count(node, 1)
        indexes.add_node_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Nodes that change in what counts here, and leases, which say who fell silent."""
        return {"nodes": Minding(self._of_node, _COUNTS), heartbeats.LEASES: self._of_lease}

    def _of_node(self, change: Change) -> Iterable[str]:
        before = change.previous if change.type == "MODIFIED" else None
        turned = before is None or _has_turned(before, change.value)
        if before is None or turned or labels(before) != labels(change.value):
            self._recount(change)
        if before is not None and _has_face_of(before, change.value):
            return ()
        if not turned:
            return (change.key,)
        waiting, self._without_turn = self._without_turn, {}
        return dict.fromkeys((change.key, *waiting))

    def _recount(self, change: Change) -> None:
        """Count the node as it is instead of as it was."""
        if change.previous is not None:
            self._count(change.previous, -1)
        if change.type != "DELETED":
            self._count(change.value, 1)

    @staticmethod
    def _of_lease(change: Change) -> Iterable[str]:
        """A node whose heartbeats stop or begin again; the lease of a healthy one says nothing."""
        before = change.previous
        silent = heartbeats.is_silent(change.value) or (
            before is not None and heartbeats.is_silent(before)
        )
        concerned = silent and namespace(change.value) == heartbeats.NAMESPACE
        return (name(change.value),) if concerned else ()

    def reconcile(self, key: str) -> Result | None:
        """Register, judge and taint one node."""
        node = self._api.get("nodes", "", key)
        if node is None:
            self._forget(key)
            return None
        if self._known.get(key) != uid(node):
            self._known[key] = uid(node)
            text = f"Node {key} event: Registered Node {key} in Controller"
            self._event(node, "RegisteredNode", text)
        node, silence = self._judge(node)
        node = self._taint_at_once(node)
        waits = (silence, self._evict(node))
        due = [moment for moment in waits if moment is not None]
        wait = (min(due) - self._api.engine.now()) / SECOND if due else None
        return Result(wait, settled=True)

    def _forget(self, key: str) -> None:
        former = self._known.pop(key, None)
        self._dequeue(key)
        if former is None:
            return
        gone = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": key, "uid": former},
        }
        self._event(gone, "RemovingNode", f"Node {key} event: Removing Node {key} from Controller")

    # health

    def _judge(self, node: Obj) -> tuple[Obj, Micros | None]:
        """Note silence beyond the grace period; else when to look again, if the node is silent."""
        last = heartbeats.silent_since(self._api, name(node))
        if last is None:
            return node, None
        ready = nodes.condition(node, "Ready")
        now = self._api.engine.now()
        if ready is not None and ready["status"] == "Unknown":
            self._mark_pods(node)
            return node, None
        # What a stopped kubelet wrote last counts as heard from, as its lease does.
        last = max(last, _heartbeat(ready))
        if now <= last + GRACE:
            return node, next_round(last + GRACE)
        conditions = unknown_conditions(node, last, now)
        was_ready = nodes.is_ready(node)
        status = {**(node.get("status") or {}), "conditions": conditions}
        node = self._api.update_status({**node, "status": status})
        if was_ready:
            text = f"Node {name(node)} status is now: NodeNotReady"
            self._event(node, "NodeNotReady", text)
        self._mark_pods(node)
        return node, None

    def _mark_pods(self, node: Obj) -> None:
        """The pods of a node that is not heard from are not ready."""
        for pod in indexes.pods_on(self._api, name(node)):
            if not pods.is_ready(pod):
                continue
            now = times.rfc3339(self._api.engine.now())
            status = {**pod["status"], "conditions": _not_ready(pod["status"]["conditions"], now)}
            self._api.update_status({**pod, "status": status})
            self._api.record_event(
                pod, "Warning", "NodeNotReady", "Node is not ready", component=COMPONENT
            )

    # taints

    def _taint_at_once(self, node: Obj) -> Obj:
        now = times.rfc3339(self._api.engine.now())
        return self._with_taints(node, taints.with_no_schedule(node, now))

    def _with_taints(self, node: Obj, wanted: list[Mapping[str, Any]]) -> Obj:
        if wanted == list(nodes.taints(node)):
            return node
        spec = {k: v for k, v in (node.get("spec") or {}).items() if k != "taints"}
        if wanted:
            spec["taints"] = wanted
        return self._api.update({**node, "spec": spec})

    def _evict(self, node: Obj) -> Micros | None:
        """Put or remove the NoExecute taint; when to look again if it is not time.

        Taints are worked off shortly after the round that has looked at all nodes, so that it is
        known by then how many of the zone are concerned.
        """
        key = taints.evicting_key(node)
        now = self._api.engine.now()
        if taints.with_evicting(nodes.taints(node), key, "") == list(nodes.taints(node)):
            self._dequeue(name(node))
            return None
        due = self._queued.setdefault(name(node), self._round_of(node, now) + WORK_DELAY)
        if due <= now and key is not None:
            turn = self._turn(node, now)
            if turn is None:
                self._without_turn[name(node)] = None
                return None
            due = turn
        if due > now:
            return due
        self._with_taints(node, taints.with_evicting(nodes.taints(node), key, times.rfc3339(now)))
        self._dequeue(name(node))
        return None

    def _dequeue(self, node_name: str) -> None:
        self._queued.pop(node_name, None)
        self._turns.pop(node_name, None)
        self._without_turn.pop(node_name, None)

    def _round_of(self, node: Obj, now: Micros) -> Micros:
        """The round that sees the node's state: this one if it has just found the node silent."""
        ready = nodes.condition(node, "Ready")
        found_now = (
            ready is not None
            and ready["status"] == "Unknown"
            and ready.get("lastTransitionTime") == times.rfc3339(now)
        )
        return now if found_now else next_round(now)

    def _turn(self, node: Obj, now: Micros) -> Micros | None:
        """When it is this node's turn in its zone; None while the zone has no turns.

        Then the next change of any node's state brings the waiting ones back.
        """
        if name(node) in self._turns:
            return self._turns[name(node)]
        zone = _zone(node)
        speed = zones.rates(self._zones).get(zone, zones.RATE)
        if speed == 0:
            return None
        turn = max(now, self._next_taint.get(zone, now))
        self._next_taint[zone] = turn + round(SECOND / speed)
        self._turns[name(node)] = turn
        return turn

    def _count(self, node: Obj, by: int) -> None:
        """Count a node in its zone; a zone without nodes is none."""
        ready, not_ready = self._zones.pop(_zone(node), (0, 0))
        counts = (ready + by, not_ready) if nodes.is_ready(node) else (ready, not_ready + by)
        if counts != (0, 0):
            self._zones[_zone(node)] = counts

    def _event(self, node: Obj, reason: str, message: str) -> None:
        self._api.record_event(node, "Normal", reason, message, component=COMPONENT)


def _has_turned(before: Obj, after: Obj) -> bool:
    """Whether the node was ready and is no longer, or the other way round."""
    if before.get("status") is after.get("status"):
        return False
    return nodes.is_ready(before) != nodes.is_ready(after)


def _has_face_of(before: Obj, after: Obj) -> bool:
    """Whether taints, cordoning and conditions are as they were."""
    old, new = before.get("spec") or {}, after.get("spec") or {}
    if old.get("taints") != new.get("taints"):
        return False
    if old.get("unschedulable") != new.get("unschedulable"):
        return False
    return before.get("status") is after.get("status") or _said(before) == _said(after)


def _said(node: Obj) -> list[tuple[str, str]]:
    conditions = (node.get("status") or {}).get("conditions") or ()
    return [(one["type"], one["status"]) for one in conditions]


def _heartbeat(ready: Mapping[str, Any] | None) -> Micros:
    text = (ready or {}).get("lastHeartbeatTime")
    return times.parse(text) if text else 0


def _zone(node: Obj) -> str:
    return f"{nodes.region(node)}:{nodes.zone(node)}"


def _not_ready(conditions: Iterable[Obj], now: str) -> list[Obj]:
    return [
        {**one, "status": "False", "lastTransitionTime": now} if one["type"] == "Ready" else one
        for one in conditions
    ]
