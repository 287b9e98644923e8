"""The machine that Fargate gives a pod, as a record on the AWS side and as a node.

Source: ``kubectl describe node`` of Fargate nodes (ruzickap/k8s-fargate-eks, 2021-01; Datadog's
documentation of EKS on Fargate, 2022; public notes of 2026-07). CPU and memory of the node are the
machine's, not the pod's; which machine a pod gets is not documented and modelled here.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from minieks.eks import nodestatus
from minieks.eks.fargate.sizing import FargateSize
from minieks.eks.labels import COMPUTE_TYPE
from minieks.eks.nodegroups.allocatable import resource_list, threshold
from minieks.kube.kubelet.nodestatus import registered
from minieks.kube.words.objects import Obj

COLLECTION = "microvms.fargate"
"""Records by the pod's key; a record lives as long as its pod."""

TAINT: Mapping[str, str] = {
    "key": COMPUTE_TYPE,
    "value": "fargate",
    "effect": "NoSchedule",
}
SOFTWARE = nodestatus.Software(
    os_image="Amazon Linux 2",
    kernel="5.10.245-245.983.amzn2.x86_64",
    runtime="containerd://1.7.29",
)
ANNOTATIONS: Mapping[str, str] = {
    "node.alpha.kubernetes.io/ttl": "0",
    "volumes.kubernetes.io/controller-managed-attach-detach": "true",
}

_KIB, _GIB = 1024, 1024**3
_VCPUS = (2, 4, 8, 16)
_MEMORY_GIB = (4, 8, 16, 32, 64, 128)
_KERNEL_KIB_PER_GIB = 70096
"""A machine of 4 GiB reports 3913920Ki."""
_EVICTION = 100 * 1024**2
_IMAGE_SPACE_GIB = 10
_FILESYSTEM_SHARE = Fraction(30832548, 30 * 1024 * 1024)
"""A disk of 20 GiB, with 10 GiB for images, reports 30832548Ki."""


def new_id(chance: Random) -> str:
    """The machine's id: ten hex digits, a dash, 32 hex digits."""
    return f"{chance.getrandbits(40):010x}-{chance.getrandbits(128):032x}"


def node_name(private_dns_name: str) -> str:
    """The name of the node that has this private DNS name."""
    return f"fargate-{private_dns_name}"


def capacity(size: FargateSize) -> dict[str, int]:
    """What the node reports: cpu in millicores, memory and disk in bytes, one pod."""
    memory = next(one for one in map(_memory, _MEMORY_GIB) if _holds(one, size.memory_gib))
    disk = (size.ephemeral_gib + _IMAGE_SPACE_GIB) * 1024 * 1024 * _FILESYSTEM_SHARE
    return {
        "cpu": 1000 * next(one for one in _VCPUS if one >= size.vcpu),
        "ephemeral-storage": int(disk) * _KIB,
        "memory": memory,
        "pods": 1,
    }


def _memory(gib: int) -> int:
    return gib * (_GIB - _KERNEL_KIB_PER_GIB * _KIB)


def _holds(memory: int, pod_gib: Decimal) -> bool:
    return memory - _EVICTION >= pod_gib * _GIB - 256 * 1024**2


def allocatable(size: FargateSize) -> dict[str, int]:
    """What the node lets its pod use: all but 100Mi of memory, and the disk that was given."""
    has = capacity(size)
    disk = has["ephemeral-storage"]
    free = max(disk - threshold("10%", disk), size.ephemeral_gib * _GIB)
    return has | {"memory": has["memory"] - _EVICTION, "ephemeral-storage": free}


def size_of(record: Obj) -> FargateSize:
    """The size that a record's pod was given."""
    return FargateSize(
        Decimal(record["vcpu"]), Decimal(record["memoryGiB"]), record["ephemeralGiB"]
    )


def node_object(record: Obj, region: str, version: str, now: str) -> Obj:
    """The node as it registers, not ready yet."""
    dns_name, zone = record["privateDnsName"], record["availabilityZone"]
    name, size = record["nodeName"], size_of(record)
    labels = {
        **nodestatus.platform_labels("amd64"),
        COMPUTE_TYPE: "fargate",
        **nodestatus.place_labels(zone, region),
        "kubernetes.io/hostname": dns_name,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": dict(sorted(labels.items())),
            "annotations": dict(ANNOTATIONS),
        },
        "spec": {
            "providerID": f"aws:///{zone}/{record['id']}/{name}",
            "taints": [dict(TAINT)],
        },
        "status": registered(_status(record, size, version), now),
    }


@lru_cache(maxsize=256)
def _listed(amounts: Callable[[FargateSize], dict[str, int]], size: FargateSize) -> dict[str, str]:
    """A node's resources as it reports them, worked out once for each size."""
    return resource_list(amounts(size)) | {"hugepages-1Gi": "0", "hugepages-2Mi": "0"}


def _status(record: Obj, size: FargateSize, version: str) -> dict[str, Any]:
    return {
        "addresses": nodestatus.addresses(record["privateIpAddress"], record["privateDnsName"]),
        "capacity": _listed(capacity, size),
        "allocatable": _listed(allocatable, size),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": nodestatus.node_info(version, "amd64", SOFTWARE),
    }
