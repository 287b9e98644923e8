"""The EKS add-ons that a cluster is to have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AddonSpec:
    """One EKS add-on, as CreateAddon takes it (Amazon EKS API reference, CreateAddon)."""

    name: str
    """Its name in lower case, e.g. ``vpc-cni``, ``coredns``, ``aws-ebs-csi-driver``."""
    version: str = ""
    """The version asked for; empty for EKS' default, ``latest`` for the newest."""
    service_account_role_arn: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    """The configurationValues, parsed; empty if none were given."""
    resolve_conflicts: str = ""
    """``none``, ``overwrite`` or ``preserve``; empty if not said."""
    installed_by_default: bool = False
    """True if the user did not name it: every cluster gets it (vpc-cni, coredns, kube-proxy, …)."""
    tags: Mapping[str, str] = field(default_factory=dict)
