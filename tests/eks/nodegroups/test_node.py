"""What a node of a group says of itself. Sources: AWS user guide for EKS; eksctl."""

from typing import Any

import pytest

from minieks.data.instance_types import find
from minieks.eks.nodegroups.node import Placed, max_pods, node_object
from minieks.eks.spec import KubeletSpec, LaunchTemplateRef, NodeGroupSpec, Taint, VolumeSpec
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, annotations, labels


def group(**more: Any) -> NodeGroupSpec:
    wanted: dict[str, Any] = {
        "name": "workers",
        "managed": True,
        "instance_types": ("m5.large",),
        "min_size": 0,
        "max_size": 3,
        "desired_size": 1,
        "zones": ("us-east-1a",),
        "subnets": ("subnet-a",),
        "volume": VolumeSpec(80),
    }
    return NodeGroupSpec(**{**wanted, **more})


def instance(kind: str = "m5.large", lifecycle: str = "on-demand") -> Obj:
    return {
        "instanceId": "i-0123456789abcdef0",
        "instanceType": kind,
        "imageId": "ami-0123456789abcdef0",
        "lifecycle": lifecycle,
        "placement": {"availabilityZone": "us-east-1a"},
        "privateIpAddress": "10.0.1.2",
        "privateDnsName": "ip-10-0-1-2.ec2.internal",
    }


def node(wanted: NodeGroupSpec, machine: Obj | None = None) -> Obj:
    placed = Placed("shop", "us-east-1", wanted, "1.34")
    return node_object(machine or instance(), placed, "2026-11-23T00:00:00Z")


PLATFORM = {
    "beta.kubernetes.io/arch": "amd64",
    "beta.kubernetes.io/instance-type": "m5.large",
    "beta.kubernetes.io/os": "linux",
    "failure-domain.beta.kubernetes.io/region": "us-east-1",
    "failure-domain.beta.kubernetes.io/zone": "us-east-1a",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": "ip-10-0-1-2.ec2.internal",
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": "m5.large",
    "topology.kubernetes.io/region": "us-east-1",
    "topology.kubernetes.io/zone": "us-east-1a",
    "topology.k8s.aws/zone-id": "use1-az1",
}
CLOUD_PROVIDER = "k8s.io/cloud-provider-aws"  # a hash that is the same on every node of a cluster
TEMPLATE = "eks.amazonaws.com/sourceLaunchTemplateId"


def test_labels_of_a_managed_node() -> None:
    # As `kubectl describe node` shows them on nodes of eksctl's groups in 2026.
    found = dict(labels(node(group(labels={"role": "web"}))))
    assert len(found.pop(CLOUD_PROVIDER)) == len("9cc6909191e7f4110bad5b3ae2ac498a")
    assert len(found.pop(TEMPLATE)) == len("lt-0c5d10d0f36df0f62")
    assert found == {
        **PLATFORM,
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "eks.amazonaws.com/nodegroup": "workers",
        "eks.amazonaws.com/nodegroup-image": "ami-0123456789abcdef0",
        "eks.amazonaws.com/sourceLaunchTemplateVersion": "1",
        "role": "web",
    }


def test_a_spot_group_says_so() -> None:
    found = labels(node(group(spot=True), instance(lifecycle="spot")))
    assert found["eks.amazonaws.com/capacityType"] == "SPOT"


def test_an_own_launch_template_is_named() -> None:
    found = labels(node(group(launch_template=LaunchTemplateRef("lt-1", "3"))))
    assert found["eks.amazonaws.com/sourceLaunchTemplateId"] == "lt-1"
    assert found["eks.amazonaws.com/sourceLaunchTemplateVersion"] == "3"


# eksctl pkg/nodebootstrap: bootstrap.helper.sh adds labels of the instance, nodeadm does not.
@pytest.mark.parametrize(
    ("family", "of_instance"),
    [
        ("AmazonLinux2023", {}),
        ("Bottlerocket", {}),
        (
            "AmazonLinux2",
            {"alpha.eksctl.io/instance-id": "i-0123456789abcdef0", "node-lifecycle": "on-demand"},
        ),
        (
            "Ubuntu2204",
            {"alpha.eksctl.io/instance-id": "i-0123456789abcdef0", "node-lifecycle": "on-demand"},
        ),
    ],
)
def test_labels_of_a_self_managed_node(family: str, of_instance: dict[str, str]) -> None:
    found = dict(labels(node(group(managed=False, ami_family=family))))
    found.pop(CLOUD_PROVIDER)
    assert found == {
        **PLATFORM,
        "alpha.eksctl.io/cluster-name": "shop",
        "alpha.eksctl.io/nodegroup-name": "workers",
        **of_instance,
    }


def test_place_name_and_version() -> None:
    found = node(group())
    assert found["metadata"]["name"] == "ip-10-0-1-2.ec2.internal"
    assert found["spec"]["providerID"] == "aws:///us-east-1a/i-0123456789abcdef0"
    assert found["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.34.1-eks-")
    assert annotations(found)["alpha.kubernetes.io/provided-node-ip"] == "10.0.1.2"
    assert found["status"]["addresses"][0] == {"type": "InternalIP", "address": "10.0.1.2"}
    assert not nodes.is_ready(found)


def test_taints() -> None:
    taints = (Taint("dedicated", "gpu", "NoSchedule"), Taint("spot", "", "NoExecute"))
    assert node(group(taints=taints))["spec"]["taints"] == [
        {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"},
        {"key": "spot", "effect": "NoExecute"},
    ]


def test_capacity_and_allocatable() -> None:
    status = node(group())["status"]
    assert status["capacity"] == {
        "cpu": "2",
        "memory": "7758848Ki",
        "ephemeral-storage": "83808236Ki",
        "pods": "29",
    }
    assert status["allocatable"] == {
        "cpu": "1930m",
        "memory": "7068672Ki",
        "ephemeral-storage": "76163928346",
        "pods": "29",
    }


def test_own_reservations_count() -> None:
    wanted = group(kubelet=KubeletSpec(kube_reserved={"cpu": "300m"}))
    assert node(wanted)["status"]["allocatable"]["cpu"] == "1700m"


@pytest.mark.parametrize(
    ("wanted", "kind", "pods"),
    [
        pytest.param(group(), "m5.large", 29, id="by interfaces"),
        pytest.param(group(max_pods=8), "m5.large", 8, id="the user's number"),
        pytest.param(
            group(instance_types=("m5.4xlarge", "m5.large")), "m5.4xlarge", 29, id="least of types"
        ),
        pytest.param(
            group(instance_types=("m5.4xlarge",)), "m5.4xlarge", 110, id="managed: capped"
        ),
        pytest.param(
            group(managed=False, instance_types=("m5.4xlarge",)), "m5.4xlarge", 234, id="own: not"
        ),
        pytest.param(group(ami="ami-1"), "m5.4xlarge", 234, id="own image: not capped"),
        pytest.param(
            group(ami_family="WindowsServer2022FullContainer"), "m5.large", 9, id="windows"
        ),
    ],
)
def test_max_pods(wanted: NodeGroupSpec, kind: str, pods: int) -> None:
    assert max_pods(wanted, find(kind)) == pods


def test_windows_nodes() -> None:
    found = node(group(ami_family="WindowsServer2022CoreContainer"))
    assert labels(found)["kubernetes.io/os"] == "windows"
    assert labels(found)["node.kubernetes.io/windows-build"] == "10.0.20348"
    assert found["status"]["nodeInfo"]["operatingSystem"] == "windows"


@pytest.mark.parametrize(
    ("family", "image"),
    [
        ("AmazonLinux2023", "Amazon Linux 2023"),
        ("AmazonLinux2", "Amazon Linux 2"),
        ("Bottlerocket", "Bottlerocket OS"),
        ("Ubuntu2204", "Ubuntu 22.04"),
        ("WindowsServer2019FullContainer", "Windows Server 2019"),
    ],
)
def test_images_of_ami_families(family: str, image: str) -> None:
    assert node(group(ami_family=family))["status"]["nodeInfo"]["osImage"].startswith(image)


def test_arm_nodes() -> None:
    found = node(group(instance_types=("m6g.large",)), instance("m6g.large"))
    assert labels(found)["kubernetes.io/arch"] == "arm64"
    assert found["status"]["nodeInfo"]["architecture"] == "arm64"
    assert "aarch64" in found["status"]["nodeInfo"]["kernelVersion"]


def test_gpus_are_offered() -> None:
    found = node(group(instance_types=("g5.xlarge",)), instance("g5.xlarge"))
    assert found["status"]["allocatable"]["nvidia.com/gpu"] == "1"
