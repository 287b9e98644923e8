"""The script that plays scheduler and kubelet in recorded cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from minieks.engine.clock import SECOND
from minieks.engine.store import Change
from minieks.kube.api import errors, heartbeats
from minieks.kube.api.server import Api
from minieks.kube.controllers.daemonset.placement import target_node
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, is_deleting, name, namespace, split_key

# The script renewed leases each eight seconds.
HEARTBEAT = 8 * SECOND
_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure")


class Binder:
    """Binds each pod at once: daemon pods to their node, others in turn to the generic nodes.

    It comes before any controller that is due at the same moment: in the recorded runs the
    scheduler was never the slower one.
    """

    def __init__(self, api: Api, generic: Sequence[str]) -> None:
        self._api = api
        self._generic = generic
        self._turn = 0
        api.store.subscribe("pods", self._note)

    def _note(self, change: Change) -> None:
        manual = pods.scheduler_name(change.value) == "manual"
        if change.type == "ADDED" and not pods.node_name(change.value) and not manual:
            engine = self._api.engine
            engine.at(engine.now() - 1, lambda: self._bind(change.key))

    def _bind(self, key: str) -> None:
        pod = self._api.get("pods", *split_key(key))
        if pod is None or pods.node_name(pod) or is_deleting(pod):
            return
        node = target_node(pod)
        if not node:
            node = self._generic[self._turn % len(self._generic)]
            self._turn += 1
        self._api.bind(namespace(pod), name(pod), node)


class Kubelet:
    """What a node's agent writes about its pods and its node."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._addresses = 0

    def now(self) -> str:
        return times.rfc3339(self._api.engine.now())

    def register(self, node: Obj) -> None:
        conditions = [
            self._condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            *(self._condition(type_, "False", "OK", "") for type_ in _PRESSURES),
        ]
        status = {**(node.get("status") or {}), "conditions": conditions}
        self._api.update_status({**node, "status": status})

    def _condition(self, type_: str, status: str, reason: str, message: str) -> Obj:
        return {
            "type": type_,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": self.now(),
            "lastTransitionTime": self.now(),
        }

    def stop(self, node: str) -> None:
        last = self._api.engine.now() // HEARTBEAT * HEARTBEAT
        heartbeats.stopped(self._api, node, last)

    def start(self, node: str) -> None:
        heartbeats.resumed(self._api, node)
        found = self._api.get("nodes", "", node)
        if found is None:
            raise ValueError(f"there is no node {node}")
        self.register(found)

    def run(self, pod: Obj, *, ready: bool, restarts: int = 0) -> None:
        """The pod runs; its containers have been restarted so often."""
        status = dict(pod["status"])
        if not status.get("podIP"):
            self._addresses += 1
            status["podIP"] = f"10.1.{self._addresses // 250}.{self._addresses % 250 + 1}"
        status["phase"] = "Running"
        started = {"state": {"running": {"startedAt": self.now()}}, "restartCount": restarts}
        status["containerStatuses"] = [
            {"name": one["name"], "ready": ready, "started": True, **started}
            for one in pod["spec"]["containers"]
        ]
        condition = {"type": "Ready", "status": str(ready)}
        self._write(pod, with_condition(status, condition, self.now()))

    def unready(self, pod: Obj) -> None:
        condition = {"type": "Ready", "status": "False"}
        self._write(pod, with_condition(pod["status"], condition, self.now()))

    def restart(self, pod: Obj, count: int) -> None:
        containers = pod["status"].get("containerStatuses") or ()
        changed = [{**one, "restartCount": count} for one in containers]
        self._write(pod, {**pod["status"], "containerStatuses": changed})

    def end(
        self, pod: Obj, phase: str, exit_code: int, conditions: Sequence[Mapping[str, Any]]
    ) -> None:
        state = {"terminated": {"exitCode": exit_code, "finishedAt": self.now()}}
        status = {**pod["status"], "phase": phase}
        status["containerStatuses"] = [
            {"name": one["name"], "ready": False, "restartCount": 0, "state": state}
            for one in pod["spec"]["containers"]
        ]
        for condition in ({"type": "Ready", "status": "False"}, *conditions):
            status = with_condition(status, dict(condition), self.now())
        self._write(pod, status)

    def finish(self, pod: Obj) -> None:
        try:
            self._api.delete("pods", namespace(pod), name(pod), grace_seconds=0)
        except errors.NotFound:
            return

    def _write(self, pod: Obj, status: Obj) -> None:
        current = self._api.get("pods", namespace(pod), name(pod))
        if current is not None:
            self._api.update_status({**current, "status": status})
