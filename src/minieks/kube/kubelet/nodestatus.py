"""What a kubelet says of its node's health, in values.

Source: kubernetes pkg/kubelet/nodestatus/setters.go (reasons and messages).
"""

from typing import Final

from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj

_NOT_READY: Final = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)
_PRESSURES: Final = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def registered(status: Obj, now: str) -> Obj:
    """A node's status as its kubelet registers it: no pressure, and no network yet.

    A transition time is that of the last change of the condition.
    """
    for type_, reason, message in _PRESSURES:
        condition = _condition(type_, "False", reason, message, now)
        status = conditions.with_condition(status, condition, now)
    not_ready = _condition("Ready", "False", "KubeletNotReady", _NOT_READY, now)
    return conditions.with_condition(status, not_ready, now)


def ready(status: Obj, now: str) -> Obj:
    """A node's status when its network has come up."""
    text = "kubelet is posting ready status"
    condition = _condition("Ready", "True", "KubeletReady", text, now)
    return conditions.with_condition(status, condition, now)


def memory_pressure(status: Obj, now: str, *, has_pressure: bool) -> Obj:
    """A node's status when memory runs short, or does no longer."""
    reason, text = _PRESSURES[0][1:]
    if has_pressure:
        reason, text = "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"
    condition = _condition("MemoryPressure", str(has_pressure), reason, text, now)
    return conditions.with_condition(status, condition, now)


def _condition(type_: str, status: str, reason: str, message: str, now: str) -> Obj:
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": message,
        "lastHeartbeatTime": now,
    }
