"""What an instance has as a node, and what of it pods may use.

Sources: awslabs/amazon-eks-ami nodeadm ``internal/kubelet/config.go`` (kube-reserved, eviction;
the same in AL2's ``bootstrap.sh``); kubernetes ``pkg/kubelet/cm/node_container_manager_linux.go``
(allocatable = capacity - kube-reserved - system-reserved - hard eviction threshold) and
``pkg/kubelet/eviction/helpers.go`` (percentages are float32).
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from minieks.data.instance_types import InstanceType
from minieks.kube.words import quantity

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

KERNEL_LOSS = Fraction(75, 1000)
"""Share of the nominal memory that a kernel does not report: 2 to 8 % in reality, by type.

Karpenter assumes 7.5 % (VM_MEMORY_OVERHEAD_PERCENT), in whole MiB, and so do we.
"""

ARM_CMA_MIB = 64
"""What the kernel of an arm64 image keeps besides (Karpenter, pkg/providers/instancetype)."""

AL2_ROOT_LOSS = 12308 * KIB
AL2023_ROOT_LOSS = 77844 * KIB
"""What partitions and the file system's log take of a root volume, whatever its size: 20 GiB are
reported as 20959212Ki by Amazon Linux 2 and as 20893676Ki by Amazon Linux 2023, which keeps an EFI
partition and a longer log (``kubectl describe node`` in public issues and logs, 2022 to 2026).
"""

CPU_STEPS = ((0, 1000, 600), (1000, 2000, 100), (2000, 4000, 50), (4000, None, 25))
"""From, to (millicores), and reserved hundredths of a percent of what lies between."""

DEFAULT_EVICTION: Mapping[str, str] = {
    "memory.available": "100Mi",
    "nodefs.available": "10%",
    "nodefs.inodesFree": "5%",
}
_EVICTION_SIGNALS = {"memory": "memory.available", "ephemeral-storage": "nodefs.available"}


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a user sets of the kubelet's reservations; keys replace single defaults."""

    kube_reserved: Mapping[str, str] = field(default_factory=dict)
    system_reserved: Mapping[str, str] = field(default_factory=dict)
    eviction_hard: Mapping[str, str] = field(default_factory=dict)


DEFAULT_RESERVATION = Reservation()


def root_bytes(disk_gib: int, ami_family: str) -> int:
    """What a node reports of its root volume; other images are taken to be like Amazon Linux 2."""
    lost = AL2023_ROOT_LOSS if ami_family == "AmazonLinux2023" else AL2_ROOT_LOSS
    return disk_gib * GIB - lost


def capacity(
    kind: InstanceType, max_pods: int, disk: int, kernel_loss: Fraction = KERNEL_LOSS
) -> dict[str, int]:
    """What the node reports: cpu in millicores, memory and ephemeral-storage in bytes, pods.

    ``disk`` is what it has of its root volume, in bytes.
    """
    return {
        "cpu": kind.vcpu * 1000,
        "memory": memory_bytes(kind, kernel_loss),
        "ephemeral-storage": disk,
        "pods": max_pods,
    }


def memory_bytes(kind: InstanceType, kernel_loss: Fraction = KERNEL_LOSS) -> int:
    """The memory that the node reports; without loss it is the nominal one."""
    lost = math.ceil(kind.memory_mib * kernel_loss)
    if kind.arch == "arm64" and kernel_loss:
        lost += ARM_CMA_MIB
    return (kind.memory_mib - lost) * MIB


def kube_reserved(vcpu: int, addressable_pods: int) -> dict[str, int]:
    """What EKS images reserve for the kubelet and the runtime.

    ``addressable_pods`` is what the network interfaces allow, whatever maxPods is set to.
    """
    return {
        "cpu": reserved_cpu(vcpu),
        "memory": (255 + 11 * addressable_pods) * MIB,
        "ephemeral-storage": GIB,
    }


def reserved_cpu(vcpu: int) -> int:
    """Reserved millicores: 6 % of the first core, 1 %, 0.5 % of two more, 0.25 % of the rest."""
    total, reserved = vcpu * 1000, 0
    for start, end, share in CPU_STEPS:
        if total > start:
            reserved += (min(total, end or total) - start) * share // 10000
    return reserved


def allocatable(
    has: Mapping[str, int],
    addressable_pods: int,
    reservation: Reservation = DEFAULT_RESERVATION,
) -> dict[str, int]:
    """What pods may use of a capacity, in the same units; never below nothing."""
    kube = kube_reserved(has["cpu"] // 1000, addressable_pods) | _amounts(reservation.kube_reserved)
    system = _amounts(reservation.system_reserved)
    limits = {**DEFAULT_EVICTION, **reservation.eviction_hard}
    left = {}
    for resource, amount in has.items():
        signal = _EVICTION_SIGNALS.get(resource)
        evicted = threshold(limits[signal], amount) if signal else 0
        taken = kube.get(resource, 0) + system.get(resource, 0) + evicted
        left[resource] = max(amount - taken, 0)
    return left


def _amounts(resources: Mapping[str, str]) -> dict[str, int]:
    return {
        resource: quantity.milli(text) if resource == "cpu" else quantity.value(text)
        for resource, text in resources.items()
    }


def threshold(text: str, amount: int) -> int:
    """An eviction threshold in units: a quantity, or a percentage of what the node has."""
    if not text.endswith("%"):
        return quantity.value(text)
    (share,) = struct.unpack("f", struct.pack("f", float(text[:-1]) / 100))
    return int(amount * Fraction(share))


def resource_list(amounts: Mapping[str, int]) -> dict[str, str]:
    """Amounts as a node's status writes them: memory in Ki, cpu plain or in millicores."""
    return {resource: _text(resource, amount) for resource, amount in amounts.items()}


def _text(resource: str, amount: int) -> str:
    if resource == "cpu":
        return str(amount // 1000) if amount % 1000 == 0 else f"{amount}m"
    if resource in ("memory", "ephemeral-storage") and amount % KIB == 0:
        return f"{amount // KIB}Ki"
    return str(amount)
