"""What a cluster's record asks to run: the specification that a running cluster is made from."""

from collections.abc import Iterable
from typing import Final

from minieks.eks.operations import network
from minieks.eks.operations.clusterrecord import logs_on
from minieks.eks.operations.ports import Subnet
from minieks.eks.operations.regional import Regional
from minieks.eks.spec import AddonSpec, ClusterSpec, NetworkSpec, SubnetSpec
from minieks.kube.words.objects import Obj

SELF_MANAGED: Final = ("vpc-cni", "coredns", "kube-proxy")
"""What EKS puts into a new cluster unless bootstrapSelfManagedAddons is false."""


def cluster_spec(at: Regional, record: Obj) -> ClusterSpec:
    """A cluster without node groups and profiles: those come by operations of their own."""
    found = network.known_subnets(at, record["resourcesVpcConfig"]["subnetIds"])
    names = SELF_MANAGED if record["selfManagedAddons"] else ()
    access = record["accessConfig"]
    return ClusterSpec(
        name=record["name"],
        region=at.region,
        version=record["version"],
        account_id=at.account,
        zones=tuple(dict.fromkeys(one.zone for one in found)),
        network=_network(record, found),
        addons=tuple(AddonSpec(one, installed_by_default=True) for one in names),
        authentication_mode=access["authenticationMode"],
        creator_is_admin=access["bootstrapClusterCreatorAdminPermissions"],
        support_type=record["upgradePolicy"]["supportType"],
        log_types=tuple(logs_on(record)),
        tags=record["tags"],
    )


def with_subnets(at: Regional, record: Obj, more: Iterable[str]) -> ClusterSpec:
    """The cluster in these subnets, too."""
    own = record["resourcesVpcConfig"]
    wanted = list(dict.fromkeys((*own["subnetIds"], *more)))
    return cluster_spec(at, {**record, "resourcesVpcConfig": {**own, "subnetIds": wanted}})


def _network(record: Obj, found: list[Subnet]) -> NetworkSpec:
    config, kubernetes = record["resourcesVpcConfig"], record["kubernetesNetworkConfig"]
    return NetworkSpec(
        subnets=tuple(SubnetSpec(one.id, one.zone, one.public, one.cidr) for one in found),
        vpc_id=config["vpcId"],
        service_cidr=kubernetes["serviceIpv4Cidr"],
        ip_family="IPv6" if kubernetes["ipFamily"] == "ipv6" else "IPv4",
        endpoint_private_access=config["endpointPrivateAccess"],
        endpoint_public_access=config["endpointPublicAccess"],
        owned=False,
    )
