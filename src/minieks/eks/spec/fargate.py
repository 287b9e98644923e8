"""Fargate profiles: which pods go to Fargate, and where their network interfaces are."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FargateSelector:
    """Pods of a namespace that carry all of the labels; ``*`` and ``?`` are wildcards."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FargateCap:
    """The largest pod that a profile accepts, where it is set below AWS' own limit.

    None means AWS' limit of the day (16 vCPU, 120 GB).
    """

    vcpu: float | None = None
    memory_gib: float | None = None


@dataclass(frozen=True, slots=True)
class FargateProfileSpec:
    """One Fargate profile (Amazon EKS API reference, CreateFargateProfile)."""

    name: str
    selectors: tuple[FargateSelector, ...]
    """One to five; a pod that matches any of them matches the profile."""
    subnets: tuple[str, ...]
    """Ids of private subnets; the cluster's private ones if the user named none."""
    pod_execution_role_arn: str
    tags: Mapping[str, str] = field(default_factory=dict)
    cap: FargateCap = FargateCap()
    """From minieks' own settings, not from AWS."""
