"""What CreateCluster refuses.

Source: Amazon EKS API reference, CreateCluster; AWS user guide for EKS, "Create an Amazon EKS
cluster". Texts are those of answers in public issues where they are known.
"""

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, ip_network
from typing import Any, Final

from minieks.data.kubernetes_versions import all_versions, support
from minieks.eks.operations import network, quotas
from minieks.eks.operations.collections import CLUSTERS, REGISTRATIONS
from minieks.eks.operations.errors import in_use, invalid_parameter
from minieks.eks.operations.ports import Subnet
from minieks.eks.operations.regional import Regional
from minieks.eks.operations.registry import Asked
from minieks.eks.operations.roles import passed_role, trusts

NAME: Final = re.compile(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}")
SERVICE: Final = "eks.amazonaws.com"
_PRIVATE: Final = tuple(
    IPv4Network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)


def check(at: Regional, asked: Asked) -> None:
    """Raise EksError for the first thing that is wrong."""
    name = asked["name"]
    _check_name(at, name)
    quotas.check(at, at.values(CLUSTERS), quotas.CLUSTERS, "Cluster")
    check_version(at, asked.get("version"), name)
    _check_role(at, asked["roleArn"], name)
    _check_network(at, asked)
    _check_access(asked.get("accessConfig") or {})
    check_auto_mode(asked)
    _check_encryption(asked.get("encryptionConfig") or ())


def _check_name(at: Regional, name: str) -> None:
    if not NAME.fullmatch(name):
        text = f"The cluster name {name!r} does not match ^[0-9A-Za-z][A-Za-z0-9\\-_]*"
        raise invalid_parameter(text, clusterName=name)
    for collection in (CLUSTERS, REGISTRATIONS):
        if at.get(collection, name) is not None:
            raise in_use(f"Cluster already exists with name: {name}", clusterName=name)


def check_version(at: Regional, version: str | None, name: str) -> None:
    """InvalidParameterException for a version that EKS does not run today."""
    if version is None:
        return
    known = any(one.version == version for one in all_versions())
    if not known or support(version, at.now()) in ("future", "ended"):
        text = f"unsupported Kubernetes version {version}"
        raise invalid_parameter(text, clusterName=name)


def _check_role(at: Regional, arn: str, name: str) -> None:
    role = passed_role(at, arn)
    if not at.lenient and (role is None or not trusts(role, SERVICE)):
        text = (
            f"Role with arn: {arn}, could not be assumed because it does not exist or the "
            "trusted entity is not correct"
        )
        raise invalid_parameter(text, clusterName=name)


def _check_network(at: Regional, asked: Asked) -> None:
    name, config = asked["name"], asked["resourcesVpcConfig"]
    found = network.subnets(at, config.get("subnetIds") or ())
    if not at.lenient:
        network.check_cluster_subnets(at, name, found)
    check_groups(at, config.get("securityGroupIds") or (), name)
    check_endpoint(config, name)
    _check_service_range(asked.get("kubernetesNetworkConfig") or {}, found)


def check_groups(at: Regional, groups: Sequence[str], name: str) -> None:
    """InvalidParameterException for too many security groups or unknown ones."""
    if not at.lenient and len(groups) > quotas.SECURITY_GROUPS:
        text = f"At most {quotas.SECURITY_GROUPS} security groups are allowed for a cluster."
        raise invalid_parameter(text, clusterName=name)
    network.check_security_groups(at, groups)


def check_endpoint(config: Mapping[str, Any], name: str) -> None:
    """InvalidParameterException for an endpoint that nobody reaches, or for wrong ranges."""
    reachable = config.get("endpointPublicAccess", True), config.get("endpointPrivateAccess", False)
    if not any(reachable):
        text = "Private and public endpoint access cannot be false at the same time"
        raise invalid_parameter(text, clusterName=name)
    ranges = config.get("publicAccessCidrs") or ()
    if len(ranges) > quotas.PUBLIC_CIDRS:
        text = f"At most {quotas.PUBLIC_CIDRS} publicAccessCidrs are allowed."
        raise invalid_parameter(text, clusterName=name)
    for one in ranges:
        if not _is_range(one):
            raise invalid_parameter(f"The CIDR {one} is invalid", clusterName=name)


def _is_range(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _check_service_range(config: Mapping[str, Any], found: Sequence[Subnet]) -> None:
    """A private range, from /24 up to /12, without addresses of the VPC."""
    text = config.get("serviceIpv4Cidr")
    if text is None:
        return
    if config.get("ipFamily") == "ipv6":
        raise invalid_parameter("serviceIpv4Cidr cannot be specified if the ipFamily is ipv6")
    try:
        wanted = IPv4Network(text)
    except ValueError:
        raise invalid_parameter(f"The serviceIpv4Cidr {text} is invalid") from None
    if not 12 <= wanted.prefixlen <= 24 or not any(wanted.subnet_of(one) for one in _PRIVATE):
        text = f"The serviceIpv4Cidr {text} must be a private range between /24 and /12"
        raise invalid_parameter(text)
    for one in found:
        if one.cidr and wanted.overlaps(IPv4Network(one.cidr, strict=False)):
            text = f"The serviceIpv4Cidr {text} overlaps with the VPC's range {one.cidr}"
            raise invalid_parameter(text)


def _check_access(config: Mapping[str, Any]) -> None:
    mode = config.get("authenticationMode", "CONFIG_MAP")
    if mode == "CONFIG_MAP" and config.get("bootstrapClusterCreatorAdminPermissions") is False:
        text = (
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode "
            "is set to CONFIG_MAP"
        )
        raise invalid_parameter(text)


def check_auto_mode(asked: Asked) -> None:
    """InvalidParameterException unless the parts of EKS Auto Mode are all on, or none is."""
    balancing = (asked.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing") or {}
    storage = (asked.get("storageConfig") or {}).get("blockStorage") or {}
    parts = (asked.get("computeConfig") or {}, balancing, storage)
    if len({bool(one.get("enabled")) for one in parts}) > 1:
        text = (
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
            "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully "
            "disabled."
        )
        raise invalid_parameter(text)


def _check_encryption(configs: Sequence[Mapping[str, Any]]) -> None:
    for config in configs:
        check_encryption(config)


def check_encryption(config: Mapping[str, Any]) -> None:
    """InvalidParameterException unless secrets are to be encrypted with a key."""
    if list(config.get("resources") or ()) != ["secrets"]:
        raise invalid_parameter('The only supported value for encryption resources is "secrets"')
    if not (config.get("provider") or {}).get("keyArn"):
        raise invalid_parameter("The encryption provider's keyArn is required")
