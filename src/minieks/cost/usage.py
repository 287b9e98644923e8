"""What was used, as values: the input of `bill.price`. ``end`` is None while the use goes on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from minieks.engine.clock import Micros

Purchase: TypeAlias = Literal["on-demand", "spot"]

FARGATE_FREE_STORAGE_GIB = Decimal(20)
"""Ephemeral storage that every Fargate pod has without charge (AWS Fargate pricing page)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlaneUsage:
    """A cluster's control plane at one Kubernetes version, from creation to deletion.

    ``extended_support`` is false if the cluster's upgradePolicy is STANDARD: EKS then upgrades it
    at the end of standard support instead of charging more.
    """

    cluster: str
    version: str
    start: Micros
    end: Micros | None = None
    extended_support: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FargatePodUsage:
    """A pod on Fargate at the size that was provisioned, not requested.

    ``start`` is when its first image pull begins, ``end`` when the pod is gone: a completed pod
    that nobody deletes keeps its machine (Amazon EKS user guide, "fargate").
    """

    namespace: str
    pod: str
    workload: str
    profile: str
    vcpu: Decimal
    memory_gib: Decimal
    start: Micros
    end: Micros | None = None
    ephemeral_gib: Decimal = FARGATE_FREE_STORAGE_GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceUsage:
    """An EC2 instance from running to terminated.

    ``cpu_milli`` and ``memory_bytes`` are the allocatable of its node, 0 if it never joined.
    """

    instance_id: str
    instance_type: str
    zone: str
    start: Micros
    end: Micros | None = None
    purchase: Purchase = "on-demand"
    node_group: str = ""
    windows: bool = False
    cpu_milli: int = 0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeUsage:
    """An EBS volume from creation to deletion, at its provisioned size.

    A ``root`` volume belongs to ``instance_id``; a ``pvc`` volume to the claim's ``namespace``
    and to ``owner``, the workload or claim that asked for it. ``iops`` and ``throughput`` (MiB/s)
    are 0 where the volume type's own apply.
    """

    volume_id: str
    kind: Literal["root", "pvc"]
    volume_type: str
    gib: int
    start: Micros
    end: Micros | None = None
    iops: int = 0
    throughput: int = 0
    instance_id: str = ""
    namespace: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodOnNodeUsage:
    """A pod on an EC2 node, from its binding until it ends, with what it requests."""

    namespace: str
    pod: str
    workload: str
    instance_id: str
    cpu_milli: int
    memory_bytes: int
    start: Micros
    end: Micros | None = None


Usage: TypeAlias = (
    ControlPlaneUsage | FargatePodUsage | InstanceUsage | VolumeUsage | PodOnNodeUsage
)
