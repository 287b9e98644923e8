"""A ClusterConfig as the operations that eksctl calls for it, and what they make."""

from typing import Any

import pytest

from eks_shapes import wrong_asked
from eks_world import ACCOUNT, CLUSTER_ROLE, EksWorld, role
from minieks.eks.operations.fromspec import managed_groups, steps, template_of
from minieks.eks.operations.ports import Subnet
from minieks.eks.spec import ClusterSpec
from minieks.scenario.readers.eksctl.cluster import read_cluster_config
from minieks.scenario.readers.settings import Settings
from shared import REAL, needs_shared

CONFIG = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: eu-north-1, version: "1.34", tags: {team: web}}
accessConfig:
  authenticationMode: API
  accessEntries:
  - principalARN: arn:aws:iam::111122223333:user/admin2
    accessPolicies:
    - policyARN: arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy
      accessScope: {type: namespace, namespaces: [default]}
addons:
- {name: vpc-cni, configurationValues: "env: {ENABLE_PREFIX_DELEGATION: 'true'}"}
- {name: coredns, version: latest}
- {name: kube-proxy, version: v1.34.0-eksbuild.7}
fargateProfiles:
- {name: web, selectors: [{namespace: web, labels: {app: x}}]}
- {name: jobs, selectors: [{namespace: jobs}]}
managedNodeGroups:
- {name: small, instanceType: t3.small, desiredCapacity: 2, maxPodsPerNode: 20}
- {name: arm, instanceType: m6g.large, spot: true, taints: [{key: a, value: b, effect: NoSchedule}]}
nodeGroups:
- {name: own, instanceType: m5.large}
"""


def spec_of(text: str) -> ClusterSpec:
    """The cluster that a configuration asks for."""
    spec, _ = read_cluster_config(text, settings=Settings(account_id=ACCOUNT))
    return spec


def world_of(spec: ClusterSpec) -> EksWorld:
    """A world with what CloudFormation makes beside EKS: subnets, roles, templates, users."""
    world = EksWorld()
    for subnet in spec.network.subnets:
        world.ec2.subnets[subnet.id] = Subnet(
            subnet.id, "vpc-1", subnet.zone, subnet.cidr or "192.168.0.0/19", subnet.public
        )
    for group in managed_groups(spec):
        template = template_of(spec, group)
        world.ec2.templates[template.id] = template
        arn = group.instance_role_arn
        world.iam.roles[arn] = role(arn, "ec2.amazonaws.com")
    for profile in spec.fargate_profiles:
        arn = profile.pod_execution_role_arn
        world.iam.roles[arn] = role(arn, "eks-fargate-pods.amazonaws.com")
    world.iam.users |= {one.principal_arn: "AIDAOTHER" for one in spec.access_entries}
    return world


def run(world: EksWorld, spec: ClusterSpec) -> None:
    """Perform every step as eksctl does: each profile and the cluster is waited for."""
    for operation, parameters in steps(spec, CLUSTER_ROLE):
        world.do(operation, _call(world, spec), **parameters)
        if operation in ("CreateCluster", "CreateFargateProfile"):
            world.wait(700)


def _call(world: EksWorld, spec: ClusterSpec) -> Any:
    return type(world.call)(world.call.account, spec.region, world.call.caller)


def test_the_steps_make_what_the_configuration_says() -> None:
    spec = spec_of(CONFIG)
    world = world_of(spec)
    run(world, spec)
    world.wait(600)
    c: dict[str, Any] = {"clusterName": "c"}
    assert world.do("ListNodegroups", **c)["nodegroups"] == ["arm", "small"]
    assert world.do("ListFargateProfiles", **c)["fargateProfileNames"] == ["jobs", "web"]
    arm = world.do("DescribeNodegroup", **c, nodegroupName="arm")["nodegroup"]
    assert (arm["amiType"], arm["capacityType"]) == ("AL2023_ARM_64_STANDARD", "SPOT")
    nodes = world.inside().api.list("nodes")
    pods = {one["metadata"]["labels"]["eks.amazonaws.com/nodegroup"]: one for one in nodes}
    assert pods["small"]["status"]["capacity"]["pods"] == "20"
    kept = {"vpc-cni", "coredns", "kube-proxy"} & set(world.do("ListAddons", **c)["addons"])
    assert len(kept) == 3


def test_what_runs_is_what_the_configuration_would_have_made_itself() -> None:
    spec = spec_of(CONFIG)
    world = world_of(spec)
    run(world, spec)
    specs = world.inside().node_groups.specs
    for wanted in managed_groups(spec):
        made = specs[wanted.name]
        same = ("instance_types", "volume", "ami_family", "max_pods", "kubelet", "taints", "spot")
        assert [getattr(made, one) for one in same] == [getattr(wanted, one) for one in same]
        assert dict(made.labels) == dict(wanted.labels)


FILES = ["13", "25", "35", "39", "40"]


@needs_shared
@pytest.mark.parametrize("number", FILES)
def test_steps_of_real_configurations_have_the_shapes_of_the_model(number: str) -> None:
    (path,) = sorted((REAL / "eksctl").glob(f"{number}*"))
    spec = spec_of(path.read_text())
    for operation, parameters in steps(spec, CLUSTER_ROLE):
        assert wrong_asked(operation, parameters) == ""
