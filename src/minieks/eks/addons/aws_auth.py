"""The ConfigMap ``aws-auth``: which IAM principals are which Kubernetes users.

Source: AWS user guide for EKS, "Grant IAM users access with a ConfigMap": EKS writes the roles of
managed groups and Fargate profiles, eksctl those of its own groups and the mappings it is given.
"""

from collections.abc import Iterator

import yaml

from minieks.eks.spec import ClusterSpec, IdentityMappingSpec
from minieks.kube.words.objects import Obj

_NODE_GROUPS = ["system:bootstrappers", "system:nodes"]
_EC2_NAME = "system:node:{{EC2PrivateDNSName}}"
_FARGATE_NAME = "system:node:{{SessionName}}"


def aws_auth(spec: ClusterSpec) -> Obj:
    """The ConfigMap of a cluster that still reads it."""
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
    seen = set[str]()
    for group in spec.node_groups:
        if group.instance_role_arn and group.instance_role_arn not in seen:
            seen.add(group.instance_role_arn)
            extra = ["eks:kube-proxy-windows"] if group.windows else []
            yield _role(group.instance_role_arn, _EC2_NAME, [*_NODE_GROUPS, *extra])
    for profile in spec.fargate_profiles:
        if profile.pod_execution_role_arn not in seen:
            seen.add(profile.pod_execution_role_arn)
            groups = [*_NODE_GROUPS, "system:node-proxier"]
            yield _role(profile.pod_execution_role_arn, _FARGATE_NAME, groups)
    yield from (_mapping("rolearn", one) for one in _of_kind(spec, ":role/"))


def _role(arn: str, username: str, groups: list[str]) -> Obj:
    return {"rolearn": arn, "username": username, "groups": groups}


def _of_kind(spec: ClusterSpec, part: str) -> list[IdentityMappingSpec]:
    return [one for one in spec.identity_mappings if part in one.arn]


def _mapping(key: str, one: IdentityMappingSpec) -> Obj:
    groups = {"groups": list(one.groups)} if one.groups else {}
    return {key: one.arn, "username": one.username, **groups}
