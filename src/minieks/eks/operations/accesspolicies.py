"""The access policies that EKS has, and which of them an access entry is given.

Source: AWS user guide for EKS, "Review access policy permissions"; Amazon EKS API reference,
ListAccessPolicies, AssociateAccessPolicy.
"""

from typing import Any, Final

from minieks.eks.operations import quotas
from minieks.eks.operations.accessentries import SCOPED_TYPES, entry, entry_cluster, policy_arn
from minieks.eks.operations.collections import ACCESS_ENTRIES
from minieks.eks.operations.errors import invalid_parameter, invalid_request, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.kube.words.objects import Obj

NAMES: Final = (
    *("AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSAutoNodePolicy"),
    *("AmazonEKSBlockStorageClusterPolicy", "AmazonEKSBlockStoragePolicy"),
    *("AmazonEKSClusterAdminPolicy", "AmazonEKSComputeClusterPolicy", "AmazonEKSComputePolicy"),
    *("AmazonEKSEditPolicy", "AmazonEKSHybridPolicy", "AmazonEKSLoadBalancingClusterPolicy"),
    *("AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingClusterPolicy"),
    *("AmazonEKSNetworkingPolicy", "AmazonEKSViewPolicy"),
)
_MEMBERS: Final = ("policyArn", "accessScope", "associatedAt", "modifiedAt")


def list_policies(at: Regional, asked: Asked) -> Answer:
    """Name the access policies that there are."""
    found = [{"name": one, "arn": policy_arn(at.partition, one)} for one in NAMES]
    return page(found, asked, "accessPolicies")


def associate(at: Regional, asked: Asked) -> Answer:
    """Give an access entry a policy, for the cluster or for some of its namespaces."""
    cluster = entry_cluster(at, asked["clusterName"])
    record = entry(cluster, asked["principalArn"])
    arn, scope = asked["policyArn"], _scope(asked["accessScope"])
    _check_policy(at, record, arn)
    policies = [one for one in record["associatedAccessPolicies"] if one["policyArn"] != arn]
    before = _find(record, arn)
    if before is None:
        quotas.check(at, policies, quotas.POLICIES_PER_ENTRY, "Associated access policy")
    added = {
        "policyArn": arn,
        "accessScope": scope,
        "associatedAt": before["associatedAt"] if before else at.now(),
        "modifiedAt": at.now(),
    }
    _write(cluster, record, [*policies, added])
    return {**_about(asked), "associatedAccessPolicy": shown(added, _MEMBERS)}


def _scope(asked: Asked) -> Obj:
    kind, namespaces = asked.get("type", "cluster"), list(asked.get("namespaces") or ())
    if kind == "namespace" and not namespaces:
        raise invalid_parameter("The access scope of type namespace needs at least one namespace.")
    if kind == "cluster" and namespaces:
        raise invalid_parameter("The access scope of type cluster takes no namespaces.")
    return {"type": kind, "namespaces": namespaces}


def _check_policy(at: Regional, record: Obj, arn: str) -> None:
    if arn not in (policy_arn(at.partition, one) for one in NAMES):
        raise invalid_parameter(f"The specified policyArn is invalid: {arn}")
    if record["type"] not in SCOPED_TYPES:
        text = f"Access policies cannot be associated with access entries of type {record['type']}."
        raise invalid_request(text)


def disassociate(at: Regional, asked: Asked) -> Answer:
    """Take a policy from an access entry."""
    cluster = entry_cluster(at, asked["clusterName"])
    record, arn = entry(cluster, asked["principalArn"]), asked["policyArn"]
    if _find(record, arn) is None:
        raise not_found(f"The access policy {arn} is not associated with this access entry.")
    policies = record["associatedAccessPolicies"]
    _write(cluster, record, [one for one in policies if one["policyArn"] != arn])
    return {}


def list_associated(at: Regional, asked: Asked) -> Answer:
    """Show the policies of an access entry."""
    record = entry(entry_cluster(at, asked["clusterName"]), asked["principalArn"])
    found = [shown(one, _MEMBERS) for one in record["associatedAccessPolicies"]]
    return {**_about(asked), **page(found, asked, "associatedAccessPolicies")}


def _about(asked: Asked) -> dict[str, Any]:
    return {"clusterName": asked["clusterName"], "principalArn": asked["principalArn"]}


def _find(record: Obj, arn: str) -> Obj | None:
    policies = record["associatedAccessPolicies"]
    return next((one for one in policies if one["policyArn"] == arn), None)


def _write(cluster: OneCluster, record: Obj, policies: list[Obj]) -> None:
    changed = {**record, "associatedAccessPolicies": policies, "modifiedAt": cluster.at.now()}
    cluster.aws.replace(ACCESS_ENTRIES, record["principalArn"], changed)


OPERATIONS: Final = (
    Operation("ListAccessPolicies", list_policies),
    Operation("AssociateAccessPolicy", associate),
    Operation("DisassociateAccessPolicy", disassociate),
    Operation("ListAssociatedAccessPolicies", list_associated),
)
