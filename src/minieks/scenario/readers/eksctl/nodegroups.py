"""The node groups of a ClusterConfig, managed and self-managed.

Defaults, checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/{defaults,validation}.go.
"""

import re
from collections.abc import Mapping
from typing import Any

from minieks.eks.spec import (
    LaunchTemplateRef,
    NetworkSpec,
    NodeGroupSpec,
    NodeRepairSpec,
    SubnetSpec,
    UpdateSpec,
)
from minieks.scenario.readers.eksctl import made_up
from minieks.scenario.readers.eksctl.images import (
    own_image,
    read_family,
    read_kubelet,
    read_max_pods,
)
from minieks.scenario.readers.eksctl.instances import read_instance_types
from minieks.scenario.readers.eksctl.marks import read_labels, read_taints
from minieks.scenario.readers.eksctl.network import check_zone
from minieks.scenario.readers.eksctl.reading import Group, Reading
from minieks.scenario.readers.eksctl.sizing import Sizes, read_sizes
from minieks.scenario.readers.eksctl.spot import read_distribution
from minieks.scenario.readers.eksctl.volumes import read_volume
from minieks.scenario.readers.settings import LaunchTemplate

_KINDS = (("managedNodeGroups", True), ("nodeGroups", False))
_MOST_GROUPS = 30  # Amazon EKS service quotas, managed node groups per cluster (adjustable)
_NAME = re.compile("[a-zA-Z0-9-]+")
_LONGEST_NAME = 63
_NOT_WITH_TEMPLATE = (
    "instanceType",
    "ami",
    "volumeSize",
    "instanceName",
    "instancePrefix",
    "maxPodsPerNode",
    "disablePodIMDS",
    "preBootstrapCommands",
    "overrideBootstrapCommand",
    "placement",
)


def read_node_groups(reading: Reading, network: NetworkSpec) -> tuple[NodeGroupSpec, ...]:
    """Every node group, managed ones first."""
    groups = [
        Group(reading, fields, (kind, index), managed, network)
        for kind, managed in _KINDS
        for index, fields in enumerate(reading.config.get(kind) or ())
    ]
    seen: dict[str, Group] = {}
    for group in groups:
        _check_name(group, seen)
        seen[group.name] = group
    managed = [group for group in groups if group.managed]
    if len(managed) > _MOST_GROUPS:
        reading.warn(
            ("managedNodeGroups",),
            f"{len(managed)} groups are above the quota of {_MOST_GROUPS} in a cluster",
            "AWS raises it on request",
        )
    return tuple(_read_group(group) for group in groups)


def _check_name(group: Group, seen: Mapping[str, Group]) -> None:
    name = group.fields.get("name", "")
    if not name:
        raise group.error("name", "must be set", "give the group a name")
    if name in seen:
        kind, index = seen[name].path
        raise group.error(
            "name", f"{name!r} is not unique; {kind}[{index}] has it too", "rename it"
        )
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise group.error(
            "name",
            f"validation for {name} failed, name must satisfy regular expression pattern: "
            "[a-zA-Z][-a-zA-Z0-9]*",
            f"use letters, digits and '-', at most {_LONGEST_NAME}",
        )


def _read_group(group: Group) -> NodeGroupSpec:
    template = _template(group)
    zones, subnets = _placed(group)
    sizes = read_sizes(group)
    fields = group.fields
    reference = group.inner("launchTemplate")
    return NodeGroupSpec(
        name=group.name,
        managed=group.managed,
        instance_types=read_instance_types(group, template),
        min_size=sizes.minimum,
        max_size=sizes.maximum,
        desired_size=sizes.desired,
        zones=zones,
        subnets=subnets,
        volume=read_volume(group, template),
        ami_family=read_family(group),
        ami=own_image(group),
        spot=fields.get("spot", False),
        distribution=read_distribution(group),
        private_networking=fields.get("privateNetworking", False),
        labels=read_labels(group),
        taints=read_taints(group),
        max_pods=template.max_pods if template else read_max_pods(group),
        kubelet=read_kubelet(group),
        update=_update(group, sizes),
        repair=_repair(group),
        launch_template=(
            LaunchTemplateRef(reference["id"], reference.get("version", "")) if reference else None
        ),
        capacity_reservation=_reservation(group),
        release_version=fields.get("releaseVersion", ""),
        instance_role_arn=_role(group),
        propagate_asg_tags=fields.get("propagateASGTags", False),
        tags={**(reading_tags(group.reading)), **(fields.get("tags") or {})},
    )


def reading_tags(reading: Reading) -> Mapping[str, str]:
    """The cluster's tags, which eksctl puts on all that it makes."""
    tags: Mapping[str, str] = reading.config["metadata"].get("tags") or {}
    return tags


# --- where the nodes are ---


def _placed(group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The zones and the ids of the subnets that the group spans."""
    fields = group.fields
    if fields.get("subnets") and fields.get("availabilityZones"):
        raise group.error(
            "subnets", "only one of subnets or availabilityZones should be set", "remove one"
        )
    private = fields.get("privateNetworking", False)
    if (group.reading.config.get("privateCluster") or {}).get("enabled") and not private:
        raise group.error(
            "privateNetworking",
            "must be enabled for a fully-private cluster",
            "set privateNetworking: true",
        )
    chosen = _named_subnets(group) if fields.get("subnets") else _zonal_subnets(group, private)
    return tuple(dict.fromkeys(one.zone for one in chosen)), tuple(one.id for one in chosen)


def _named_subnets(group: Group) -> list[SubnetSpec]:
    by_name = {one.name: one for one in group.network.subnets if one.name}
    by_id = {one.id: one for one in group.network.subnets}
    chosen = []
    for index, name in enumerate(group.fields["subnets"]):
        found = by_id.get(name) or by_name.get(name)
        if found is None:
            raise group.reading.error(
                (*group.path, "subnets", index),
                f"there is no subnet {name!r} in the cluster's VPC",
                f"vpc.subnets has {', '.join(sorted(by_name))}",
            )
        chosen.append(found)
    return chosen


def _zonal_subnets(group: Group, private: bool) -> list[SubnetSpec]:
    kind = "private" if private else "public"
    offered = [one for one in group.network.subnets if one.public != private]
    if not offered:
        raise group.error(
            "privateNetworking" if private else "",
            f"the cluster's VPC has no {kind} subnets",
            f"add vpc.subnets.{kind}, or set privateNetworking: {str(not private).lower()}",
        )
    wanted = group.fields.get("availabilityZones") or ()
    for index, zone in enumerate(wanted):
        path = (*group.path, "availabilityZones", index)
        check_zone(group.reading, path, zone)
        if all(one.zone != zone for one in offered):
            zones = ", ".join(dict.fromkeys(one.zone for one in offered))
            raise group.reading.error(
                path,
                f"the cluster has no {kind} subnet in {zone}, only in {zones}",
                "name the cluster's zones in availabilityZones at the top of the file",
            )
    return [one for one in offered if not wanted or one.zone in wanted]


# --- what only one kind has ---


def _template(group: Group) -> LaunchTemplate | None:
    """What is in the group's launch template; None if it has none."""
    reference = group.fields.get("launchTemplate")
    if reference is None:
        return None
    if not reference.get("id"):
        raise group.error("launchTemplate.id", "is required", "a template's id looks like lt-0abc")
    version = reference.get("version", "1")
    if not (version.isascii() and version.isdigit() and int(version[:9]) >= 1):
        raise group.error(
            "launchTemplate.version", "launchTemplate.version must be >= 1", 'such as "3"'
        )
    for field in _NOT_WITH_TEMPLATE:
        if group.fields.get(field):
            raise group.error(
                field,
                "cannot be set in managedNodeGroup when a launch template is supplied",
                "put it into the launch template",
            )
    return _known_template(group, reference["id"])


def _known_template(group: Group, template_id: str) -> LaunchTemplate:
    known = group.reading.settings.launch_templates.get(template_id)
    if known is None:
        types = group.fields.get("instanceTypes") or ["t3.medium"]
        group.warn(
            "launchTemplate",
            f"what is in {template_id} is not known; {types[0]}, a 20 GiB volume and EKS' own "
            "image are assumed",
            f'say it in minieks.toml: [launch_templates."{template_id}"]',
        )
    return known or LaunchTemplate()


def _update(group: Group, sizes: Sizes) -> UpdateSpec:
    given = group.fields.get("updateConfig")
    if given is None:
        return UpdateSpec()
    count, percentage = given.get("maxUnavailable"), given.get("maxUnavailablePercentage")
    if count is None and percentage is None:
        raise group.error(
            "updateConfig",
            "invalid UpdateConfig: maxUnavailable or maxUnavailablePercentage must be defined",
            "set one of them",
        )
    if count is not None and percentage is not None:
        raise group.error(
            "updateConfig",
            f"cannot use maxUnavailable={count} and maxUnavailablePercentage={percentage} at the "
            "same time",
            "remove one of them",
        )
    for field, value in given.items():
        if not 1 <= value <= 100:
            raise group.error(f"updateConfig.{field}", f"{value} is out of range", "1 to 100")
    if count is not None and count > sizes.maximum:
        raise group.error(
            "updateConfig.maxUnavailable",
            f"maxUnavailable={count} cannot be greater than maxSize={sizes.maximum}",
            "lower it or raise maxSize",
        )
    return UpdateSpec(count or 1, percentage)


def _repair(group: Group) -> NodeRepairSpec:
    given = group.inner("nodeRepairConfig")
    for what in ("maxUnhealthyNodeThreshold", "maxParallelNodesRepaired"):
        if f"{what}Count" in given and f"{what}Percentage" in given:
            raise group.error(
                f"nodeRepairConfig.{what}Count",
                f"cannot be set together with {what}Percentage",
                "remove one of them",
            )
    return NodeRepairSpec(
        enabled=given.get("enabled", False),
        max_unhealthy_percentage=given.get("maxUnhealthyNodeThresholdPercentage"),
        max_unhealthy_count=given.get("maxUnhealthyNodeThresholdCount"),
        max_parallel_percentage=given.get("maxParallelNodesRepairedPercentage"),
        max_parallel_count=given.get("maxParallelNodesRepairedCount"),
    )


def _reservation(group: Group) -> str:
    given: Mapping[str, Any] = group.inner("capacityReservation")
    preference = given.get("capacityReservationPreference")
    target = given.get("capacityReservationTarget") or {}
    if preference and target:
        raise group.error(
            "capacityReservation",
            "only one of CapacityReservationPreference or CapacityReservationTarget may be "
            "specified at a time",
            "remove one of them",
        )
    if preference:
        path = (*group.path, "capacityReservation", "capacityReservationPreference")
        return group.reading.one_of(path, preference, ("open", "none"))
    by_id = target.get("capacityReservationID")
    by_group = target.get("capacityReservationResourceGroupARN")
    if by_id and by_group:
        raise group.error(
            "capacityReservation.capacityReservationTarget",
            "only one of CapacityReservationID or CapacityReservationResourceGroupARN may be "
            "specified at a time",
            "remove one of them",
        )
    return str(by_id or by_group or "")


def _role(group: Group) -> str:
    iam = group.inner("iam")
    profile, role = iam.get("instanceProfileARN"), iam.get("instanceRoleARN")
    if profile and group.managed:
        raise group.error(
            "iam.instanceProfileARN", "is not supported for Managed Nodes", "use instanceRoleARN"
        )
    for field in ("instanceRoleName", "attachPolicyARNs", "attachPolicy"):
        if role and iam.get(field):
            raise group.error(
                f"iam.{field}",
                f"iam.instanceRoleARN and iam.{field} cannot be set at the same time",
                "remove one of them",
            )
    reading = group.reading
    if iam.get("instanceRoleName"):
        partition, account = reading.region.partition, reading.account_id
        return f"arn:{partition}:iam::{account}:role/{iam['instanceRoleName']}"
    stack = f"eksctl-{reading.cluster}-nodegroup-{group.name}"
    made = made_up.role_arn(reading.region.partition, reading.account_id, stack, "NodeInstanceRole")
    return str(role or made)
