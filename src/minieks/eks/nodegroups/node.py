"""An EC2 instance of a node group as a node: labels, taints, capacity, where it is.

Sources: AWS user guide for EKS, "Managed node groups" (labels that EKS applies); eksctl
``pkg/nodebootstrap`` (labels that it gives to self-managed nodes); kubernetes cloud-provider-aws
(labels of place and type, provider id); ``kubectl describe node`` of nodes of 2025 and 2026 in
public repositories.
"""

from dataclasses import dataclass
from hashlib import sha256

from minieks.data.instance_types import InstanceType, find
from minieks.data.regions import find_region
from minieks.eks import nodestatus
from minieks.eks.labels import EKSCTL_CLUSTER, EKSCTL_NODE_GROUP, NODE_GROUP
from minieks.eks.nodegroups import allocatable, images, maxpods
from minieks.eks.nodegroups.maxpods import SECONDARY_ADDRESSES, Networking
from minieks.eks.spec import NodeGroupSpec
from minieks.kube.kubelet.nodestatus import registered
from minieks.kube.words.objects import Obj

WITH_AMD_GPU = ("g4ad",)
"""Families whose GPUs the NVIDIA device plugin does not offer."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The cluster and group that an instance belongs to, and what its image is."""

    cluster: str
    region: str
    group: NodeGroupSpec
    version: str
    """The Kubernetes version of the node."""
    template_version: int = 1
    networking: Networking = SECONDARY_ADDRESSES


def max_pods(
    group: NodeGroupSpec, kind: InstanceType, networking: Networking = SECONDARY_ADDRESSES
) -> int:
    """How many pods a node of the group takes.

    The user's own number counts first; a managed group with EKS' image has the least over its
    types, capped; other nodes have what their interfaces address. Only EKS looks at how the VPC
    CNI is configured; who brings the nodes has to say a higher number himself.
    """
    if group.max_pods is not None:
        return group.max_pods
    if group.windows:
        return maxpods.windows(kind)
    if group.managed and not group.ami:
        return maxpods.managed([find(one) for one in group.instance_types], networking)
    return maxpods.addressable(kind)


def resources(
    group: NodeGroupSpec, kind: InstanceType, networking: Networking = SECONDARY_ADDRESSES
) -> tuple[dict[str, int], dict[str, int]]:
    """Capacity and allocatable: cpu in millicores, the rest in units."""
    pods = max_pods(group, kind, networking)
    disk = allocatable.root_bytes(group.volume.size_gib, group.ami_family)
    has = allocatable.capacity(kind, pods, disk)
    own = allocatable.Reservation(
        group.kubelet.kube_reserved, group.kubelet.system_reserved, group.kubelet.eviction_hard
    )
    left = allocatable.allocatable(has, maxpods.addressable(kind), own)
    devices = _devices(group, kind)
    return has | devices, left | devices


def _devices(group: NodeGroupSpec, kind: InstanceType) -> dict[str, int]:
    """GPUs, which the NVIDIA device plugin offers; eksctl installs it with such a group."""
    if kind.gpu == 0 or group.windows or kind.family in WITH_AMD_GPU:
        return {}
    return {"nvidia.com/gpu": kind.gpu}


def node_object(instance: Obj, placed: Placed, now: str) -> Obj:
    """The node as the instance's kubelet registers it, not ready yet."""
    zone = instance["placement"]["availabilityZone"]
    wanted = (*placed.group.kubelet.taints, *placed.group.taints)
    taints = [_taint(one.key, one.value, one.effect) for one in dict.fromkeys(wanted)]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": instance["privateDnsName"],
            "labels": dict(sorted(labels(instance, placed).items())),
            "annotations": {
                "alpha.kubernetes.io/provided-node-ip": instance["privateIpAddress"],
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": {
            "providerID": f"aws:///{zone}/{instance['instanceId']}",
            **({"taints": taints} if taints else {}),
        },
        "status": registered(_status(instance, placed), now),
    }


def _status(instance: Obj, placed: Placed) -> Obj:
    """What the node has and what runs on it, without its health."""
    group, kind = placed.group, find(instance["instanceType"])
    has, left = resources(group, kind, placed.networking)
    return {
        "addresses": nodestatus.addresses(instance["privateIpAddress"], instance["privateDnsName"]),
        "capacity": allocatable.resource_list(has),
        "allocatable": allocatable.resource_list(left),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": nodestatus.node_info(
            placed.version, kind.arch, images.software(group.ami_family, kind.arch)
        ),
    }


def _taint(key: str, value: str, effect: str) -> dict[str, str]:
    return {"key": key, **({"value": value} if value else {}), "effect": effect}


def labels(instance: Obj, placed: Placed) -> dict[str, str]:
    """Every label of the node: of the platform, the cloud provider, EKS or eksctl, and the user."""
    group, kind = placed.group, find(instance["instanceType"])
    zone = instance["placement"]["availabilityZone"]
    system = "windows" if group.windows else "linux"
    found = {
        **nodestatus.platform_labels(kind.arch, system),
        **nodestatus.place_labels(zone, placed.region),
        "topology.k8s.aws/zone-id": find_region(placed.region).zone_id(zone),
        "k8s.io/cloud-provider-aws": _made_up(placed.cluster, 32),
        "beta.kubernetes.io/instance-type": kind.name,
        "node.kubernetes.io/instance-type": kind.name,
        "kubernetes.io/hostname": instance["privateDnsName"],
    }
    if group.windows:
        found["node.kubernetes.io/windows-build"] = images.windows_build(group.ami_family)
    own = _eks_labels(instance, placed) if group.managed else _eksctl_labels(instance, placed)
    return {**found, **own, **group.kubelet.labels, **group.labels}


def _eks_labels(instance: Obj, placed: Placed) -> dict[str, str]:
    """What EKS applies to nodes of a managed group."""
    group = placed.group
    found = {
        NODE_GROUP: group.name,
        "eks.amazonaws.com/nodegroup-image": instance["imageId"],
        "eks.amazonaws.com/capacityType": "SPOT" if group.spot else "ON_DEMAND",
    }
    if not group.has_template:
        return found
    template = group.launch_template
    own_id = template_id(placed.cluster, group.name)
    version = template.version if template else ""
    return found | {
        "eks.amazonaws.com/sourceLaunchTemplateId": template.id if template else own_id,
        "eks.amazonaws.com/sourceLaunchTemplateVersion": version or str(placed.template_version),
    }


def template_id(cluster: str, group: str) -> str:
    """The launch template that eksctl makes for a managed group that names none."""
    return f"lt-0{_made_up(f'{cluster}/{group}', 16)}"


def _made_up(about: str, length: int) -> str:
    """Hex digits that stand for an id or a hash that AWS would give: always the same ones."""
    return sha256(about.encode()).hexdigest()[:length]


def _eksctl_labels(instance: Obj, placed: Placed) -> dict[str, str]:
    """What eksctl gives to self-managed nodes."""
    found = {
        EKSCTL_CLUSTER: placed.cluster,
        EKSCTL_NODE_GROUP: placed.group.name,
    }
    # The scripts that eksctl starts these images with add labels of the instance; nodeadm of
    # AmazonLinux2023, Bottlerocket and Windows add none (bootstrap.helper.sh, al2023.go).
    family = placed.group.ami_family
    if family == "AmazonLinux2" or family.startswith("Ubuntu"):
        found["alpha.eksctl.io/instance-id"] = instance["instanceId"]
        found["node-lifecycle"] = instance["lifecycle"]
    return found
