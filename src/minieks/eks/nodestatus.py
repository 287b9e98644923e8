"""What every node of EKS reports alike: its software, its conditions, its first events.

Sources: ``kubectl describe node`` of EKS nodes in public repositories; kubernetes
``pkg/kubelet/nodestatus/setters.go`` (reasons and messages).
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from minieks.data.kubernetes_versions import find_version
from minieks.kube.words.objects import Obj

NETWORK_NOT_READY = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)

_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)

REGISTRATION_EVENTS = (
    ("Normal", "Starting", "Starting kubelet."),
    ("Warning", "InvalidDiskCapacity", "invalid capacity 0 on image filesystem"),
    ("Normal", "NodeHasSufficientMemory", "Node {0} status is now: NodeHasSufficientMemory"),
    ("Normal", "NodeHasNoDiskPressure", "Node {0} status is now: NodeHasNoDiskPressure"),
    ("Normal", "NodeHasSufficientPID", "Node {0} status is now: NodeHasSufficientPID"),
    ("Normal", "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods"),
)
"""Type, reason and message of what a kubelet tells when it registers; {0} is the node's name."""

READY_EVENT = ("Normal", "NodeReady", "Node {0} status is now: NodeReady")


@dataclass(frozen=True, slots=True)
class Software:
    """What runs on a node beside the kubelet."""

    os_image: str
    kernel: str
    runtime: str
    operating_system: str = "linux"


def kubelet_version(version: str) -> str:
    """``v1.34.1-eks-`` and a hash; the hash is made up, but always the same for a version."""
    full = find_version(version).full if version.count(".") == 1 else version
    return f"v{full}-eks-{sha256(full.encode()).hexdigest()[:7]}"


@lru_cache(maxsize=256)
def node_info(version: str, architecture: str, software: Software) -> Obj:
    """``status.nodeInfo``, one for all nodes alike; ids of machine and boot are left empty."""
    kubelet = kubelet_version(version)
    return {
        "architecture": architecture,
        "bootID": "",
        "containerRuntimeVersion": software.runtime,
        "kernelVersion": software.kernel,
        "kubeProxyVersion": kubelet,
        "kubeletVersion": kubelet,
        "machineID": "",
        "operatingSystem": software.operating_system,
        "osImage": software.os_image,
        "systemUUID": "",
    }


def conditions(*, ready: bool, now: str) -> list[Obj]:
    """The four conditions of a healthy node that is, or is not yet, ready."""
    found = [_condition(type_, "False", reason, text, now) for type_, reason, text in _PRESSURES]
    return [*found, ready_condition(ready=ready, now=now)]


def ready_condition(*, ready: bool, now: str) -> Obj:
    """The condition Ready: False while the network plugin starts."""
    if ready:
        return _condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", now)
    return _condition("Ready", "False", "KubeletNotReady", NETWORK_NOT_READY, now)


def _condition(type_: str, status: str, reason: str, message: str, now: str) -> Obj:
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": message,
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }


def addresses(ip: str, dns_name: str) -> list[Obj]:
    """The addresses of a node in a subnet without public addresses."""
    return [
        {"type": "InternalIP", "address": ip},
        {"type": "InternalDNS", "address": dns_name},
        {"type": "Hostname", "address": dns_name},
    ]


def place_labels(zone: str, region: str) -> dict[str, str]:
    """Where a node is, in the labels of today and of before 1.17, which EKS still sets."""
    return {
        "failure-domain.beta.kubernetes.io/region": region,
        "failure-domain.beta.kubernetes.io/zone": zone,
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
    }


def platform_labels(architecture: str, operating_system: str = "linux") -> dict[str, str]:
    """What a node runs on, in the labels of today and of before 1.14, which EKS still sets."""
    return {
        "beta.kubernetes.io/arch": architecture,
        "beta.kubernetes.io/os": operating_system,
        "kubernetes.io/arch": architecture,
        "kubernetes.io/os": operating_system,
    }
