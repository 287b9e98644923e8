"""What CreateFargateProfile and DeleteFargateProfile refuse."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.data.regions import find_region
from minieks.eks.operations import network, quotas
from minieks.eks.operations.collections import FARGATE_PROFILES, NODE_GROUPS
from minieks.eks.operations.errors import EksError, in_use, invalid_parameter
from minieks.eks.operations.regional import OneCluster
from minieks.eks.operations.registry import Asked
from minieks.eks.operations.roles import passed_role, trusts

SERVICE: Final = "eks-fargate-pods.amazonaws.com"
NAME: Final = re.compile(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}")
_RESERVED: Final = "eks-"


def check(cluster: OneCluster, asked: Asked) -> None:
    """Raise EksError for the first thing that is wrong with a new profile."""
    at, name = cluster.at, asked["fargateProfileName"]
    about = {"clusterName": cluster.name, "fargateProfileName": name}
    if cluster.child(FARGATE_PROFILES, name) is not None:
        text = "A Fargate Profile already exists with this name in this cluster."
        raise in_use(text, **about)
    if not NAME.fullmatch(name) or name.startswith(_RESERVED):
        raise invalid_parameter(f"The Fargate Profile name {name!r} is invalid", **about)
    if not find_region(at.region).has_fargate and not at.lenient:
        raise invalid_parameter(f"Fargate is not available in {at.region}", **about)
    _check_selectors(asked.get("selectors") or (), about)
    present = cluster.children(FARGATE_PROFILES)
    quotas.check(at, present, quotas.FARGATE_PROFILES, "Fargate Profile", clusterName=cluster.name)
    check_alone(cluster, "create", name)
    _check_role(cluster, asked["podExecutionRoleArn"])
    _check_subnets(cluster, asked.get("subnets") or ())


def _check_selectors(selectors: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> None:
    if not selectors:
        raise invalid_parameter("Fargate Profile requires at least one selector.", **about)
    if any(not one.get("namespace") for one in selectors):
        text = "Fargate Profile must have at least one selector with at least one namespace value."
        raise invalid_parameter(text, **about)
    if any(len(one.get("labels") or {}) > quotas.LABELS_PER_SELECTOR for one in selectors):
        text = f"Request contains Selector with more than {quotas.LABELS_PER_SELECTOR} Label pairs"
        raise invalid_parameter(text, **about)
    if len(selectors) > quotas.SELECTORS:
        text = f"Fargate Profile contains more than {quotas.SELECTORS} selectors"
        raise EksError("ResourceLimitExceededException", text, **about)


def check_alone(cluster: OneCluster, verb: str, name: str) -> None:
    """ResourceInUseException while a profile of the cluster is created or deleted."""
    for one in () if cluster.at.lenient else cluster.children(FARGATE_PROFILES):
        if one["status"] in ("CREATING", "DELETING"):
            text = (
                f"Cannot {verb} Fargate Profile {name} because cluster {cluster.name} currently "
                f"has Fargate profile {one['fargateProfileName']} in status {one['status']}"
            )
            raise in_use(text, clusterName=cluster.name)


def _check_role(cluster: OneCluster, arn: str) -> None:
    role = passed_role(cluster.at, arn)
    if cluster.at.lenient:
        return
    if role is None or not trusts(role, SERVICE):
        text = (
            "Misconfigured PodExecutionRole Trust Policy; Please add the "
            f"{SERVICE} Service Principal"
        )
        raise invalid_parameter(text, clusterName=cluster.name)
    if any(one["nodeRole"] == arn for one in cluster.children(NODE_GROUPS)):
        text = f"Pod execution role {arn} is already in use by a nodegroup"
        raise invalid_parameter(text, clusterName=cluster.name)


def _check_subnets(cluster: OneCluster, wanted: Sequence[str]) -> None:
    own = cluster.record["resourcesVpcConfig"]
    found = network.subnets(cluster.at, wanted or own["subnetIds"])
    if cluster.at.lenient:
        return
    for subnet in found if wanted else ():
        if subnet.public:
            text = f"Subnet {subnet.id} provided in Fargate Profile is not a private subnet"
            raise invalid_parameter(text, clusterName=cluster.name)
        if subnet.vpc_id != own["vpcId"]:
            text = f"Subnet {subnet.id} is not in the VPC {own['vpcId']} of the cluster"
            raise invalid_parameter(text, clusterName=cluster.name)
    if all(one.public for one in found):
        raise invalid_parameter(
            "Fargate Profile requires a private subnet", clusterName=cluster.name
        )
