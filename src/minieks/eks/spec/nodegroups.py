"""Node groups: managed by EKS or self-managed, each an Auto Scaling group of EC2 instances."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

WINDOWS_FAMILIES = (
    "WindowsServer2019CoreContainer",
    "WindowsServer2019FullContainer",
    "WindowsServer2022CoreContainer",
    "WindowsServer2022FullContainer",
    "WindowsServer2025CoreContainer",
    "WindowsServer2025FullContainer",
)


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint on each node; effect NoSchedule, PreferNoSchedule or NoExecute."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class VolumeSpec:
    """The root volume of each node."""

    size_gib: int
    type: str = "gp3"
    iops: int | None = None
    """Provisioned IOPS; None for the type's own baseline (3,000 for gp3)."""
    throughput_mib: int | None = None
    """Provisioned throughput in MiB/s; None for the type's own baseline (125 for gp3)."""
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class KubeletSpec:
    """What the user sets of the kubelet itself; an empty map means EKS' default.

    The maps are the ones of the KubeletConfiguration: resource or signal name to quantity,
    e.g. ``{"cpu": "300m"}``, ``{"memory.available": "200Mi"}``.
    """

    kube_reserved: Mapping[str, str] = field(default_factory=dict)
    system_reserved: Mapping[str, str] = field(default_factory=dict)
    eviction_hard: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels that the node registers with; EKS does not know them."""
    taints: tuple[Taint, ...] = ()
    """Taints that the node registers with; EKS does not know them."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How an Auto Scaling group mixes Spot with On-Demand (MixedInstancesPolicy)."""

    on_demand_base: int = 0
    """Instances that are On-Demand in any case."""
    on_demand_percent_above_base: int = 100
    """Share in percent of the rest that is On-Demand."""
    spot_pools: int | None = None
    """Spot pools to spread over; only with the lowest-price strategy."""
    spot_allocation_strategy: str = ""
    """Empty for the group's default."""
    max_price: Decimal | None = None
    """Highest Spot price in USD an hour; None for the On-Demand price."""
    capacity_rebalance: bool = False


@dataclass(frozen=True, slots=True)
class UpdateSpec:
    """How many nodes a version update may take at once (UpdateConfig of a managed group)."""

    max_unavailable: int = 1
    max_unavailable_percentage: int | None = None
    """If set it counts instead of ``max_unavailable``."""


@dataclass(frozen=True, slots=True)
class RepairOverride:
    """What is done about one condition with one reason; action Replace, Reboot or NoAction."""

    condition: str
    reason: str
    wait_minutes: int
    action: str


@dataclass(frozen=True, slots=True)
class NodeRepairSpec:
    """Node auto repair of a managed group (NodeRepairConfig)."""

    enabled: bool = False
    max_unhealthy_percentage: int | None = None
    max_unhealthy_count: int | None = None
    max_parallel_percentage: int | None = None
    max_parallel_count: int | None = None
    overrides: tuple[RepairOverride, ...] = ()


@dataclass(frozen=True, slots=True)
class LaunchTemplateRef:
    """The user's own launch template of a managed group."""

    id: str
    version: str = ""
    """Empty for the template's default version."""


@dataclass(frozen=True, slots=True)
class NodeGroupSpec:
    """One node group, resolved: every field has the value that the group will have."""

    name: str
    managed: bool
    instance_types: tuple[str, ...]
    """At least one, in the order of preference; each is a type that exists."""
    min_size: int
    max_size: int
    desired_size: int
    zones: tuple[str, ...]
    """The zones that the Auto Scaling group spans, sorted by the configuration."""
    subnets: tuple[str, ...]
    """Ids of its subnets, one or more a zone."""
    volume: VolumeSpec
    ami_family: str = "AmazonLinux2023"
    """eksctl's name: AmazonLinux2023, AmazonLinux2, Bottlerocket, Ubuntu2404, Windows…"""
    ami: str = ""
    """A custom image's id; empty for the family's own image."""
    spot: bool = False
    """Managed groups: capacityType SPOT; all instances are Spot."""
    distribution: Distribution | None = None
    """Self-managed groups with instancesDistribution; None: all On-Demand (or see ``spot``)."""
    private_networking: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    max_pods: int | None = None
    """maxPodsPerNode; None for the number that follows from the instance type."""
    kubelet: KubeletSpec = field(default_factory=KubeletSpec)
    update: UpdateSpec = field(default_factory=UpdateSpec)
    repair: NodeRepairSpec = field(default_factory=NodeRepairSpec)
    launch_template: LaunchTemplateRef | None = None
    has_template: bool = True
    """Whether its launch template is not EKS' own: eksctl makes one for every group."""
    capacity_reservation: str = ""
    """Id of a targeted capacity reservation, or its preference (``open``, ``none``)."""
    version: str = ""
    """The Kubernetes version of the nodes; empty for the cluster's."""
    release_version: str = ""
    instance_role_arn: str = ""
    """The node role; made up if eksctl would create it."""
    propagate_asg_tags: bool = False
    """Whether labels and taints are also put on the group as tags for the cluster autoscaler."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def windows(self) -> bool:
        """Whether its nodes run Windows."""
        return self.ami_family in WINDOWS_FAMILIES
