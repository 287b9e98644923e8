"""Upgrade readiness: what would stand in the way of a cluster's next version.

Source: AWS user guide for EKS, "Prepare for Kubernetes version upgrades and troubleshoot
misconfigurations with cluster insights"; the version skew policy of kubernetes.io. Modelled are the
checks of nodes' kubelets, of kube-proxy and of add-ons; use of deprecated APIs and the cluster's
health are told as passing, because nothing here knows of any.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from minieks.data.addon_versions import compatible
from minieks.data.kubernetes_versions import all_versions, find_version
from minieks.eks.operations.collections import ADDONS, NODE_GROUPS
from minieks.eks.operations.regional import OneCluster
from minieks.kube.words.objects import Obj, name

_KUBELET: Final = re.compile(r"v1\.(\d+)")
_OLDEST_BEHIND: Final = 3


def next_version(cluster: OneCluster) -> str | None:
    """The version after the cluster's own, or None if it has the newest."""
    own = find_version(cluster.record["version"]).minor
    return next((one.version for one in all_versions() if one.minor == own + 1), None)


def found(cluster: OneCluster, version: str) -> list[Obj]:
    """Every insight about an upgrade to a version, in a fixed order."""
    return [
        _insight(
            cluster,
            version,
            "Kubelet version skew",
            "Checks for kubelet versions of worker nodes in the cluster to see if upgrade would "
            "cause noncompliance with supported Kubernetes kubelet version skew policy.",
            _kubelets(cluster, version),
        ),
        _insight(
            cluster,
            version,
            "kube-proxy version skew",
            "Checks version of kube-proxy in cluster to see if upgrade would cause noncompliance "
            "with supported Kubernetes kube-proxy version skew policy.",
            (),
        ),
        _insight(
            cluster,
            version,
            "EKS add-on version compatibility",
            "Checks version of installed EKS add-ons to ensure they are compatible with the next "
            "version of Kubernetes.",
            _addons(cluster, version),
        ),
        _insight(
            cluster,
            version,
            "Amazon Linux 2 compatibility",
            "Checks whether any node groups in the cluster use Amazon Linux 2, for which there is "
            "no image after Kubernetes 1.32.",
            _amazon_linux_2(cluster, version),
        ),
        _insight(
            cluster,
            version,
            f"Deprecated APIs removed in Kubernetes v{version}",
            "Checks for usage of deprecated APIs that are scheduled for removal in Kubernetes "
            f"v{version}.",
            (),
        ),
        _insight(
            cluster,
            version,
            "Cluster health issues",
            "Checks for any cluster health issues that prevent successful upgrade to the next "
            "Kubernetes version on EKS.",
            (),
        ),
    ]


def _insight(
    cluster: OneCluster, version: str, title: str, description: str, wrong: Iterable[Obj]
) -> Obj:
    resources = list(wrong)
    states = [one["insightStatus"]["status"] for one in resources]
    status = next((one for one in ("ERROR", "WARNING") if one in states), "PASSING")
    return {
        "id": _id(cluster, version, title),
        "name": title,
        "category": "UPGRADE_READINESS",
        "kubernetesVersion": version,
        "description": description,
        "status": status,
        "reason": _reason(title, status),
        "resources": resources,
    }


def _id(cluster: OneCluster, version: str, title: str) -> str:
    """The same for the same insight of a cluster, as long as it is about one version."""
    text = f"{cluster.key}/{version}/{title}/{cluster.record['createdAt']}"
    return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=4))


def _reason(title: str, status: str) -> str:
    if status == "PASSING":
        return f"No issues were found by the check {title}."
    return f"Issues were found by the check {title}; see its resources."


def _kubelets(cluster: OneCluster, version: str) -> Iterator[Obj]:
    """Nodes whose kubelet is too old for the version, or would be at its limit."""
    minor = find_version(version).minor
    for node in cluster.inside.api.list("nodes"):
        told = _KUBELET.match(node["status"]["nodeInfo"]["kubeletVersion"])
        behind = minor - int(told[1]) if told else 0
        if behind >= _OLDEST_BEHIND:
            status = "ERROR" if behind > _OLDEST_BEHIND else "WARNING"
            yield _resource(status, f"kubelet is {behind} minor versions behind", node)


def _resource(status: str, reason: str, node: Obj) -> Obj:
    return {
        "insightStatus": {"status": status, "reason": reason},
        "kubernetesResourceUri": f"/api/v1/nodes/{name(node)}",
    }


def _addons(cluster: OneCluster, version: str) -> Iterator[Obj]:
    for addon in cluster.children(ADDONS):
        if not compatible(addon["addonName"], addon["addonVersion"], version):
            yield _about_arn(addon["addonArn"], f"{addon['addonVersion']} is not compatible")


def _amazon_linux_2(cluster: OneCluster, version: str) -> Iterator[Obj]:
    for group in cluster.children(NODE_GROUPS):
        is_al2 = str(group.get("amiType", "")).startswith("AL2_")
        if is_al2 and find_version(version).minor > 32:
            yield _about_arn(group["nodegroupArn"], "the node group uses Amazon Linux 2")


def _about_arn(arn: str, reason: str) -> dict[str, Any]:
    return {"insightStatus": {"status": "WARNING", "reason": reason}, "arn": arn}
