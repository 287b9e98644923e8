"""How many pods a node may have: what its network interfaces can address, and the caps on that.

Sources: awslabs/amazon-eks-ami nodeadm ``eni_max_pods.go`` and ``max-pods-calculator.sh``;
AWS user guide for EKS, "Choose an optimal Amazon EC2 node instance type" and "Windows nodes".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from minieks.data.instance_types import InstanceType

UNKNOWN_TYPE = 110
SMALL_CAP = 110
LARGE_CAP = 250
LARGE_FROM_VCPU = 31
PREFIX_ADDRESSES = 16
_HOST_NETWORK_PODS = 2
"""aws-node and kube-proxy use the node's own address."""


@dataclass(frozen=True, slots=True)
class Networking:
    """How the VPC CNI gives pods their addresses.

    ``max_enis`` is the CNI's MAX_ENI (None: as many as the type has). With ``custom_networking``
    the first interface serves no pods.
    """

    prefix_delegation: bool = False
    custom_networking: bool = False
    max_enis: int | None = None


SECONDARY_ADDRESSES = Networking()


def addressable(kind: InstanceType, networking: Networking = SECONDARY_ADDRESSES) -> int:
    """How many pods the type's interfaces can address, uncapped."""
    if kind.enis == 0:
        return kind.max_pods or UNKNOWN_TYPE
    limit = networking.max_enis
    enis = kind.enis if limit is None else min(limit, kind.enis)
    if networking.custom_networking:
        enis -= 1
    per_address = PREFIX_ADDRESSES if networking.prefix_delegation else 1
    return enis * (kind.ips_per_eni - 1) * per_address + _HOST_NETWORK_PODS


def recommended_cap(vcpu: int) -> int:
    """The most that AWS recommends: 110 up to 30 vCPUs, 250 above."""
    return LARGE_CAP if vcpu >= LARGE_FROM_VCPU else SMALL_CAP


def managed(kinds: Iterable[InstanceType], networking: Networking = SECONDARY_ADDRESSES) -> int:
    """The number on a managed group without an image of its own: the least over its types."""
    return min(min(addressable(one, networking), recommended_cap(one.vcpu)) for one in kinds)


def windows(kind: InstanceType) -> int:
    """On Windows pods use secondary addresses of the first interface only."""
    return max(kind.ips_per_eni - 1, 1) if kind.ips_per_eni else UNKNOWN_TYPE
