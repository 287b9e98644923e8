"""Subnets, security groups and ranges that are given to EKS, looked up in EC2.

Source: AWS user guide for EKS, "View Amazon EKS networking requirements for VPC and subnets".
Where the service is lenient, a subnet that is not there is made up, each in the next zone.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network
from typing import Final

from minieks.data.regions import find_region
from minieks.eks.operations.errors import EksError, invalid_parameter
from minieks.eks.operations.ports import Subnet
from minieks.eks.operations.regional import Regional

FEWEST_ADDRESSES: Final = 6
"""Free addresses that each of a cluster's subnets must have."""
_TEN: Final = IPv4Network("10.0.0.0/8")


def subnets(at: Regional, wanted: Sequence[str]) -> list[Subnet]:
    """The subnets of these ids; InvalidParameterException if one is not there."""
    return [_subnet(at, one, index) for index, one in enumerate(wanted)]


def _subnet(at: Regional, subnet_id: str, index: int) -> Subnet:
    found = at.services.ec2.subnet(at.account, at.region, subnet_id)
    if found is None and not at.lenient:
        raise invalid_parameter(f"The subnet ID '{subnet_id}' does not exist")
    return found or _made_up(at, subnet_id, index)


def known_subnets(at: Regional, wanted: Sequence[str]) -> list[Subnet]:
    """The subnets of these ids, which were there once; those that are gone are made up."""
    return [
        at.services.ec2.subnet(at.account, at.region, one) or _made_up(at, one, index)
        for index, one in enumerate(wanted)
    ]


def _made_up(at: Regional, subnet_id: str, index: int) -> Subnet:
    zones = find_region(at.region).zones
    return Subnet(subnet_id, "vpc-unknown", zones[index % len(zones)], "", public=False)


def check_cluster_subnets(at: Regional, name: str, found: Sequence[Subnet]) -> None:
    """Refuse what no control plane can be in.

    InvalidParameterException for too few zones, several VPCs or full subnets;
    UnsupportedAvailabilityZoneException for a zone that takes no cluster.
    """
    region = find_region(at.region)
    for subnet in found:
        if subnet.zone in region.other_zones:
            raise _unsupported_zone(name, subnet.zone, region.zones)
    if len({one.zone for one in found}) < 2:
        text = "Subnets specified must be in at least two different AZs"
        raise invalid_parameter(text, clusterName=name)
    if len({one.vpc_id for one in found}) > 1:
        raise invalid_parameter("Subnets specified must belong to the same VPC", clusterName=name)
    if any(one.free_addresses < FEWEST_ADDRESSES for one in found):
        text = (
            "One or more of the subnets associated with your cluster does not have enough "
            "available IP addresses for Amazon EKS to perform any cluster management operations"
        )
        raise invalid_parameter(text, clusterName=name)


def _unsupported_zone(name: str, zone: str, valid: Sequence[str]) -> EksError:
    text = (
        f"Cannot create cluster '{name}' because {zone}, the targeted availability zone, does not "
        "currently have sufficient capacity to support the cluster. Retry and choose from these "
        f"availability zones: {', '.join(valid)}"
    )
    code = "UnsupportedAvailabilityZoneException"
    return EksError(code, text, clusterName=name, validZones=list(valid))


def check_security_groups(at: Regional, groups: Iterable[str]) -> None:
    """InvalidParameterException for a security group that is not there."""
    for group in groups:
        if not at.lenient and not at.services.ec2.security_group(at.account, at.region, group):
            raise invalid_parameter(f"The security group ID '{group}' does not exist")


def service_range(found: Iterable[Subnet]) -> str:
    """Where ClusterIPs come from if nobody says: not from where the VPC's addresses are."""
    ranges = (IPv4Network(one.cidr, strict=False) for one in found if one.cidr)
    return "172.20.0.0/16" if any(one.overlaps(_TEN) for one in ranges) else "10.100.0.0/16"
