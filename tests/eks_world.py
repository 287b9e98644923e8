"""A world for the operations: IAM and EC2 as values, and clusters that really run."""

from dataclasses import dataclass, field
from typing import Any

from minieks.cluster import Cluster
from minieks.data.prices import PriceList
from minieks.data.timings import Timings
from minieks.eks.operations.call import Call, Caller
from minieks.eks.operations.ports import LaunchTemplate, Role, Subnet
from minieks.eks.operations.regional import Services
from minieks.eks.operations.service import EksService
from minieks.eks.spec import ClusterSpec
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.part import Part
from minieks.engine.store import Record, Store

ACCOUNT = "111122223333"
REGION = "eu-north-1"
START = 1_781_000_000 * SECOND  # 2026-06-09
CLUSTER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cluster"
NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/node"
POD_ROLE = f"arn:aws:iam::{ACCOUNT}:role/pod-execution"
APP_ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
ADMIN = f"arn:aws:iam::{ACCOUNT}:user/admin"
CALL = Call(ACCOUNT, REGION, Caller(ADMIN, ACCOUNT, "AIDAADMIN"))


def trust(*services: str) -> dict[str, Any]:
    """A trust policy for services."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": list(services)},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ],
    }


def role(arn: str, *services: str) -> Role:
    """A role that services may assume."""
    return Role(arn, arn.rpartition("/")[2], role_id="AROA" + arn[-4:], trust=trust(*services))


@dataclass
class FakeIam:
    """Roles and users by ARN."""

    roles: dict[str, Role] = field(
        default_factory=lambda: {
            CLUSTER_ROLE: role(CLUSTER_ROLE, "eks.amazonaws.com"),
            NODE_ROLE: role(NODE_ROLE, "ec2.amazonaws.com"),
            POD_ROLE: role(POD_ROLE, "eks-fargate-pods.amazonaws.com"),
            APP_ROLE: role(APP_ROLE, "pods.eks.amazonaws.com", "capabilities.eks.amazonaws.com"),
        }
    )
    users: dict[str, str] = field(default_factory=lambda: {ADMIN: "AIDAADMIN"})

    def role(self, account: str, arn: str) -> Role | None:
        return self.roles.get(arn)

    def user(self, account: str, arn: str) -> str | None:
        return self.users.get(arn)


def _subnets() -> dict[str, Subnet]:
    rows = [
        ("subnet-a", "eu-north-1a", "192.168.0.0/19", False),
        ("subnet-b", "eu-north-1b", "192.168.32.0/19", False),
        ("subnet-c", "eu-north-1c", "192.168.64.0/19", False),
        ("subnet-public", "eu-north-1a", "192.168.96.0/19", True),
    ]
    return {name: Subnet(name, "vpc-1", zone, cidr, public) for name, zone, cidr, public in rows}


@dataclass
class FakeEc2:
    """Subnets, groups and templates by id."""

    subnets: dict[str, Subnet] = field(default_factory=_subnets)
    groups: tuple[str, ...] = ("sg-1", "sg-2")
    templates: dict[str, LaunchTemplate] = field(default_factory=dict)

    def subnet(self, account: str, region: str, subnet_id: str) -> Subnet | None:
        return self.subnets.get(subnet_id)

    def security_group(self, account: str, region: str, group_id: str) -> bool:
        return group_id in self.groups

    def launch_template(
        self, account: str, region: str, template: str, version: str
    ) -> LaunchTemplate | None:
        return self.templates.get(template)


@dataclass
class FakeRunning:
    """A cluster that runs, reached nowhere."""

    cluster: Cluster
    endpoint: str = "https://ABCDEF0123456789.gr7.eu-north-1.eks.amazonaws.com"
    authority: bytes = b"-----BEGIN CERTIFICATE-----\n"
    issuer: str = "https://oidc.eks.eu-north-1.amazonaws.com/id/ABCDEF0123456789"


@dataclass
class FakeClusters:
    """Runs clusters on the world's engine."""

    engine: Engine
    timings: Timings
    specs: list[ClusterSpec] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    kept: dict[str, dict[str, tuple[list[Record], int]]] = field(default_factory=dict)
    """What the stores of clusters held that ran before."""

    def start(self, spec: ClusterSpec) -> FakeRunning:
        self.specs.append(spec)
        cluster = Cluster(Part(self.engine), spec, self.timings, PriceList())
        kept = self.kept.get(spec.name)
        if kept is None:
            cluster.create()
        else:
            cluster.resume(lambda name, store: store.restore(*kept[name]))
        return FakeRunning(cluster)

    def upgrade(self, running: Any, version: str) -> None:
        running.cluster.api.upgrade(version)

    def stop(self, running: Any) -> None:
        self.stopped.append(running.cluster.spec.name)
        running.cluster.engine.close()


class EksWorld:
    """One engine with the service on it; ``do`` performs, ``wait`` lets time pass."""

    def __init__(
        self, *, lenient: bool = False, seed: int = 1, iam: Any = None, ec2: Any = None
    ) -> None:
        self.engine = Engine(VirtualClock(START), seed)
        self.iam = iam or FakeIam()
        self.ec2 = ec2 or FakeEc2()
        self.timings = Timings()
        self.clusters = FakeClusters(self.engine, self.timings)
        self.services = Services(
            self.engine, Store(), self.iam, self.ec2, self.clusters, self.timings, lenient
        )
        self.service = EksService(self.services)

    call = CALL

    def do(self, operation: str, /, call: Call = CALL, **parameters: Any) -> dict[str, Any]:
        """Perform an operation as the administrator."""
        return self.service.perform(operation, parameters, call)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.engine.run(self.engine.now() + int(seconds * SECOND))

    def inside(self, name: str = "c") -> Cluster:
        """The running cluster."""
        found = self.service.running(ACCOUNT, REGION, name)
        assert found is not None
        assert isinstance(found.cluster, Cluster)
        return found.cluster

    def create_cluster(self, name: str = "c", **more: Any) -> None:
        """An active cluster."""
        self.do("CreateCluster", **{**cluster_parameters(name), **more})
        self.wait(700)


def cluster_parameters(name: str = "c") -> dict[str, Any]:
    """What CreateCluster needs."""
    return {
        "name": name,
        "roleArn": CLUSTER_ROLE,
        "resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-b", "subnet-public"]},
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
    }


def nodegroup_parameters(name: str = "ng", **more: Any) -> dict[str, Any]:
    """What CreateNodegroup needs."""
    return {
        "clusterName": "c",
        "nodegroupName": name,
        "subnets": ["subnet-a", "subnet-b"],
        "nodeRole": NODE_ROLE,
        "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
        "instanceTypes": ["t3.medium"],
        **more,
    }


def profile_parameters(name: str = "fp", **more: Any) -> dict[str, Any]:
    """What CreateFargateProfile needs."""
    return {
        "clusterName": "c",
        "fargateProfileName": name,
        "podExecutionRoleArn": POD_ROLE,
        "subnets": ["subnet-a", "subnet-b"],
        "selectors": [{"namespace": "default"}],
        **more,
    }
