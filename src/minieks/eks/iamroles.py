"""The IAM roles that eksctl makes for a cluster: whom they trust, and what they may do.

Source: eksctl ``pkg/cfn/builder`` (iam.go, cluster.go, fargate.go, iam_helper.go) and its user
guide, "IAM Roles for Service Accounts"; AWS user guide for EKS, "Amazon EKS cluster IAM role",
"node IAM role" and "Pod execution IAM role". A role that the config brings is taken to be what its
use requires.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any, Final

from minieks.data.addon_versions import Addon, addons
from minieks.data.regions import find_region
from minieks.data.wellknown_policies import well_known_policies
from minieks.eks.identity import oidc
from minieks.eks.spec import ClusterSpec

Document = Mapping[str, Any]
_CLUSTER: Final = ("AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController")
_NODE: Final = (
    *("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"),
    *("AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"),
)
_PODS: Final = ("AmazonEKSFargatePodExecutionRolePolicy",)
_VERSION: Final = "2012-10-17"


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """One role: its trust policy, the ARNs of attached policies, and inline ones by their names."""

    arn: str
    trust: Document
    managed: tuple[str, ...] = ()
    inline: Mapping[str, Document] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name, without its path."""
        return self.arn.rpartition("/")[2]

    @property
    def path(self) -> str:
        """Its path, ``/`` if it has none."""
        return f"/{self.arn.partition(':role/')[2].rpartition('/')[0]}/".replace("//", "/")


def cluster_role(spec: ClusterSpec) -> str:
    """The ARN of the role that eksctl makes for the control plane."""
    seed = f"role/{spec.account_id}/{spec.name}/ServiceRole"
    ending = hashlib.sha256(seed.encode()).hexdigest()[:12].upper()
    name = f"eksctl-{spec.name}-cluster-ServiceRole"[:51]
    return f"arn:{_partition(spec)}:iam::{spec.account_id}:role/{name}-{ending}"


def roles(spec: ClusterSpec, issuer: str) -> list[RoleSpec]:
    """Every role of the cluster's account that its config uses, each once."""
    found: dict[str, RoleSpec] = {}
    for one in _roles(spec, issuer):
        found.setdefault(one.arn, one)
    own = f":{spec.account_id}:role/"
    return [one for one in found.values() if own in one.arn]


def _roles(spec: ClusterSpec, issuer: str) -> Iterator[RoleSpec]:
    yield _of_service(spec, cluster_role(spec), "eks.amazonaws.com", _CLUSTER)
    for group in spec.node_groups:
        if group.instance_role_arn:
            yield _of_service(spec, group.instance_role_arn, "ec2.amazonaws.com", _NODE)
    for profile in spec.fargate_profiles:
        arn = profile.pod_execution_role_arn
        yield _of_service(spec, arn, "eks-fargate-pods.amazonaws.com", _PODS)
    yield from _of_service_accounts(spec, issuer)
    yield from _of_addons(spec, issuer)
    for one in spec.pod_identity_associations:
        trust = _trust({"Service": "pods.eks.amazonaws.com"}, "sts:AssumeRole", "sts:TagSession")
        managed, inline = _permissions(spec, one.policies, one.policy)
        yield RoleSpec(one.role_arn, trust, managed, inline)


def _of_service(spec: ClusterSpec, arn: str, service: str, policies: Iterable[str]) -> RoleSpec:
    trust = _trust({"Service": service}, "sts:AssumeRole")
    return RoleSpec(arn, trust, tuple(_of_aws(spec, one) for one in policies))


def _of_service_accounts(spec: ClusterSpec, issuer: str) -> Iterator[RoleSpec]:
    for one in spec.service_accounts:
        trust = _web_identity(spec, issuer, [f"{one.namespace}:{one.name}"])
        managed, inline = _permissions(spec, one.policies, one.policy)
        yield RoleSpec(one.role_arn, trust, managed, inline)


def _of_addons(spec: ClusterSpec, issuer: str) -> Iterator[RoleSpec]:
    for one in spec.addons:
        known = addons().get(one.name)
        if one.service_account_role_arn and known is not None:
            yield _of_addon(spec, issuer, one.service_account_role_arn, known)


def _of_addon(spec: ClusterSpec, issuer: str, arn: str, addon: Addon) -> RoleSpec:
    accounts = [f"{addon.namespace}:{name}" for name in addon.service_accounts]
    managed = tuple(
        one.replace("arn:aws:", f"arn:{_partition(spec)}:")
        for one in addon.service_accounts.values()
    )
    return RoleSpec(arn, _web_identity(spec, issuer, accounts), managed)


def _web_identity(spec: ClusterSpec, issuer: str, accounts: list[str]) -> Document:
    """Trust in service accounts of the cluster, as eksctl writes it."""
    host = oidc.host_of(issuer)
    provider = oidc.provider_arn(_partition(spec), spec.account_id, issuer)
    subjects = [f"system:serviceaccount:{one}" for one in accounts]
    wanted = {
        f"{host}:aud": "sts.amazonaws.com",
        f"{host}:sub": subjects[0] if len(subjects) == 1 else subjects,
    }
    trust = _trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity")
    (statement,) = trust["Statement"]
    return {**trust, "Statement": [{**statement, "Condition": {"StringEquals": wanted}}]}


def _trust(principal: Mapping[str, str], *actions: str) -> Document:
    statement = {"Effect": "Allow", "Principal": dict(principal), "Action": list(actions)}
    return {"Version": _VERSION, "Statement": [statement]}


def _permissions(
    spec: ClusterSpec, policies: Iterable[str], own: Document
) -> tuple[tuple[str, ...], dict[str, Document]]:
    """The attached and the inline policies, from ARNs, well-known names and a document."""
    managed: list[str] = []
    inline: dict[str, Document] = {"Policy1": own} if own else {}
    for one in policies:
        known = well_known_policies().get(one)
        if known is None:
            managed.append(one)
            continue
        managed += (_of_aws(spec, name) for name in known.managed)
        inline |= {name: _document(spec, rows) for name, rows in known.inline.items()}
    return tuple(managed), inline


def _document(spec: ClusterSpec, rows: Iterable[Mapping[str, list[str]]]) -> Document:
    statements = [
        {
            "Effect": "Allow",
            "Action": row["actions"],
            "Resource": [
                Template(one).substitute(partition=_partition(spec)) for one in row["resources"]
            ],
        }
        for row in rows
    ]
    return {"Version": _VERSION, "Statement": statements}


def _of_aws(spec: ClusterSpec, name: str) -> str:
    return f"arn:{_partition(spec)}:iam::aws:policy/{name}"


def _partition(spec: ClusterSpec) -> str:
    return find_region(spec.region).partition
