"""The cluster that a user wants: what CreateCluster takes, and what comes with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from minieks.eks.spec.addons import AddonSpec
from minieks.eks.spec.fargate import FargateProfileSpec
from minieks.eks.spec.identity import (
    AccessEntrySpec,
    IdentityMappingSpec,
    PodIdentityAssociationSpec,
    ServiceAccountSpec,
)
from minieks.eks.spec.network import NetworkSpec
from minieks.eks.spec.nodegroups import NodeGroupSpec


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """One EKS cluster with its compute, add-ons and identities."""

    name: str
    region: str
    version: str
    """The Kubernetes minor version, e.g. ``1.34``."""
    account_id: str
    """Twelve digits; made-up ARNs carry it."""
    zones: tuple[str, ...]
    """The zones of the cluster's subnets, at least two."""
    network: NetworkSpec
    node_groups: tuple[NodeGroupSpec, ...] = ()
    """Managed ones first, then self-managed ones, each in the order of the configuration."""
    fargate_profiles: tuple[FargateProfileSpec, ...] = ()
    addons: tuple[AddonSpec, ...] = ()
    """Those named by the user and those that EKS installs by default."""
    service_accounts: tuple[ServiceAccountSpec, ...] = ()
    pod_identity_associations: tuple[PodIdentityAssociationSpec, ...] = ()
    access_entries: tuple[AccessEntrySpec, ...] = ()
    identity_mappings: tuple[IdentityMappingSpec, ...] = ()
    authentication_mode: str = "API_AND_CONFIG_MAP"
    """``CONFIG_MAP``, ``API_AND_CONFIG_MAP`` or ``API``."""
    creator_is_admin: bool = True
    """bootstrapClusterCreatorAdminPermissions."""
    with_oidc: bool = False
    """Whether the cluster's issuer is an IAM OIDC provider, which IRSA needs."""
    support_type: str = "EXTENDED"
    """What happens at the end of standard support: ``EXTENDED`` (paid) or ``STANDARD``."""
    log_types: tuple[str, ...] = ()
    """Control plane logs that go to CloudWatch."""
    tags: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    def node_group(self, name: str) -> NodeGroupSpec | None:
        """The node group of this name, or None."""
        return next((group for group in self.node_groups if group.name == name), None)
