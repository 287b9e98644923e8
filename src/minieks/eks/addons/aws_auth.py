"""The ConfigMap ``aws-auth``: which IAM principals are which Kubernetes users.

Source: AWS user guide for EKS, "Grant IAM users access with a ConfigMap": EKS writes the roles of
managed groups and Fargate profiles, eksctl those of its own groups and the mappings it is given. In
a cluster that has access entries nodes get those instead.
"""

from collections.abc import Iterator

import yaml

from minieks.eks.nodeaccounts import aws_auth_row
from minieks.eks.spec import ClusterSpec, IdentityMappingSpec
from minieks.kube.words.objects import Obj


def aws_auth(spec: ClusterSpec) -> Obj:
    """The ConfigMap of a cluster that still reads it; without data if there is nobody to name."""
    users = [_mapping("userarn", one) for one in _of_kind(spec, ":user/")]
    accounts = [one.account for one in spec.identity_mappings if one.account]
    rows = {"mapRoles": list(_roles(spec)), "mapUsers": users, "mapAccounts": accounts}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "aws-auth", "namespace": "kube-system"},
        "data": {
            key: yaml.safe_dump(value, sort_keys=False) for key, value in rows.items() if value
        },
    }


def _roles(spec: ClusterSpec) -> Iterator[Obj]:
    if spec.authentication_mode == "CONFIG_MAP":
        yield from _of_nodes(spec)
    yield from (_mapping("rolearn", one) for one in _of_kind(spec, ":role/"))


def _of_nodes(spec: ClusterSpec) -> Iterator[Obj]:
    seen = set[str]()
    for group in spec.node_groups:
        if group.instance_role_arn and group.instance_role_arn not in seen:
            seen.add(group.instance_role_arn)
            type_ = "EC2_WINDOWS" if group.windows else "EC2_LINUX"
            yield aws_auth_row(group.instance_role_arn, type_)
    for profile in spec.fargate_profiles:
        if profile.pod_execution_role_arn not in seen:
            seen.add(profile.pod_execution_role_arn)
            yield aws_auth_row(profile.pod_execution_role_arn, "FARGATE_LINUX")


def _of_kind(spec: ClusterSpec, part: str) -> list[IdentityMappingSpec]:
    return [one for one in spec.identity_mappings if part in one.arn]


def _mapping(key: str, one: IdentityMappingSpec) -> Obj:
    groups = {"groups": list(one.groups)} if one.groups else {}
    return {key: one.arn, "username": one.username, **groups}
