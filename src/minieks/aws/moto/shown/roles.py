"""The IAM side of clusters that a config made: roles, instance profiles, the OIDC provider.

Source: eksctl ``pkg/cfn/builder/iam.go`` and ``pkg/iam/oidc``. Each is made once; what a user
changes or deletes stays so.
"""

import hashlib
import json
from typing import Any, Final

from minieks.aws.moto.loaded import of_partition
from minieks.data.regions import find_region
from minieks.eks.iamroles import RoleSpec, roles
from minieks.eks.operations.ports import Running
from minieks.eks.spec import ClusterSpec

_AUDIENCE: Final = "sts.amazonaws.com"
_HOUR: Final = "3600"


def make(running: Running) -> None:
    """Let IAM have what eksctl makes there for a cluster."""
    spec = running.cluster.spec
    iam = of_partition("iam", spec.account_id, find_region(spec.region).partition)
    tags = [
        {"Key": "alpha.eksctl.io/cluster-name", "Value": spec.name},
        {"Key": "eksctl.cluster.k8s.io/v1alpha1/cluster-name", "Value": spec.name},
    ]
    if spec.with_oidc:
        _make_provider(iam, running.issuer, tags)
    for role in roles(spec, running.issuer):
        if role.name not in iam.roles:
            _make_role(iam, role, tags)
    _make_profiles(iam, spec)


def _make_provider(iam: Any, issuer: str, tags: list[dict[str, str]]) -> None:
    if any(issuer.endswith(one.url) for one in iam.open_id_providers.values()):
        return
    thumbprint = hashlib.sha1(issuer.encode(), usedforsecurity=False).hexdigest()
    iam.create_open_id_connect_provider(issuer, [thumbprint], [_AUDIENCE], tags)


def _make_role(iam: Any, role: RoleSpec, tags: list[dict[str, str]]) -> None:
    trust = json.dumps(role.trust)
    iam.create_role(role.name, trust, role.path, None, "", tags, _HOUR)
    for arn in role.managed:
        if arn in iam.managed_policies:
            iam.attach_role_policy(arn, role.name)
    for name, document in role.inline.items():
        iam.put_role_policy(role.name, name, json.dumps(document))


def _make_profiles(iam: Any, spec: ClusterSpec) -> None:
    """The instance profiles by which nodes get their role."""
    for group in spec.node_groups:
        role = group.instance_role_arn.rpartition("/")[2]
        name = f"eksctl-{spec.name}-nodegroup-{group.name}-NodeInstanceProfile"
        if role in iam.roles and name not in iam.instance_profiles:
            iam.create_instance_profile(name, "/", [role])
