"""What CreateNodegroup asks for as the specification that nodes are made from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from minieks.eks.desired import EFFECTS
from minieks.eks.nodegroups.world import NODE_GROUPS
from minieks.eks.operations import amitypes, network, nodegroupchecks, templates
from minieks.eks.operations.errors import invalid_parameter
from minieks.eks.operations.ports import LaunchTemplate
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Asked
from minieks.eks.spec import (
    KubeletSpec,
    LaunchTemplateRef,
    NodeGroupSpec,
    NodeRepairSpec,
    RepairOverride,
    Taint,
    UpdateSpec,
    VolumeSpec,
)
from minieks.kube.words.objects import Obj

DEFAULT_TYPE: Final = "t3.medium"
_DISK_GIB: Final = 20
_WINDOWS_DISK_GIB: Final = 50
_TO_KUBERNETES: Final = {value: key for key, value in EFFECTS.items()}


def find_template(at: Regional, given: Mapping[str, str] | None) -> LaunchTemplate | None:
    """The launch template that is named; InvalidParameterException if there is none such."""
    if given is None:
        return None
    if bool(given.get("id")) == bool(given.get("name")):
        text = "Either the id or the name of the launch template must be specified, but not both"
        raise invalid_parameter(text)
    named = given.get("id") or given["name"]
    version = given.get("version", "")
    found = at.services.ec2.launch_template(at.account, at.region, named, version)
    if found is None and not at.lenient:
        text = f"The specified launch template, with template ID {named}, does not exist."
        raise invalid_parameter(text)
    if found is not None and found.unreadable:
        text = f"The user data of the launch template {named} is invalid: {found.unreadable}"
        raise invalid_parameter(text)
    return found or LaunchTemplate(named, given.get("name", named), version or "1")


def ami_type(asked: Asked, template: LaunchTemplate | None, version: str) -> str:
    """The AMI type of a new group."""
    if template is not None and template.image_id:
        return amitypes.CUSTOM
    return str(asked.get("amiType") or amitypes.default(version))


def node_group_spec(
    cluster: OneCluster, asked: Asked, template: LaunchTemplate | None
) -> NodeGroupSpec:
    """The group that is wanted, with the service's defaults; EksError if it cannot be."""
    version = asked.get("version") or cluster.record["version"]
    image = ami_type(asked, template, version)
    nodegroupchecks.check_version(cluster, version, image)
    nodegroupchecks.check_release(asked.get("releaseVersion") or "", version, image)
    nodegroupchecks.instance_types(_types(asked, template), image)
    return _spec(cluster, asked, template, version)


def go_on(cluster: OneCluster) -> None:
    """Let a cluster that goes on want the groups that it had."""
    world = cluster.inside.node_groups
    for record in cluster.children(NODE_GROUPS):
        if record["nodegroupName"] not in world.specs:
            world.grow(of_record(cluster, record))


def of_record(cluster: OneCluster, record: Obj) -> NodeGroupSpec:
    """The group that a record of a running cluster describes; it was checked when it was made."""
    template = templates.of_record(record)
    named = record.get("launchTemplate")
    if template is None and named is not None:
        at, version = cluster.at, str(named["version"])
        found = at.services.ec2.launch_template(at.account, at.region, named["id"], version)
        template = found or LaunchTemplate(named["id"], named["name"], version)
    return _spec(cluster, record, template, record["version"])


def _spec(
    cluster: OneCluster, asked: Asked, template: LaunchTemplate | None, version: str
) -> NodeGroupSpec:
    image = ami_type(asked, template, version)
    types = _types(asked, template)
    sizes = {**nodegroupchecks.DEFAULT_SIZES, **(asked.get("scalingConfig") or {})}
    found = network.known_subnets(cluster.at, asked["subnets"])
    own = template or LaunchTemplate("", "", "")
    return NodeGroupSpec(
        name=asked["nodegroupName"],
        managed=True,
        instance_types=tuple(types),
        min_size=sizes["minSize"],
        max_size=sizes["maxSize"],
        desired_size=sizes["desiredSize"],
        zones=tuple(dict.fromkeys(one.zone for one in found)),
        subnets=tuple(one.id for one in found),
        volume=own.volume or VolumeSpec(asked.get("diskSize") or _disk(image)),
        ami_family=amitypes.family(image),
        ami=own.image_id,
        spot=asked.get("capacityType") == "SPOT",
        labels=dict(asked.get("labels") or {}),
        taints=taints(asked.get("taints") or ()),
        max_pods=own.max_pods,
        kubelet=own.kubelet if template else KubeletSpec(),
        update=update_spec(asked.get("updateConfig") or {}),
        repair=repair_spec(asked.get("nodeRepairConfig") or {}),
        launch_template=LaunchTemplateRef(own.id, own.version) if template else None,
        has_template=template is not None,
        version=version,
        release_version=own.image_id
        or asked.get("releaseVersion")
        or amitypes.release(image, version),
        instance_role_arn=asked["nodeRole"],
    )


def _types(asked: Asked, template: LaunchTemplate | None) -> Sequence[str]:
    of_template = template.instance_types if template else ()
    return asked.get("instanceTypes") or of_template or [DEFAULT_TYPE]


def _disk(image: str) -> int:
    return _WINDOWS_DISK_GIB if image.startswith("WINDOWS") else _DISK_GIB


def taints(asked: Iterable[Mapping[str, str]]) -> tuple[Taint, ...]:
    """Taints of the EKS API as Kubernetes spells them."""
    return tuple(
        Taint(one["key"], one.get("value", ""), _TO_KUBERNETES[one["effect"]]) for one in asked
    )


def update_spec(config: Mapping[str, Any]) -> UpdateSpec:
    """How many nodes an update may take at once."""
    return UpdateSpec(config.get("maxUnavailable") or 1, config.get("maxUnavailablePercentage"))


def repair_spec(config: Mapping[str, Any]) -> NodeRepairSpec:
    """Node auto repair."""
    return NodeRepairSpec(
        enabled=bool(config.get("enabled")),
        max_unhealthy_percentage=config.get("maxUnhealthyNodeThresholdPercentage"),
        max_unhealthy_count=config.get("maxUnhealthyNodeThresholdCount"),
        max_parallel_percentage=config.get("maxParallelNodesRepairedPercentage"),
        max_parallel_count=config.get("maxParallelNodesRepairedCount"),
        overrides=tuple(_override(one) for one in config.get("nodeRepairConfigOverrides") or ()),
    )


def _override(config: Mapping[str, Any]) -> RepairOverride:
    """All members are there: `nodegroupchecks.check_repair` has seen to it."""
    return RepairOverride(
        config["nodeMonitoringCondition"],
        config["nodeUnhealthyReason"],
        int(config["minRepairWaitTimeMins"]),
        config["repairAction"],
    )
