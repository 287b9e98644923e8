"""Memory pressure of nodes: what a kubelet does when its pods leave too little.

It tells the pressure, which taints the node, and evicts pods one after the other until there is
enough: first those that use more than they request, by priority, then by how much more.

Source: kubernetes pkg/kubelet/eviction (eviction_manager.go, helpers.go rankMemoryPressure),
kubelet's evictionHard ``memory.available: 100Mi``, --eviction-pressure-transition-period.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes, pods
from minieks.kube.kubelet import evicting
from minieks.kube.kubelet.nodestatus import memory_pressure
from minieks.kube.kubelet.wakes import BY_NODE
from minieks.kube.usage.sampling import CHANGES, MEMORY
from minieks.kube.words import conditions, quantity, times
from minieks.kube.words.objects import Obj, is_deleting, key, name, split_key

THRESHOLD: Final = 100 * 1024 * 1024
SYSTEM: Final = 300 * 1024 * 1024
"""What a node uses beside its pods: kubelet, container runtime and the like."""
HOUSEKEEPING: Final = 10.0
"""Seconds between two looks while there is pressure."""
TRANSITION: Final[Micros] = 5 * MINUTE
_CRITICAL: Final = 2_000_000_000
_COMPONENT: Final = "kubelet"


class Use(NamedTuple):
    """What a pod uses and requests of its node's memory, in bytes."""

    pod: Obj
    used: int
    requested: int


class PressureLoop:
    """The loop; its key is a node's name. Without a load it has nothing to do."""

    name = "kubelet-pressure"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._last: dict[str, Micros] = {}

    def watches(self) -> Mapping[str, Wakes]:
        """What pods use, and pods under load that come up or go."""
        return {
            CHANGES: Minding(self._use_changed, MEMORY),
            "pods": Minding(self._pod_changed, aspects.LIFE | aspects.READY | aspects.PHASE),
        }

    def _use_changed(self, change: Change) -> Iterable[str]:
        members = self._api.usage.demand.members(change.key)
        found = (self._api.get("pods", *split_key(one)) for one in members)
        return dict.fromkeys(pods.node_name(pod) for pod in found if pod and pods.node_name(pod))

    def _pod_changed(self, change: Change) -> Iterable[str]:
        node = pods.node_name(change.value)
        return (node,) if node and self._api.usage.demand.group(change.value) else ()

    def reconcile(self, node_name: str) -> Result | None:
        """Tell the pressure as it is, and evict a pod if there is too little memory."""
        node = self._api.get("nodes", "", node_name)
        capacity = nodes.capacity(node).get("memory", 0) if node else 0
        if node is None or not capacity:
            return None
        present = self._running(node_name)
        available = capacity - SYSTEM - sum(map(self._used, present))
        if available < THRESHOLD:
            return self._under_pressure(node, map(self._use, present), available)
        return self._relieved(node)

    def _running(self, node_name: str) -> list[Obj]:
        found = self._api.store.lookup("pods", BY_NODE, node_name)
        return [pod for pod in found if pods.phase(pod) == "Running" and not is_deleting(pod)]

    def _used(self, pod: Obj) -> int:
        demand, now = self._api.usage.demand, self._api.engine.now()
        return sum(demand.used(pod, one, now).memory for one in pod["spec"]["containers"])

    def _use(self, pod: Obj) -> Use:
        return Use(pod, self._used(pod), pods.requests(pod).get("memory", 0))

    def _under_pressure(self, node: Obj, uses: Iterable[Use], available: int) -> Result:
        self._last[name(node)] = self._api.engine.now()
        self._tell(node, has_pressure=True)
        ranked = rank(uses)
        if ranked:
            self._evict(ranked[0], available)
        return Result(HOUSEKEEPING)

    def _relieved(self, node: Obj) -> Result | None:
        """Pressure is told for some minutes after it is over."""
        last, now = self._last.get(name(node)), self._api.engine.now()
        if last is None:
            return None
        if now < last + TRANSITION:
            return Result((last + TRANSITION - now) / SECOND)
        del self._last[name(node)]
        self._tell(node, has_pressure=False)
        return None

    def _tell(self, node: Obj, *, has_pressure: bool) -> None:
        status = node.get("status") or {}
        if conditions.is_true(status, "MemoryPressure") == has_pressure:
            return
        now = times.rfc3339(self._api.engine.now())
        status = memory_pressure(status, now, has_pressure=has_pressure)
        self._api.update_status({**node, "status": status})
        state = "NodeHasInsufficientMemory" if has_pressure else "NodeHasSufficientMemory"
        text = f"Node {name(node)} status is now: {state}"
        self._api.record_event(node, "Normal", state, text, component=_COMPONENT, host=name(node))

    def _evict(self, use: Use, available: int) -> None:
        text = message(available, self._largest(use.pod))
        now = times.rfc3339(self._api.engine.now())
        condition = {
            "type": evicting.CONDITION,
            "status": "True",
            "reason": evicting.REASON,
            "message": text,
        }
        status = conditions.with_condition(use.pod["status"], condition, now)
        self._api.update_status({**use.pod, "status": status})
        node = pods.node_name(use.pod)
        self._api.record_event(use.pod, "Warning", "Evicted", text, component=_COMPONENT, host=node)

    def _largest(self, pod: Obj) -> list[tuple[str, int, str]]:
        """The containers that use more than they request, with both amounts."""
        demand, now = self._api.usage.demand, self._api.engine.now()
        found = []
        for one in pod["spec"]["containers"]:
            used = demand.used(pod, one, now).memory
            if used > pods.container_requests(one).get("memory", 0):
                requests = (one.get("resources") or {}).get("requests") or {}
                found.append((one["name"], used, quantity.canonical(requests.get("memory", "0"))))
        return found


def rank(uses: Iterable[Use]) -> list[Use]:
    """Pods in the order in which they are evicted; critical ones never are."""
    found = [one for one in uses if pods.priority(one.pod) < _CRITICAL]
    return sorted(found, key=_order)


def _order(use: Use) -> tuple[bool, int, int, str]:
    beyond = use.used - use.requested
    return (beyond <= 0, pods.priority(use.pod), -beyond, key(use.pod))


def message(available: int, largest: Iterable[tuple[str, int, str]]) -> str:
    """Why a pod is evicted, in the kubelet's words: bytes as ``Quantity.String`` prints them."""
    text = "The node was low on resource: memory. "
    text += f"Threshold quantity: 100Mi, available: {_bytes(max(0, available))}. "
    for container, used, requested in largest:
        text += (
            f"Container {container} was using {_bytes(used)}, request is {requested}, "
            "has larger consumption of memory. "
        )
    return text


def _bytes(amount: int) -> str:
    return quantity.text_of(amount, "binary")
