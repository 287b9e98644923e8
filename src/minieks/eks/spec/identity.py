"""Who may do what: IRSA service accounts, Pod Identity associations, access entries, aws-auth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ServiceAccountSpec:
    """A service account with an IAM role of its own (IRSA)."""

    namespace: str
    name: str
    role_arn: str
    """The role to annotate it with; made up if eksctl would create the role."""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    role_only: bool = False
    """True if only the role is wanted, and the service account is made by someone else."""
    policies: tuple[str, ...] = ()
    """ARNs of attached policies and names of eksctl's well-known ones."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """An inline policy for the role; empty if none is wanted."""


@dataclass(frozen=True, slots=True)
class PodIdentityAssociationSpec:
    """An EKS Pod Identity association (Amazon EKS API reference, CreatePodIdentityAssociation)."""

    namespace: str
    service_account: str
    role_arn: str
    """The role that pods get; made up if eksctl would create it."""
    target_role_arn: str = ""
    create_service_account: bool = False
    disable_session_tags: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    """As a `ServiceAccountSpec` has them."""
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessPolicySpec:
    """An access policy on an access entry, for the whole cluster or for namespaces."""

    policy_arn: str
    scope: str
    """``cluster`` or ``namespace``."""
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessEntrySpec:
    """An access entry (Amazon EKS API reference, CreateAccessEntry)."""

    principal_arn: str
    type: str = "STANDARD"
    """STANDARD, EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, EC2, HYBRID_LINUX or HYPERPOD_LINUX."""
    username: str = ""
    groups: tuple[str, ...] = ()
    policies: tuple[AccessPolicySpec, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    principal_id: str = ""
    """The unique id of the principal when the entry was made; empty if it is not compared."""


@dataclass(frozen=True, slots=True)
class IdentityMappingSpec:
    """One row of the aws-auth ConfigMap: a role, a user or a whole account."""

    arn: str = ""
    username: str = ""
    groups: tuple[str, ...] = ()
    account: str = ""
    """Set alone: every principal of this account may authenticate."""
    service: str = ""
    """Set with a namespace: the AWS service that acts there, e.g. ``emr-containers``."""
    namespace: str = ""
