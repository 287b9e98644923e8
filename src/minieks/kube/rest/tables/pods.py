"""The row of a pod: how many containers are ready, one word for its state, its restarts.

    cells(pod, now) -> Sequence[Cell]        conditions(pod) -> the row's conditions

Source: kubernetes pkg/printers/internalversion/printers.go printPod.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.kube.kinds import pods
from minieks.kube.rest.tables import ages
from minieks.kube.rest.tables.cells import NONE, Cell, age, name, spec, status
from minieks.kube.words.objects import Obj, is_deleting

_NOTHING: Final[Mapping[str, Any]] = {}
_NODE_LOST: Final = "NodeLost"
_CONDITIONS: Final[Mapping[str, tuple[Mapping[str, str], ...]]] = {
    phase: ({"type": "Completed", "status": "True", "reason": phase, "message": message},)
    for phase, message in (
        ("Succeeded", "The pod has completed successfully."),
        ("Failed", "The pod failed."),
    )
}


@dataclass(slots=True)
class _Tally:
    """What the containers add up to."""

    reason: str
    ready: int = 0
    restarts: int = 0
    last_restart: str = ""

    def restarted(self, container: Mapping[str, Any]) -> None:
        self.restarts += int(container.get("restartCount") or 0)
        ended = (container.get("lastState") or _NOTHING).get("terminated") or _NOTHING
        self.last_restart = max(self.last_restart, ended.get("finishedAt") or "")


def cells(pod: Obj, now: Micros) -> Sequence[Cell]:
    """The cells of a pod's row."""
    tally = _tallied(pod)
    sidecars = sum(pods.is_sidecar(one) for one in spec(pod).get("initContainers") or ())
    total = len(spec(pod).get("containers") or ()) + sidecars
    return (
        name(pod),
        f"{tally.ready}/{total}",
        _reason(pod, tally.reason),
        _restarts(tally, now),
        age(pod, now),
        _ip(pod) or NONE,
        pods.node_name(pod) or NONE,
        status(pod).get("nominatedNodeName") or NONE,
        _gates(pod),
    )


def conditions(pod: Obj) -> Sequence[Mapping[str, str]]:
    """What the row itself says: a pod that has ended is complete."""
    return _CONDITIONS.get(pods.phase(pod), ())


def _tallied(pod: Obj) -> _Tally:
    begun = _Tally(_own_reason(pod))
    sidecars = _Tally("")
    initializing = _initializing(pod, begun, sidecars)
    if not initializing or _is_true(pod, "Initialized"):
        begun.restarts, begun.last_restart = sidecars.restarts, sidecars.last_restart
        _running(pod, begun)
    return begun


def _own_reason(pod: Obj) -> str:
    gated = any(
        one.get("type") == "PodScheduled" and one.get("reason") == "SchedulingGated"
        for one in status(pod).get("conditions") or ()
    )
    if gated:
        return "SchedulingGated"
    return str(status(pod).get("reason") or status(pod).get("phase") or "")


def _initializing(pod: Obj, tally: _Tally, sidecars: _Tally) -> bool:
    """Whether an init container is not done yet; the first such decides the reason."""
    specs = spec(pod).get("initContainers") or ()
    restartable = {one["name"] for one in specs if pods.is_sidecar(one)}
    for index, container in enumerate(status(pod).get("initContainerStatuses") or ()):
        tally.restarted(container)
        is_sidecar = container.get("name") in restartable
        if is_sidecar:
            sidecars.restarted(container)
        if _ended_well(container):
            continue
        if is_sidecar and container.get("started"):
            tally.ready += bool(container.get("ready"))
            continue
        tally.reason = f"Init:{_init_reason(container) or f'{index}/{len(specs)}'}"
        return True
    return False


def _ended_well(container: Mapping[str, Any]) -> bool:
    ended = _state(container, "terminated")
    return ended is not None and not ended.get("exitCode")


def _init_reason(container: Mapping[str, Any]) -> str:
    ended, waiting = _state(container, "terminated"), _state(container, "waiting")
    if ended is not None:
        return _ended_with(ended)
    reason = str((waiting or _NOTHING).get("reason") or "")
    return "" if reason == "PodInitializing" else reason


def _running(pod: Obj, tally: _Tally) -> None:
    """Each container may say why the pod is not running; the first has the last word."""
    running = False
    for container in reversed(status(pod).get("containerStatuses") or ()):
        tally.restarted(container)
        waiting, ended = _state(container, "waiting"), _state(container, "terminated")
        if waiting is not None and waiting.get("reason"):
            tally.reason = waiting["reason"]
        elif ended is not None:
            tally.reason = _ended_with(ended)
        elif container.get("ready") and _state(container, "running") is not None:
            running = True
            tally.ready += 1
    if tally.reason == "Completed" and running:
        tally.reason = "Running" if _is_true(pod, "Ready") else "NotReady"


def _ended_with(ended: Mapping[str, Any]) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


def _reason(pod: Obj, reason: str) -> str:
    if not is_deleting(pod):
        return reason
    if status(pod).get("reason") == _NODE_LOST:
        return "Unknown"
    return reason if pods.is_terminal(pod) else "Terminating"


def _restarts(tally: _Tally, now: Micros) -> str:
    if not tally.restarts or not tally.last_restart:
        return str(tally.restarts)
    return f"{tally.restarts} ({ages.since(tally.last_restart, now)} ago)"


def _ip(pod: Obj) -> str:
    found = status(pod).get("podIPs") or ()
    return str(found[0].get("ip") or "") if found else str(status(pod).get("podIP") or "")


def _gates(pod: Obj) -> str:
    gates = spec(pod).get("readinessGates") or ()
    if not gates:
        return NONE
    return f"{sum(_is_true(pod, gate['conditionType']) for gate in gates)}/{len(gates)}"


def _is_true(pod: Obj, type_: str) -> bool:
    found = pods.condition(pod, type_)
    return found is not None and found.get("status") == "True"


def _state(container: Mapping[str, Any], which: str) -> Mapping[str, Any] | None:
    return (container.get("state") or _NOTHING).get(which)
