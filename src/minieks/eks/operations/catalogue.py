"""Every operation of the EKS API by its name, joined from its families."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from minieks.eks.operations import (
    accessentries,
    accesspolicies,
    addons,
    addonversions,
    anywhere,
    authorities,
    capabilities,
    clusterconfig,
    clusters,
    clusterversion,
    fargateprofiles,
    identityproviders,
    insights,
    nodegroups,
    nodegroupupdates,
    podidentity,
    registration,
    tags,
    updaterecords,
)
from minieks.eks.operations.registry import Operation

FAMILIES: Final[Mapping[str, tuple[ModuleType, ...]]] = {
    "Clusters": (clusters, clusterconfig, clusterversion),
    "Node groups": (nodegroups, nodegroupupdates),
    "Fargate profiles": (fargateprofiles,),
    "Updates": (updaterecords,),
    "Access entries": (accessentries, accesspolicies),
    "Pod identity associations": (podidentity,),
    "Identity providers": (identityproviders,),
    "Add-ons": (addons, addonversions),
    "Insights": (insights,),
    "Tags": (tags,),
    "Certificate authorities": (authorities,),
    "Capabilities": (capabilities,),
    "Registered clusters": (registration,),
    "EKS Anywhere subscriptions": (anywhere,),
}
"""The modules of each family, in the order of the reference."""


def _all() -> list[Operation]:
    return [one for modules in FAMILIES.values() for module in modules for one in module.OPERATIONS]


OPERATIONS: Final[Mapping[str, Operation]] = {one.name: one for one in _all()}
