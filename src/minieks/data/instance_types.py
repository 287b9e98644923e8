"""EC2 instance types: size, architecture and network limits, read at the first question."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from minieks.data.files import read_rows
from minieks.data.nearest import did_you_mean
from minieks.engine.errors import UserError


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One EC2 instance type, as DescribeInstanceTypes tells it.

    ``memory_mib`` is nominal: a kernel reports 2 to 8 % less. ``gpu`` counts NVIDIA and AMD GPUs,
    not Neuron devices. ``max_pods`` is the VPC CNI's limit with secondary IP addresses,
    ``enis * (ips_per_eni - 1) + 2`` (awslabs/amazon-eks-ami eni_max_pods.go).
    """

    name: str
    vcpu: int
    memory_mib: int
    gpu: int
    arch: str
    max_pods: int
    enis: int
    ips_per_eni: int

    @property
    def family(self) -> str:
        """What stands before the dot, such as ``m5``."""
        return self.name.partition(".")[0]


def _instance_type(row: dict[str, str]) -> InstanceType:
    return InstanceType(
        name=row["type"],
        vcpu=int(row["vcpu"]),
        memory_mib=int(row["memory_mib"]),
        gpu=int(row["gpu"]),
        arch=row["arch"],
        max_pods=int(row["max_pods"]),
        enis=int(row["enis"]),
        ips_per_eni=int(row["ips_per_eni"]),
    )


@cache
def _by_name() -> dict[str, InstanceType]:
    return {row["type"]: _instance_type(row) for row in read_rows("instance_types.csv")}


def all_types() -> tuple[InstanceType, ...]:
    """Every known type, in the order of the data: by family, then by size."""
    return tuple(_by_name().values())


def known_types() -> Mapping[str, InstanceType]:
    """Every instance type by its name."""
    return _by_name()


def find(name: str) -> InstanceType:
    """The type called ``name``; UserError with the nearest names if there is none."""
    known = _by_name()
    if name in known:
        return known[name]
    otherwise = "see the list of EC2 instance types; a name looks like m5.large"
    raise UserError(
        f"there is no EC2 instance type {name!r}", hint=did_you_mean(name, known, otherwise)
    )
