"""The node groups of a ClusterConfig, managed and self-managed.

Defaults, checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/{defaults,validation}.go.
"""

import re
from collections.abc import Mapping
from typing import Any

from minieks.eks.spec import NetworkSpec, NodeGroupSpec
from minieks.scenario.readers.eksctl import made_up
from minieks.scenario.readers.eksctl.images import (
    own_image,
    read_family,
    read_kubelet,
    read_max_pods,
)
from minieks.scenario.readers.eksctl.instances import read_instance_types
from minieks.scenario.readers.eksctl.managed import (
    read_repair,
    read_template,
    read_template_reference,
    read_update,
)
from minieks.scenario.readers.eksctl.marks import read_labels, read_taints
from minieks.scenario.readers.eksctl.placing import read_placing
from minieks.scenario.readers.eksctl.reading import Group, Reading
from minieks.scenario.readers.eksctl.sizing import read_sizes
from minieks.scenario.readers.eksctl.spot import read_distribution
from minieks.scenario.readers.eksctl.volumes import read_volume

_KINDS = (("managedNodeGroups", True), ("nodeGroups", False))
_MOST_GROUPS = 30  # Amazon EKS service quotas, managed node groups per cluster (adjustable)
_NAME = re.compile("[a-zA-Z0-9-]+")
_LONGEST_NAME = 63


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


def _check_access(group: Group) -> None:
    """What has no effect on a simulation, and yet makes eksctl refuse the group."""
    keys = [
        name for name in ("publicKeyName", "publicKeyPath", "publicKey") if group.at(f"ssh.{name}")
    ]
    if len(keys) > 1:
        raise group.error(
            "ssh",
            "only one of publicKeyName, publicKeyPath or publicKey can be specified for SSH per "
            "node-group",
            f"keep one of {', '.join(keys)}",
        )
    if group.at("ssh.enableSsm") is False:
        raise group.error(
            "ssh.enableSsm",
            "SSM agent is now built into EKS AMIs and cannot be disabled",
            "remove the field",
        )
    for field in ("withLocal", "withShared"):
        if group.managed and group.at(f"securityGroups.{field}"):
            raise group.error(
                f"securityGroups.{field}", "is not supported for managed nodegroups", "remove it"
            )


def _read_group(group: Group) -> NodeGroupSpec:
    _check_access(group)
    template = read_template(group)
    zones, subnets = read_placing(group)
    sizes = read_sizes(group)
    fields = group.fields
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
        update=read_update(group, sizes),
        repair=read_repair(group),
        launch_template=read_template_reference(group),
        capacity_reservation=_reservation(group),
        release_version=fields.get("releaseVersion", ""),
        instance_role_arn=_role(group),
        propagate_asg_tags=fields.get("propagateASGTags", False),
        tags={**_cluster_tags(group.reading), **group.inner("tags")},
    )


def _cluster_tags(reading: Reading) -> Mapping[str, str]:
    """The cluster's tags, which eksctl puts on all that it makes."""
    tags: Mapping[str, str] = reading.config["metadata"].get("tags") or {}
    return tags


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
