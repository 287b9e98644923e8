"""What CreateNodegroup and its updates refuse.

Source: Amazon EKS API reference, CreateNodegroup; AWS user guide for EKS, "Create a managed node
group", "Customize managed nodes with launch templates". Texts are those of answers in public
issues where they are known.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.data.instance_types import InstanceType, known_types
from minieks.data.kubernetes_versions import all_versions, find_version
from minieks.eks.operations import amitypes, network, quotas
from minieks.eks.operations.collections import NODE_GROUPS
from minieks.eks.operations.errors import in_use, invalid_parameter, limit_exceeded
from minieks.eks.operations.ports import LaunchTemplate
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Asked
from minieks.eks.operations.roles import passed_role, trusts
from minieks.kube.words import names

NAME: Final = re.compile(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,62}")
SERVICE: Final = "ec2.amazonaws.com"
OLDEST_BEHIND: Final = 3
"""Minor versions that a kubelet may be behind its API server (from 1.25; two before)."""
DEFAULT_SIZES: Final[Mapping[str, int]] = {"minSize": 1, "maxSize": 2, "desiredSize": 2}
_MOST_TYPES: Final = 20
_OVERRIDE: Final = (
    *("nodeMonitoringCondition", "nodeUnhealthyReason", "minRepairWaitTimeMins", "repairAction"),
)
"""What an override of node auto repair must say."""
_RESERVED: Final = ("kubernetes.io/", "k8s.io/", "eks.amazonaws.com/")
"""Prefixes of labels that EKS keeps for itself and for Kubernetes."""


def check(cluster: OneCluster, asked: Asked, template: LaunchTemplate | None) -> None:
    """Raise EksError for the first thing that is wrong with a new group."""
    name = asked["nodegroupName"]
    _check_name(cluster, name)
    about = {"clusterName": cluster.name, "nodegroupName": name}
    present = cluster.children(NODE_GROUPS)
    quotas.check(cluster.at, present, quotas.NODE_GROUPS, "Nodegroup", **about)
    _check_role(cluster, asked["nodeRole"])
    _check_subnets(cluster, asked["subnets"])
    check_sizes(cluster.at, {**DEFAULT_SIZES, **(asked.get("scalingConfig") or {})})
    check_update_config(asked.get("updateConfig") or {})
    check_repair(asked.get("nodeRepairConfig") or {})
    check_labels(asked.get("labels") or {})
    check_taints(asked.get("taints") or ())
    _check_machines(asked)
    if not cluster.at.lenient and (template is None or not template.image_id):
        _check_has_image(asked)
    _check_template(asked, template)


def _check_name(cluster: OneCluster, name: str) -> None:
    if not NAME.fullmatch(name):
        text = f"The nodegroup name {name!r} does not match ^[0-9A-Za-z][A-Za-z0-9\\-_]*"
        raise invalid_parameter(text, clusterName=cluster.name, nodegroupName=name)
    if name in cluster.inside.node_groups.specs:
        text = f"NodeGroup already exists with name {name} and cluster name {cluster.name}"
        raise in_use(text, clusterName=cluster.name, nodegroupName=name)


def _check_role(cluster: OneCluster, arn: str) -> None:
    role = passed_role(cluster.at, arn)
    if cluster.at.lenient:
        return
    if role is None:
        raise invalid_parameter(f"The role with name {arn.rpartition('/')[2]} cannot be found.")
    if not trusts(role, SERVICE):
        text = (
            f"Following required service principals [{SERVICE}] were not found in the trust "
            f"relationships of nodeRole {arn}"
        )
        raise invalid_parameter(text)


def _check_subnets(cluster: OneCluster, wanted: Sequence[str]) -> None:
    if not wanted:
        raise invalid_parameter("At least one subnet is required", clusterName=cluster.name)
    found = network.subnets(cluster.at, wanted)
    vpc = cluster.record["resourcesVpcConfig"]["vpcId"]
    outside = [one.id for one in found if one.vpc_id != vpc]
    if outside and not cluster.at.lenient:
        text = f"The subnets {outside} are not in the VPC {vpc} of the cluster"
        raise invalid_parameter(text, clusterName=cluster.name)


def check_sizes(at: Regional, sizes: Mapping[str, int]) -> None:
    """InvalidParameterException unless the minimum, desired and maximum size follow one another."""
    least, wanted, most = (sizes[key] for key in ("minSize", "desiredSize", "maxSize"))
    if least > wanted:
        text = f"Minimum capacity {least} can't be greater than desired size {wanted}"
        raise invalid_parameter(text)
    if wanted > most:
        text = f"desired capacity {wanted} can't be greater than max size {most}"
        raise invalid_parameter(text)
    if not at.lenient and most > quotas.NODES_PER_GROUP:
        text = f"Nodes per nodegroup limit exceeded: the quota is {quotas.NODES_PER_GROUP}."
        raise limit_exceeded(text)


def check_update_config(config: Mapping[str, Any]) -> None:
    """InvalidParameterException if both a number and a percentage are given."""
    if config.get("maxUnavailable") and config.get("maxUnavailablePercentage"):
        text = "maxUnavailable and maxUnavailablePercentage cannot be specified together"
        raise invalid_parameter(text)
    if config.get("maxUnavailable", 1) > 100:
        raise invalid_parameter("maxUnavailable cannot be greater than 100")


def check_repair(config: Mapping[str, Any]) -> None:
    """InvalidParameterException for a number beside its percentage, or half an override."""
    for what in ("maxUnhealthyNodeThreshold", "maxParallelNodesRepaired"):
        if f"{what}Count" in config and f"{what}Percentage" in config:
            text = f"{what}Count and {what}Percentage cannot be specified together"
            raise invalid_parameter(text)
    for override in config.get("nodeRepairConfigOverrides") or ():
        lacks = [one for one in _OVERRIDE if override.get(one) is None]
        if lacks:
            text = f"An override of nodeRepairConfig must specify {', '.join(lacks)}"
            raise invalid_parameter(text)


def check_labels(labels: Mapping[str, str]) -> None:
    """InvalidParameterException for labels of EKS' own, and for those Kubernetes does not take."""
    if any(key.startswith(_RESERVED) for key in labels):
        text = f"Label cannot contain reserved prefixes [{', '.join(_RESERVED)}]"
        raise invalid_parameter(text)
    _check_syntax(labels)


def _check_syntax(labels: Mapping[str, str]) -> None:
    """InvalidParameterException in Kubernetes' own words."""
    for key, value in labels.items():
        for complaint in (*names.qualified_name(key), *names.label_value(value)):
            raise invalid_parameter(f"Invalid label {key}={value}: {complaint}")


def check_taints(taints: Sequence[Mapping[str, str]]) -> None:
    """InvalidParameterException for taints that Kubernetes does not take, double or too many."""
    if len(taints) > 50:
        raise invalid_parameter("At most 50 taints are allowed for a nodegroup")
    if not all(one.get("key") and one.get("effect") for one in taints):
        raise invalid_parameter("Each taint of a nodegroup needs a key and an effect")
    seen = [(one["key"], one["effect"]) for one in taints]
    if len(set(seen)) < len(seen):
        raise invalid_parameter("Taints must be unique by key and effect")
    _check_syntax({one["key"]: one.get("value", "") for one in taints})


def _check_machines(asked: Asked) -> None:
    if len(asked.get("instanceTypes") or ()) > _MOST_TYPES:
        raise invalid_parameter(f"At most {_MOST_TYPES} instance types are allowed")
    if asked.get("diskSize") is not None and asked["diskSize"] < 1:
        raise invalid_parameter("The disk size of a nodegroup must be at least 1 GiB")


def _check_template(asked: Asked, template: LaunchTemplate | None) -> None:
    """What stands in a launch template must not be said beside it."""
    if asked.get("launchTemplate") is None:
        return
    if asked.get("diskSize") is not None:
        raise invalid_parameter("Disk size must be specified within the launch template.")
    if asked.get("remoteAccess"):
        text = "Remote access configuration cannot be specified with a launch template."
        raise invalid_parameter(text)
    types = template.instance_types if template else ()
    if types and asked.get("instanceTypes"):
        text = "Instance types cannot be specified both in the launch template and in the request."
        raise invalid_parameter(text)
    if template is not None and template.image_id:
        _check_custom_image(asked)


def _check_has_image(asked: Asked) -> None:
    """EKS has no image of its own for ``CUSTOM``."""
    if asked.get("amiType") == amitypes.CUSTOM:
        text = "An amiType of CUSTOM needs a launch template that has an image id."
        raise invalid_parameter(text)


def _check_custom_image(asked: Asked) -> None:
    for member in ("version", "releaseVersion"):
        if asked.get(member):
            text = (
                "You cannot specify kubernetes version or releaseVersion with a custom AMI in "
                "the launch template."
            )
            raise invalid_parameter(text)
    if asked.get("amiType") not in (None, amitypes.CUSTOM):
        text = (
            "You cannot specify an AMI Type other than CUSTOM, when specifying an image id in "
            "your launch template."
        )
        raise invalid_parameter(text)


def instance_types(names: Sequence[str], ami_type: str) -> list[InstanceType]:
    """The types of these names; InvalidParameterException if one is not there or cannot boot."""
    known = known_types()
    missing = [one for one in names if one not in known]
    if missing:
        text = f"The following supplied instance types do not exist: [{', '.join(missing)}]"
        raise invalid_parameter(text)
    found = [known[one] for one in names]
    wrong = [one.name for one in found if not amitypes.runs_on(ami_type, one)]
    if wrong:
        text = f"[{', '.join(wrong)}] is not a valid instance type for requested amiType {ami_type}"
        raise invalid_parameter(text)
    return found


def check_version(cluster: OneCluster, version: str, ami_type: str) -> None:
    """InvalidParameterException for nodes that are newer than the cluster, or too old for it."""
    if not any(one.version == version for one in all_versions()):
        raise invalid_parameter(f"unsupported Kubernetes version {version}")
    own = find_version(cluster.record["version"]).minor
    behind = own - find_version(version).minor
    if behind < 0 or behind > OLDEST_BEHIND:
        text = (
            f"Requested nodegroup version {version} is not compatible with cluster version "
            f"{cluster.record['version']}"
        )
        raise invalid_parameter(text, clusterName=cluster.name)
    refused = amitypes.refused_version(ami_type, version)
    if refused:
        raise invalid_parameter(refused)


def check_release(release: str, version: str, ami_type: str) -> None:
    """InvalidParameterException for a release of another Kubernetes version."""
    if release and not amitypes.is_release_of(ami_type, release, version):
        text = f"Requested release version {release} is not valid for kubernetes version {version}."
        raise invalid_parameter(text)
