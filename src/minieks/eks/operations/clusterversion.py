"""UpdateClusterVersion, and what versions there are.

Source: AWS user guide for EKS, "Update existing cluster to new Kubernetes version", "Understand
the Kubernetes version lifecycle on EKS"; Amazon EKS API reference, DescribeClusterVersions.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.data.kubernetes_versions import (
    DEFAULT_VERSION,
    KubernetesVersion,
    all_versions,
    find_version,
    support,
)
from minieks.data.platform_versions import platform_version
from minieks.eks.operations import clusterchecks, insightrules
from minieks.eks.operations.clusterconfig import Wanted, begin, check_no_update
from minieks.eks.operations.errors import EksError, invalid_parameter
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import moment

_STATUS: Final[Mapping[str, str]] = {
    "standard": "STANDARD_SUPPORT",
    "extended": "EXTENDED_SUPPORT",
    "ended": "UNSUPPORTED",
}
_OLD_STATUS: Final[Mapping[str, str]] = {
    "STANDARD_SUPPORT": "standard-support",
    "EXTENDED_SUPPORT": "extended-support",
    "UNSUPPORTED": "unsupported",
}


def update(at: Regional, asked: Asked) -> Answer:
    """Begin to update the control plane to the next minor version; nodes stay as they are."""
    cluster = at.active_cluster(asked["name"])
    version = asked["version"]
    _check_step(cluster, version)
    clusterchecks.check_version(at, version, cluster.name)
    check_no_update(cluster, "VersionUpdate")
    if not asked.get("force") and not at.lenient:
        _check_insights(cluster, version)
    platform = platform_version(version)
    params: dict[str, object] = {"Version": version, "PlatformVersion": platform}
    changes = {"version": version, "platformVersion": platform}
    return begin(cluster, Wanted("VersionUpdate", params, changes), "cluster_version_update")


def _check_step(cluster: OneCluster, version: str) -> None:
    """InvalidParameterException unless the version is the next one."""
    own = cluster.record["version"]
    known = {one.version: one.minor for one in all_versions()}
    if version not in known:
        text = f"unsupported Kubernetes version {version}"
        raise invalid_parameter(text, clusterName=cluster.name)
    if known[version] != find_version(own).minor + 1:
        text = f"Unsupported Kubernetes minor version update from {own} to {version}"
        raise invalid_parameter(text, clusterName=cluster.name)


def _check_insights(cluster: OneCluster, version: str) -> None:
    """InvalidStateException if nodes would be too old for the version; ``force`` goes on."""
    wrong = [one for one in insightrules.found(cluster, version) if one["status"] == "ERROR"]
    if wrong:
        names = ", ".join(one["name"] for one in wrong)
        text = (
            f"Cluster {cluster.name} has upgrade readiness insights in status ERROR: {names}. "
            "Resolve them, or use force to override."
        )
        raise EksError("InvalidStateException", text, clusterName=cluster.name)


def describe_versions(at: Regional, asked: Asked) -> Answer:
    """Show the versions that a cluster can have, with the dates of their support."""
    found = [one for one in reversed(all_versions()) if _is_wanted(at, one, asked)]
    return page([_shown(at, one) for one in found], asked, "clusterVersions")


def _is_wanted(at: Regional, one: KubernetesVersion, asked: Asked) -> bool:
    state = support(one.version, at.now())
    named = asked.get("clusterVersions")
    if state == "future" or asked.get("clusterType") not in (None, "eks"):
        return False
    if named:
        return one.version in named
    if asked.get("defaultOnly"):
        return one.version == DEFAULT_VERSION
    status = asked.get("versionStatus")
    if status is None and asked.get("status") is not None:
        status = asked["status"].upper().replace("-", "_")
    if status is not None:
        return bool(_STATUS[state] == status)
    return state != "ended" or bool(asked.get("includeAll"))


def _shown(at: Regional, one: KubernetesVersion) -> dict[str, Any]:
    status = _STATUS[support(one.version, at.now())]
    return {
        "clusterVersion": one.version,
        "clusterType": "eks",
        "defaultPlatformVersion": platform_version(one.version),
        "defaultVersion": one.version == DEFAULT_VERSION,
        "releaseDate": moment(one.released),
        "endOfStandardSupportDate": moment(one.standard_ends),
        "endOfExtendedSupportDate": moment(one.extended_ends),
        "status": _OLD_STATUS[status],
        "versionStatus": status,
        "kubernetesPatchVersion": one.full,
    }


OPERATIONS: Final = (
    Operation("UpdateClusterVersion", update),
    Operation("DescribeClusterVersions", describe_versions),
)
