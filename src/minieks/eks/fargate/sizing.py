"""How much Fargate gives a pod: the smallest combination of vCPU and memory that holds it.

Source: AWS user guide for EKS, "Understand Fargate Pod configuration details". The sum over the
containers, or the largest init container if that is more, each for CPU and memory apart; 256 MiB
are added for kubelet, kube-proxy and containerd; the result is rounded up to the next combination.
What Fargate calls GB is a GiB. Native sidecars count as Kubernetes counts them (the guide does not
speak of them).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj

OVERHEAD_MIB = 256
DEFAULT_EPHEMERAL_GIB = 20
MAX_EPHEMERAL_GIB = 175
EPHEMERAL_OVERHEAD_GIB = 15
"""Assumed from the guide's one example: a pod that asks for 100 GiB is given 115 GiB."""

_MIB = 1024 * 1024
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Row:
    """A vCPU size with its memory sizes in GiB, smallest first, and the year it was offered."""

    vcpu: Decimal
    memory_gib: tuple[Decimal, ...]
    since: int


def _row(vcpu: str, memory: range, since: int) -> Row:
    return Row(Decimal(vcpu), tuple(Decimal(one) for one in memory), since)


TABLE: tuple[Row, ...] = (
    Row(Decimal("0.25"), (Decimal("0.5"), Decimal(1), Decimal(2)), 2019),
    _row("0.5", range(1, 5), 2019),
    _row("1", range(2, 9), 2019),
    _row("2", range(4, 17), 2019),
    _row("4", range(8, 31), 2019),
    _row("8", range(16, 61, 4), 2022),
    _row("16", range(32, 121, 8), 2022),
)
"""Every combination that Fargate offers on EKS (AWS user guide, 2024-12): 74 in all."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The largest pod that is accepted; None means Fargate's own limit."""

    vcpu: Decimal | None = None
    memory_gib: Decimal | None = None

    def allows(self, vcpu: Decimal, memory_gib: Decimal) -> bool:
        """Whether a combination is within the cap."""
        return (self.vcpu is None or vcpu <= self.vcpu) and (
            self.memory_gib is None or memory_gib <= self.memory_gib
        )


LIMIT_OF_2020 = Cap(Decimal(4), Decimal(30))
"""The largest pod from December 2019 to September 2022."""

NO_CAP = Cap()


@dataclass(frozen=True, slots=True)
class FargateSize:
    """What a pod is given and billed for; ``ephemeral_gib`` is the whole disk."""

    vcpu: Decimal
    memory_gib: Decimal
    ephemeral_gib: int = DEFAULT_EPHEMERAL_GIB

    @property
    def capacity_provisioned(self) -> str:
        """The text of the annotation ``CapacityProvisioned``: ``0.25vCPU 0.5GB``."""
        return f"{_plain(self.vcpu)}vCPU {_plain(self.memory_gib)}GB"


@dataclass(frozen=True, slots=True)
class TooBig:
    """No combination holds the pod: what it needs, the overhead included."""

    cpu_millis: int
    memory_bytes: int
    ephemeral_bytes: int = 0


def size(pod: Obj, cap: Cap = NO_CAP) -> FargateSize | TooBig:
    """The size that a pod gets, or TooBig if none within the cap holds it."""
    return fit(pods.requests(pod), cap)


def fit(requests: Mapping[str, int], cap: Cap = NO_CAP) -> FargateSize | TooBig:
    """The size for requests (cpu in millicores, memory and ephemeral-storage in bytes)."""
    memory = requests.get("memory", 0) + OVERHEAD_MIB * _MIB
    return _fit(requests.get("cpu", 0), memory, requests.get("ephemeral-storage", 0), cap)


@lru_cache(maxsize=1024)
def _fit(cpu: int, memory: int, disk: int, cap: Cap) -> FargateSize | TooBig:
    """As ``fit``, with the overhead in the memory; pods of one template all ask for the same."""
    ephemeral = _ephemeral_gib(disk)
    for vcpu, gib in combinations(cap):
        if vcpu * 1000 >= cpu and gib * _GIB >= memory and ephemeral is not None:
            return FargateSize(vcpu, gib, ephemeral)
    return TooBig(cpu, memory, disk)


def combinations(cap: Cap = NO_CAP) -> Iterator[tuple[Decimal, Decimal]]:
    """Every vCPU and memory combination within the cap, in the order in which they are tried."""
    for row in TABLE:
        for gib in row.memory_gib:
            if cap.allows(row.vcpu, gib):
                yield row.vcpu, gib


def _ephemeral_gib(asked: int) -> int | None:
    """The disk for so many bytes asked for; None if that is more than a pod can have."""
    if asked > MAX_EPHEMERAL_GIB * _GIB:
        return None
    if asked <= DEFAULT_EPHEMERAL_GIB * _GIB:
        return DEFAULT_EPHEMERAL_GIB
    return min(-(-asked // _GIB) + EPHEMERAL_OVERHEAD_GIB, MAX_EPHEMERAL_GIB)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
