"""What every node of EKS reports alike: its software, its first events, where it is.

Source: ``kubectl describe node`` of EKS nodes in public repositories.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from minieks.data.kubernetes_versions import find_version
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj

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
        nodes.REGION_OLD: region,
        nodes.ZONE_OLD: zone,
        nodes.REGION: region,
        nodes.ZONE: zone,
    }


def platform_labels(architecture: str, operating_system: str = "linux") -> dict[str, str]:
    """What a node runs on, in the labels of today and of before 1.14, which EKS still sets."""
    return {
        "beta.kubernetes.io/arch": architecture,
        "beta.kubernetes.io/os": operating_system,
        "kubernetes.io/arch": architecture,
        "kubernetes.io/os": operating_system,
    }
