"""What the EKS operations need of the rest of AWS, and of the clusters that they make.

All of it is asked by value, at the moment of the call; nothing is remembered here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from minieks.eks.nodegroups.world import World
from minieks.eks.spec import ClusterSpec, KubeletSpec, VolumeSpec
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.api.server import Api


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role, as ``iam:GetRole`` describes it."""

    arn: str
    """With its path."""
    name: str
    path: str = "/"
    role_id: str = ""
    """``AROA…``: another one if the role is made anew."""
    trust: Mapping[str, Any] = field(default_factory=dict)
    """The AssumeRolePolicyDocument, parsed."""
    max_session: int = 3600
    """Seconds."""
    policies: tuple[str, ...] = ()
    """The ARNs of the managed policies attached to it."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, as ``ec2:DescribeSubnets`` and its route table describe it."""

    id: str
    vpc_id: str
    zone: str
    """The availability zone's name, e.g. ``eu-north-1a``."""
    cidr: str
    public: bool
    """Whether its route table has a route to an internet gateway."""
    free_addresses: int = 251


@dataclass(frozen=True, slots=True)
class LaunchTemplate:
    """One version of a launch template, as far as a managed node group takes from it."""

    id: str
    name: str
    version: str
    instance_types: tuple[str, ...] = ()
    image_id: str = ""
    """A custom image; empty if the group's amiType decides."""
    volume: VolumeSpec | None = None
    """The root volume; None for the default of the group's amiType."""
    max_pods: int | None = None
    kubelet: KubeletSpec = field(default_factory=KubeletSpec)
    """The kubelet's configuration in the user data."""
    unreadable: str = ""
    """Why a node could not start with the user data; empty if it can."""


class Iam(Protocol):
    """IAM, as EKS asks it."""

    def role(self, account: str, arn: str) -> Role | None:
        """The role of this ARN, or None."""

    def user(self, account: str, arn: str) -> str | None:
        """The unique id of the user of this ARN, or None if there is none."""


class Ec2(Protocol):
    """EC2, as EKS asks it."""

    def subnet(self, account: str, region: str, subnet_id: str) -> Subnet | None:
        """The subnet, or None."""

    def security_group(self, account: str, region: str, group_id: str) -> bool:
        """Whether there is a security group of this id."""

    def launch_template(
        self, account: str, region: str, template: str, version: str
    ) -> LaunchTemplate | None:
        """A version of a template, by the template's id or name; None if there is none such.

        ``version`` is a number, ``$Latest``, ``$Default`` or empty, which means the default one.
        """


class RunningCluster(Protocol):
    """The inside of a running cluster; `minieks.cluster.Cluster` is one."""

    @property
    def spec(self) -> ClusterSpec:
        """What was wanted of it when it was made."""

    @property
    def engine(self) -> Engine:
        """The engine that its loops run on, which ends with it."""

    @property
    def api(self) -> Api:
        """Its Kubernetes API."""

    @property
    def aws(self) -> Store:
        """Its AWS side: node groups, profiles, instances, add-ons, access entries, …"""

    @property
    def node_groups(self) -> World:
        """Its node groups, which can grow and shrink."""


class Running(Protocol):
    """One running cluster, and how clients reach it."""

    @property
    def endpoint(self) -> str:
        """The URL of its API server."""

    @property
    def authority(self) -> bytes:
        """The certificate of its authority, as PEM."""

    @property
    def issuer(self) -> str:
        """The URL of its OIDC issuer."""

    @property
    def cluster(self) -> RunningCluster:
        """The cluster itself."""


class Clusters(Protocol):
    """Makes clusters run, and stops them."""

    def start(self, spec: ClusterSpec) -> Running:
        """Run a new cluster, or go on with the one of this place and name that was kept."""

    def upgrade(self, running: Running, version: str) -> None:
        """Let the control plane be of another Kubernetes version; its API has it afterwards.

        What answers over HTTP is to be assembled anew: `Api.upgrade` changes the pipeline alone.
        """

    def stop(self, running: Running) -> None:
        """Stop a cluster for good; nothing of it is kept."""
