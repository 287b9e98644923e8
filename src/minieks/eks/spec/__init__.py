"""What a user wants of a cluster, in EKS' own words and in values only.

Readers (eksctl ClusterConfig, Terraform) produce these; the EKS loops, the cost side and the
reports consume them. Everything is resolved: defaults are filled in, references are names that
exist, and what a value may be is checked by the reader, so consumers need not check again.
"""

from minieks.eks.spec.addons import AddonSpec
from minieks.eks.spec.cluster import ClusterSpec
from minieks.eks.spec.fargate import FargateCap, FargateProfileSpec, FargateSelector
from minieks.eks.spec.identity import (
    AccessEntrySpec,
    AccessPolicySpec,
    IdentityMappingSpec,
    PodIdentityAssociationSpec,
    ServiceAccountSpec,
)
from minieks.eks.spec.network import NetworkSpec, SubnetSpec
from minieks.eks.spec.nodegroups import (
    Distribution,
    KubeletSpec,
    LaunchTemplateRef,
    NodeGroupSpec,
    NodeRepairSpec,
    RepairOverride,
    Taint,
    UpdateSpec,
    VolumeSpec,
)

__all__ = [
    "AccessEntrySpec",
    "AccessPolicySpec",
    "AddonSpec",
    "ClusterSpec",
    "Distribution",
    "FargateCap",
    "FargateProfileSpec",
    "FargateSelector",
    "IdentityMappingSpec",
    "KubeletSpec",
    "LaunchTemplateRef",
    "NetworkSpec",
    "NodeGroupSpec",
    "NodeRepairSpec",
    "PodIdentityAssociationSpec",
    "RepairOverride",
    "ServiceAccountSpec",
    "SubnetSpec",
    "Taint",
    "UpdateSpec",
    "VolumeSpec",
]
