"""The VPC part of a ClusterConfig: zones, subnets, service range, endpoints.

Rules and defaults as in eksctl: pkg/az/az.go (three zones, two in us-east-1), pkg/vpc/vpc.go
(the VPC's range split into subnets), pkg/apis/eksctl.io/v1alpha5/vpc.go and validation.go.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from minieks.eks.spec import NetworkSpec, SubnetSpec
from minieks.scenario.readers.eksctl import made_up
from minieks.scenario.readers.eksctl.reading import Reading
from minieks.scenario.readers.places import FieldPath

_DEFAULT_CIDR = "192.168.0.0/16"
_RECOMMENDED_ZONES = 3
_REQUIRED_ZONES = 2
_LARGEST, _SMALLEST = 12, 24
_NAT_MODES = ("HighlyAvailable", "Single", "Disable")


def read_network(reading: Reading) -> NetworkSpec:
    """The cluster's VPC and subnets, as given or as eksctl would create them."""
    vpc: Mapping[str, Any] = reading.config.get("vpc") or {}
    _check_endpoints(reading, vpc)
    cidr = _cidr(reading, ("vpc", "cidr"), vpc.get("cidr", _DEFAULT_CIDR))
    brought = any((vpc.get("subnets") or {}).values())
    subnets = _brought_subnets(reading, vpc) if brought else _created_subnets(reading, vpc, cidr)
    endpoints = vpc.get("clusterEndpoints") or {}
    kubernetes = reading.config.get("kubernetesNetworkConfig") or {}
    return NetworkSpec(
        subnets=subnets,
        vpc_id=vpc.get("id") or made_up.vpc_id(reading.cluster, reading.region.name),
        cidr=cidr,
        service_cidr=_service_cidr(reading, kubernetes, cidr),
        nat=_nat(reading, vpc),
        ip_family=_ip_family(reading, kubernetes),
        endpoint_private_access=endpoints.get("privateAccess", False),
        endpoint_public_access=endpoints.get("publicAccess", True),
        owned=not brought,
    )


def _cidr(reading: Reading, path: FieldPath, text: str) -> str:
    """The text if it is an IPv4 range."""
    try:
        return str(ipaddress.IPv4Network(text, strict=False))
    except ValueError:
        raise reading.error(
            path, f"{text!r} is no IPv4 range", "write it as 192.168.0.0/16"
        ) from None


def _service_cidr(reading: Reading, kubernetes: Mapping[str, Any], vpc_cidr: str) -> str:
    """The range of ClusterIPs; EKS takes 172.20.0.0/16 where the VPC is in 10.0.0.0/8."""
    given = kubernetes.get("serviceIPv4CIDR")
    if given:
        return _own_service_cidr(reading, given, vpc_cidr)
    in_ten = ipaddress.IPv4Network(vpc_cidr).overlaps(ipaddress.IPv4Network("10.0.0.0/8"))
    return "172.20.0.0/16" if in_ten else "10.100.0.0/16"


def _own_service_cidr(reading: Reading, given: str, vpc_cidr: str) -> str:
    """The user's own range, which EKS takes if it is of a fair size and not in the VPC."""
    path = ("kubernetesNetworkConfig", "serviceIPv4CIDR")
    wanted = ipaddress.IPv4Network(_cidr(reading, path, given))
    if not _LARGEST <= wanted.prefixlen <= _SMALLEST:
        text = f"{given!r} is not between /{_SMALLEST} and /{_LARGEST}"
        raise reading.error(path, text, "write it as 172.20.0.0/16")
    if wanted.overlaps(ipaddress.IPv4Network(vpc_cidr)):
        raise reading.error(path, f"{given!r} overlaps with the VPC's {vpc_cidr}", "take another")
    return str(wanted)


def _ip_family(reading: Reading, kubernetes: Mapping[str, Any]) -> str:
    path = ("kubernetesNetworkConfig", "ipFamily")
    family: str = kubernetes.get("ipFamily", "IPv4")
    found = {"ipv4": "IPv4", "ipv6": "IPv6"}.get(family.lower())
    if found is None:
        raise reading.error(path, f"invalid value {family!r}", "allowed are IPv4 and IPv6")
    if found == "IPv6":
        reading.warn(path, "IPv6 is not modelled: pods and services get IPv4 addresses")
    return found


def _nat(reading: Reading, vpc: Mapping[str, Any]) -> str:
    mode: str = (vpc.get("nat") or {}).get("gateway", "Single")
    return reading.one_of(("vpc", "nat", "gateway"), mode, _NAT_MODES)


def _check_endpoints(reading: Reading, vpc: Mapping[str, Any]) -> None:
    endpoints = vpc.get("clusterEndpoints")
    if endpoints and not (endpoints.get("publicAccess") or endpoints.get("privateAccess")):
        raise reading.error(
            ("vpc", "clusterEndpoints"),
            "Kubernetes API access must have one of public or private clusterEndpoints enabled",
            "set privateAccess: true or publicAccess: true",
        )


# --- the VPC that eksctl would create ---


def _created_subnets(reading: Reading, vpc: Mapping[str, Any], cidr: str) -> tuple[SubnetSpec, ...]:
    if vpc.get("id"):
        raise reading.error(
            ("vpc", "id"),
            "insufficient number of subnets, at least 2x public and/or 2x private subnets are "
            "required",
            "name the VPC's subnets under vpc.subnets.private and vpc.subnets.public",
        )
    zones = _chosen_zones(reading)
    network = ipaddress.IPv4Network(cidr)
    split = 3 if len(zones) <= 4 else 4
    if not 16 <= network.prefixlen <= 24:
        raise reading.error(
            ("vpc", "cidr"), f"{cidr}: VPC CIDR prefix must be between /16 and /24", "such as /16"
        )
    ranges = network.subnets(prefixlen_diff=split)
    return tuple(
        SubnetSpec(
            id=made_up.subnet_id(reading.cluster, reading.region.name, f"{public}-{zone}"),
            zone=zone,
            public=public,
            cidr=str(next(ranges)),
            name=zone,
        )
        for public in (True, False)
        for zone in zones
    )


def _chosen_zones(reading: Reading) -> tuple[str, ...]:
    """The zones that the user names, else the region's first ones.

    eksctl chooses at random; here the choice is always the same.
    """
    given = reading.config.get("availabilityZones")
    if not given:
        few = reading.region.name == "us-east-1"
        return reading.region.zones[: _REQUIRED_ZONES if few else _RECOMMENDED_ZONES]
    for index, zone in enumerate(given):
        check_zone(reading, ("availabilityZones", index), zone)
    zones = tuple(dict.fromkeys(given))
    if len(zones) < _REQUIRED_ZONES:
        raise reading.error(
            ("availabilityZones",),
            f"only {len(zones)} zone(s) specified {list(zones)}, {_REQUIRED_ZONES} are required",
            f"the region has {', '.join(reading.region.zones)}",
        )
    return zones


def check_zone(reading: Reading, path: FieldPath, zone: str) -> None:
    """UserError if the region has no zone of this name, or none that takes a cluster."""
    region = reading.region
    if not region.has_zone(zone):
        raise reading.error(
            path,
            f"{region.name} has no zone {zone!r}",
            f"its zones are {', '.join(region.zones)}",
        )
    if zone not in region.zones:
        reading.warn(
            path,
            f"EKS accepts {zone} only in some accounts (UnsupportedAvailabilityZoneException)",
            f"{', '.join(region.zones)} are safe",
        )


# --- the VPC that the user brings ---


def _brought_subnets(reading: Reading, vpc: Mapping[str, Any]) -> tuple[SubnetSpec, ...]:
    if reading.config.get("availabilityZones"):
        raise reading.error(
            ("availabilityZones",),
            "vpc.subnets and availabilityZones cannot be set at the same time",
            "remove availabilityZones; the zones are those of the subnets",
        )
    given = vpc["subnets"]
    subnets = tuple(
        _brought_subnet(reading, ("vpc", "subnets", kind, name), fields, index)
        for kind in ("public", "private")
        for index, (name, fields) in enumerate((given.get(kind) or {}).items())
    )
    if len({subnet.zone for subnet in subnets}) < _REQUIRED_ZONES:
        raise reading.error(
            ("vpc", "subnets"),
            "Subnets specified must be in at least two different AZs",
            "add a subnet in another zone",
        )
    return subnets


def _brought_subnet(
    reading: Reading, path: FieldPath, fields: Mapping[str, Any], index: int
) -> SubnetSpec:
    kind, name = str(path[2]), str(path[3])
    zone = fields.get("az") or (name if reading.region.has_zone(name) else "")
    if zone:
        check_zone(reading, (*path, "az") if fields.get("az") else path, zone)
    else:
        zone = reading.region.zones[index % len(reading.region.zones)]
        reading.warn(
            path, f"the subnet's zone is not said; {zone} is assumed", "add az: with its zone"
        )
    cidr = fields.get("cidr", "")
    return SubnetSpec(
        id=fields.get("id")
        or made_up.subnet_id(reading.cluster, reading.region.name, f"{kind}-{name}"),
        zone=zone,
        public=kind == "public",
        cidr=_cidr(reading, (*path, "cidr"), cidr) if cidr else "",
        name=name,
    )
