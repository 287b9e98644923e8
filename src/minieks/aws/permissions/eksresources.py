"""What operations of EKS are about, and the roles that they hand to services.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic
Kubernetes Service"; Amazon EKS user guide, "Identity-based policy examples".
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from minieks.aws.permissions.called import Called

_ANY: Final = "*"
_NO_CLUSTER: Final = frozenset(
    {"CreateEksAnywhereSubscription", "DescribeAddonVersions", "DescribeAddonConfiguration"}
)
_CHILDREN: Final = {
    "nodegroupName": "nodegroup",
    "fargateProfileName": "fargateprofile",
    "addonName": "addon",
    "capabilityName": "capability",
}
_PASSED: Final = {
    "roleArn": "eks.amazonaws.com",
    "nodeRole": "eks.amazonaws.com",
    "serviceAccountRoleArn": "eks.amazonaws.com",
    "podExecutionRoleArn": "eks-fargate-pods.amazonaws.com",
}
_POD_IDENTITY: Final = "pods.eks.amazonaws.com"


def resource(found: Called, partition: str, region: str, account: str) -> str:
    """The ARN of what an operation is about; where it ends in a UUID, that is ``*``."""
    asked = found.parameters
    if asked.get("resourceArn"):
        return str(asked["resourceArn"])
    end = _end(found.operation, asked, account)
    return _ANY if end is None else f"arn:{partition}:eks:{region}:{account}:{end}"


def _end(operation: str, asked: Mapping[str, Any], account: str) -> str | None:
    if operation == "ListClusters":
        return "cluster/*"
    cluster = asked.get("clusterName") or asked.get("name")
    if not cluster or operation in _NO_CLUSTER:
        return None
    if not operation.startswith(("Create", "List")):
        child = _child(cluster, asked, account)
        if child is not None:
            return child
    return f"cluster/{cluster}"


def _child(cluster: str, asked: Mapping[str, Any], account: str) -> str | None:
    for member, kind in _CHILDREN.items():
        if asked.get(member):
            return f"{kind}/{cluster}/{asked[member]}/*"
    if asked.get("associationId"):
        return f"podidentityassociation/{cluster}/{asked['associationId']}"
    if asked.get("principalArn"):
        kind, _, name = str(asked["principalArn"]).rpartition(":")[2].partition("/")
        return f"access-entry/{cluster}/{kind}/{account}/{name.rpartition('/')[2]}/*"
    return None


def passed_roles(found: Called) -> Iterator[tuple[str, str]]:
    """The roles that an operation of EKS hands on, each with the service that gets it."""
    if found.service != "eks":
        return
    for member, service in _PASSED.items():
        role = found.parameters.get(member)
        if role and found.operation != "RegisterCluster":
            is_pods = found.operation.endswith("PodIdentityAssociation")
            yield str(role), _POD_IDENTITY if is_pods else service
