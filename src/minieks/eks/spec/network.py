"""The VPC that a cluster is in: its subnets, and which of them are public."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubnetSpec:
    """One subnet of the cluster's VPC."""

    id: str
    """The subnet's id; made up from the cluster's name if eksctl would create the subnet."""
    zone: str
    """The availability zone's name, e.g. ``eu-north-1a``."""
    public: bool
    """Whether its route table leads to an internet gateway; Fargate takes private ones only."""
    cidr: str = ""
    """Its IPv4 range; empty if the user brought the subnet and did not say."""
    name: str = ""
    """The key by which the configuration refers to it; often the zone."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """The cluster's VPC, subnets and service range."""

    subnets: tuple[SubnetSpec, ...]
    vpc_id: str
    """The VPC's id; made up if eksctl would create the VPC."""
    cidr: str = "192.168.0.0/16"
    service_cidr: str = "10.100.0.0/16"
    """Where ClusterIPs come from; cluster DNS is its tenth address."""
    nat: str = "Single"
    """NAT gateways that eksctl would create: ``Single``, ``HighlyAvailable`` or ``Disable``."""
    ip_family: str = "IPv4"
    endpoint_private_access: bool = False
    endpoint_public_access: bool = True
    owned: bool = True
    """Whether the VPC would be created with the cluster (and its NAT gateways be on the bill)."""

    def public_subnets(self) -> tuple[SubnetSpec, ...]:
        """The public subnets, in the order of the configuration."""
        return tuple(subnet for subnet in self.subnets if subnet.public)

    def private_subnets(self) -> tuple[SubnetSpec, ...]:
        """The private subnets, in the order of the configuration."""
        return tuple(subnet for subnet in self.subnets if not subnet.public)
