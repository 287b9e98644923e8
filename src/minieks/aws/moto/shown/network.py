"""A cluster's network in EC2: the VPC that eksctl makes, the security group and interfaces of EKS.

Source: AWS user guide for EKS, "View Amazon EKS security group requirements for clusters" and
"View Amazon EKS networking requirements for VPC and subnets"; eksctl ``pkg/cfn/builder/vpc.go``.
What is there already stays as it is.
"""

from ipaddress import IPv4Network
from typing import Any, Final

from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from minieks.eks.controlplane import CLUSTERS
from minieks.eks.nodegroups.world import SUBNETS, World
from minieks.eks.operations.ports import RunningCluster
from minieks.eks.subnets import Addresses, from_object
from minieks.kube.words.objects import Obj

_DESCRIPTION: Final = (
    "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
    "as well as any managed workloads."
)
_EVERYWHERE: Final = "0.0.0.0/0"
_INTERFACES: Final = 2
"""Zones in which a control plane has an interface."""


def show(ec2: Any, cluster: RunningCluster) -> None:
    """Let the network be there that a cluster is in."""
    config = _config(cluster.node_groups)
    if config["vpcId"] not in ec2.vpcs:
        _make_vpc(ec2, cluster, config["vpcId"])
    for subnet in cluster.aws.values(SUBNETS):
        _ensure_subnet(ec2, cluster, config["vpcId"], subnet)
    if ec2.get_security_group_from_id(config["clusterSecurityGroupId"]) is None:
        _make_security_group(ec2, cluster.node_groups, config)
        _make_interfaces(ec2, cluster.node_groups)


def _config(world: World) -> Obj:
    """The cluster's ``resourcesVpcConfig``."""
    record = world.aws.get(CLUSTERS, world.cluster)
    assert record is not None, f"cluster {world.cluster} has a record while it runs"
    found: Obj = record["resourcesVpcConfig"]
    return found


def security_groups(ec2: Any, world: World) -> list[Any]:
    """The cluster security group, which managed nodes and pods on Fargate are in."""
    found = ec2.get_security_group_from_id(_config(world)["clusterSecurityGroupId"])
    return [] if found is None else [found]


# --- the VPC ---


def _make_vpc(ec2: Any, cluster: RunningCluster, vpc_id: str) -> None:
    ranges = _ranges(cluster)
    vpc = VPC(ec2, vpc_id, ranges[0], is_default=False)
    vpc.enable_dns_hostnames = True
    for more in ranges[1:]:
        vpc.associate_vpc_cidr_block(more)
    ec2.vpcs[vpc_id] = vpc
    vpc.add_tags(_tags(cluster, "VPC"))
    ec2.create_route_table(vpc_id, main=True)
    ec2.create_network_acl(vpc_id, default=True)
    ec2.create_security_group("default", "default VPC security group", vpc_id, is_default=True)
    gateway = ec2.create_internet_gateway(tags=[])
    ec2.attach_internet_gateway(gateway.id, vpc_id)


def _ranges(cluster: RunningCluster) -> list[str]:
    """The VPC's range, or those that its subnets lie in if it is not known."""
    network = cluster.spec.network
    found = [network.cidr] if network.owned else []
    for subnet in cluster.aws.values(SUBNETS):
        own = IPv4Network(subnet["cidrBlock"], strict=False)
        if not any(own.subnet_of(IPv4Network(one, strict=False)) for one in found):
            found.append(str(own.supernet(new_prefix=min(16, own.prefixlen))))
    return found or [network.cidr]


def _tags(cluster: RunningCluster, what: str) -> dict[str, str]:
    if not cluster.spec.network.owned:
        return {}
    name = cluster.spec.name
    stack = f"eksctl-{name}-cluster"
    return {"Name": f"{stack}/{what}", "alpha.eksctl.io/cluster-name": name}


# --- subnets ---


def _ensure_subnet(ec2: Any, cluster: RunningCluster, vpc_id: str, record: Obj) -> None:
    zone, subnet_id = record["availabilityZone"], record["subnetId"]
    if any(subnet_id in subnets for subnets in ec2.subnets.values()):
        return
    public = bool(record["public"])
    made = Subnet(
        ec2,
        subnet_id,
        vpc_id,
        record["cidrBlock"],
        None,
        ec2.get_zone_by_name(zone),
        default_for_az=False,
        map_public_ip_on_launch=public,
    )
    ec2.subnets[zone][subnet_id] = made
    ec2.associate_default_network_acl_with_subnet(subnet_id, vpc_id)
    place = ("Public" if public else "Private") + zone.replace("-", "").upper()
    made.add_tags(_tags(cluster, f"Subnet{place}"))
    made.add_tags({f"kubernetes.io/role/{'elb' if public else 'internal-elb'}": "1"})
    _route(ec2, vpc_id, record)


def _route(ec2: Any, vpc_id: str, record: Obj) -> None:
    """Give a subnet its way out: the internet gateway, a NAT gateway, or none."""
    table = ec2.create_route_table(vpc_id)
    ec2.associate_route_table(table.id, subnet_id=record["subnetId"])
    if record["public"]:
        found = (one for one in ec2.internet_gateways.values() if _attached(one) == vpc_id)
        gateway = next(found, None)
        if gateway is not None:
            ec2.create_route(table.id, _EVERYWHERE, gateway_id=gateway.id)
    elif record["egress"]:
        nat = _nat_gateway(ec2, vpc_id)
        if nat is not None:
            ec2.create_route(table.id, _EVERYWHERE, nat_gateway_id=nat.id)


def _attached(gateway: Any) -> str:
    return gateway.vpc.id if gateway.vpc else ""


def _nat_gateway(ec2: Any, vpc_id: str) -> Any:
    """The VPC's NAT gateway, made in its first public subnet; None if it has none such."""
    for one in ec2.nat_gateways.values():
        if one.vpc_id == vpc_id:
            return one
    public = [
        one
        for one in ec2.describe_subnets()
        if one.vpc_id == vpc_id and one.map_public_ip_on_launch
    ]
    if not public:
        return None
    address = ec2.allocate_address("vpc")
    return ec2.create_nat_gateway(public[0].id, address.allocation_id)


# --- what EKS makes ---


def _make_security_group(ec2: Any, world: World, config: Obj) -> None:
    group_id, vpc_id = config["clusterSecurityGroupId"], config["vpcId"]
    name = f"eks-cluster-sg-{world.cluster}-{int(group_id[-8:], 16)}"
    tags = {
        "Name": name,
        "aws:eks:cluster-name": world.cluster,
        f"kubernetes.io/cluster/{world.cluster}": "owned",
    }
    made = SecurityGroup(ec2, group_id, name, _DESCRIPTION, vpc_id=vpc_id, tags=tags)
    ec2.groups[vpc_id][group_id] = made
    own = [{"GroupId": group_id}]
    ec2.authorize_security_group_ingress(group_id, "-1", None, None, [], source_groups=own)


def _make_interfaces(ec2: Any, world: World) -> None:
    """Give the control plane an interface in each of its first zones."""
    addresses, chance = Addresses(world.aws), world.api.engine.random("interfaces")
    zones: dict[str, Obj] = {}
    for record in world.aws.values(SUBNETS):
        zones.setdefault(record["availabilityZone"], record)
    for record in list(zones.values())[:_INTERFACES]:
        address = addresses.free(from_object(record), chance)
        made = ec2.create_network_interface(
            ec2.get_subnet(record["subnetId"]),
            address,
            group_ids=[one.id for one in security_groups(ec2, world)],
            description=_of_control_plane(world),
        )
        made.status, made.requester_managed = "in-use", True


def _of_control_plane(world: World) -> str:
    return f"Amazon EKS {world.cluster}"


def vanish(ec2: Any, cluster: RunningCluster) -> None:
    """What EKS made is gone with the cluster; its VPC stays."""
    world = cluster.node_groups
    group = _config(world)["clusterSecurityGroupId"]
    for interface in list(ec2.enis.values()):
        is_ours = any(one.id == group for one in interface.group_set)
        if is_ours and interface.description == _of_control_plane(world):
            ec2.enis.pop(interface.id)
    if ec2.get_security_group_from_id(group) is not None:
        ec2.delete_security_group(group_id=group)
