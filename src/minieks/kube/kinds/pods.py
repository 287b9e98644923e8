"""What a Pod says, in values: state, priority, ports, tolerations; resources are re-exported."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from minieks.kube.kinds.podresources import (
    Amounts,
    QosClass,
    container_limits,
    container_requests,
    containers,
    is_sidecar,
    limits,
    nonzero_requests,
    qos_class,
    requests,
    resized,
)
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

__all__ = [
    "Amounts",
    "HostPort",
    "QosClass",
    "condition",
    "container_limits",
    "container_requests",
    "containers",
    "host_ports",
    "is_daemon",
    "is_mirror",
    "is_ready",
    "is_sidecar",
    "is_terminal",
    "limits",
    "node_name",
    "nonzero_requests",
    "phase",
    "priority",
    "qos_class",
    "requests",
    "resized",
    "scheduler_name",
    "tolerations",
]

_NOTHING: Final[Mapping[str, Any]] = {}
ANY_IP: Final = "0.0.0.0"


class HostPort(NamedTuple):
    """A port that a pod takes on its node."""

    ip: str
    protocol: str
    port: int


def _spec(pod: Obj) -> Mapping[str, Any]:
    return pod.get("spec") or _NOTHING


def _status(pod: Obj) -> Mapping[str, Any]:
    return pod.get("status") or _NOTHING


def phase(pod: Obj) -> str:
    """Pending, Running, Succeeded, Failed or Unknown; Pending before anything is known."""
    return str((pod.get("status") or _NOTHING).get("phase") or "Pending")


def is_terminal(pod: Obj) -> bool:
    """Whether the pod has ended: Succeeded or Failed. It then holds no resources."""
    return (pod.get("status") or _NOTHING).get("phase") in ("Succeeded", "Failed")


def condition(pod: Obj, type_: str) -> Mapping[str, Any] | None:
    """The condition of that type, if there is one."""
    for item in (pod.get("status") or _NOTHING).get("conditions") or ():
        if item.get("type") == type_:
            return item  # type: ignore[no-any-return]  # JSON
    return None


def is_ready(pod: Obj) -> bool:
    """Whether the condition Ready is True."""
    for item in (pod.get("status") or _NOTHING).get("conditions") or ():
        if item.get("type") == "Ready":
            return bool(item.get("status") == "True")
    return False


def node_name(pod: Obj) -> str:
    """The node that the pod is bound to; empty while it is not."""
    return str((pod.get("spec") or _NOTHING).get("nodeName") or "")


def scheduler_name(pod: Obj) -> str:
    """Who is to place the pod."""
    return str((pod.get("spec") or _NOTHING).get("schedulerName") or "default-scheduler")


def priority(pod: Obj) -> int:
    """The number that admission resolved the priority class to; 0 without one."""
    return int(_spec(pod).get("priority") or 0)


def tolerations(pod: Obj) -> Sequence[Mapping[str, Any]]:
    """The tolerations in their order."""
    return _spec(pod).get("tolerations") or ()


def is_daemon(pod: Obj) -> bool:
    """Whether a DaemonSet controls the pod."""
    owner = objects.controller_ref(pod)
    return owner is not None and owner.get("kind") == "DaemonSet"


def is_mirror(pod: Obj) -> bool:
    """Whether the pod only mirrors a static pod of its kubelet."""
    return "kubernetes.io/config.mirror" in objects.annotations(pod)


def host_ports(pod: Obj) -> Iterator[HostPort]:
    """The node's ports that the app containers and sidecars take.

    Source: kubernetes pkg/scheduler/util/utils.go GetHostPorts.
    """
    spec = _spec(pod)
    for container in spec.get("containers") or ():
        yield from _host_ports(container)
    for container in spec.get("initContainers") or ():
        if is_sidecar(container):
            yield from _host_ports(container)


def _host_ports(container: Mapping[str, Any]) -> Iterator[HostPort]:
    for port in container.get("ports") or ():
        if port.get("hostPort"):
            ip, protocol = port.get("hostIP") or ANY_IP, port.get("protocol") or "TCP"
            yield HostPort(ip, protocol, port["hostPort"])
