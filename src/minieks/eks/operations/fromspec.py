"""The operations that eksctl calls for a ClusterConfig, in its order.

Source: eksctl ``pkg/actions/cluster`` and its user guide: the cluster first; then access entries,
add-ons, pod identity associations, Fargate profiles one after another, and managed node groups,
each with a launch template of its own. Self-managed groups, roles and service accounts are no part
of the EKS API: CloudFormation and the cluster's own API make them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from minieks.data.addon_versions import addons
from minieks.data.instance_types import find
from minieks.eks.desired import EFFECTS
from minieks.eks.nodegroups.node import template_id
from minieks.eks.operations import amitypes
from minieks.eks.operations.ports import LaunchTemplate
from minieks.eks.operations.showing import given
from minieks.eks.spec import (
    AccessEntrySpec,
    AddonSpec,
    ClusterSpec,
    FargateProfileSpec,
    NodeGroupSpec,
    NodeRepairSpec,
    PodIdentityAssociationSpec,
)

LATEST: Final = "latest"
Parameters = dict[str, Any]


class Step(NamedTuple):
    """One operation. The cluster must be active before any but the first one is called."""

    operation: str
    parameters: Parameters


def steps(spec: ClusterSpec, role: str) -> list[Step]:
    """Every operation that makes the cluster; ``role`` is the ARN of the cluster's role.

    Profiles must become active one after another, unless the service is lenient.
    """
    return [
        Step("CreateCluster", _cluster(spec, role)),
        *_access(spec),
        *(Step("CreateAddon", _addon(spec, one)) for one in spec.addons),
        *(
            Step("CreatePodIdentityAssociation", _association(spec, one))
            for one in spec.pod_identity_associations
        ),
        *(Step("CreateFargateProfile", _profile(spec, one)) for one in spec.fargate_profiles),
        *(Step("CreateNodegroup", _group(spec, one)) for one in managed_groups(spec)),
    ]


def managed_groups(spec: ClusterSpec) -> list[NodeGroupSpec]:
    """The groups that the EKS API knows of."""
    return [one for one in spec.node_groups if one.managed]


def _cluster(spec: ClusterSpec, role: str) -> Parameters:
    network = spec.network
    return {
        "name": spec.name,
        "version": spec.version,
        "roleArn": role,
        "resourcesVpcConfig": {
            "subnetIds": [one.id for one in network.subnets],
            "endpointPublicAccess": network.endpoint_public_access,
            "endpointPrivateAccess": network.endpoint_private_access,
        },
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": network.service_cidr,
            "ipFamily": network.ip_family.lower(),
        },
        "logging": {"clusterLogging": [{"types": list(spec.log_types), "enabled": True}]},
        "accessConfig": {
            "authenticationMode": spec.authentication_mode,
            "bootstrapClusterCreatorAdminPermissions": spec.creator_is_admin,
        },
        "upgradePolicy": {"supportType": spec.support_type},
        # eksctl asks for the default add-ons itself.
        "bootstrapSelfManagedAddons": False,
        "tags": dict(spec.tags),
    }


def _access(spec: ClusterSpec) -> Iterator[Step]:
    for entry in spec.access_entries:
        yield Step("CreateAccessEntry", _entry(spec, entry))
        for policy in entry.policies:
            scope = {"type": policy.scope, "namespaces": list(policy.namespaces)}
            asked = {
                "clusterName": spec.name,
                "principalArn": entry.principal_arn,
                "policyArn": policy.policy_arn,
                "accessScope": scope,
            }
            yield Step("AssociateAccessPolicy", asked)


def _entry(spec: ClusterSpec, entry: AccessEntrySpec) -> Parameters:
    return given(
        clusterName=spec.name,
        principalArn=entry.principal_arn,
        type=entry.type,
        username=entry.username or None,
        kubernetesGroups=list(entry.groups) or None,
        tags=dict(entry.tags),
    )


def _addon(spec: ClusterSpec, addon: AddonSpec) -> Parameters:
    values = addon.configuration
    return given(
        clusterName=spec.name,
        addonName=addon.name,
        addonVersion=_addon_version(addon),
        serviceAccountRoleArn=addon.service_account_role_arn or None,
        configurationValues=json.dumps(values) if values else None,
        resolveConflicts=addon.resolve_conflicts.upper() or None,
        tags=dict(addon.tags),
    )


def _addon_version(addon: AddonSpec) -> str | None:
    """The whole version: eksctl takes the beginning of one too, for the newest that begins so."""
    if addon.version in ("", LATEST):
        return None
    wanted = f"v{addon.version.removeprefix('v')}"
    if "-eksbuild." in wanted:
        return wanted
    known = addons().get(addon.name)
    listed = [one.version for one in known.versions] if known else []
    return next((one for one in listed if one.startswith(f"{wanted}-")), f"{wanted}-eksbuild.1")


def _association(spec: ClusterSpec, one: PodIdentityAssociationSpec) -> Parameters:
    return given(
        clusterName=spec.name,
        namespace=one.namespace,
        serviceAccount=one.service_account,
        roleArn=one.role_arn,
        targetRoleArn=one.target_role_arn or None,
        disableSessionTags=one.disable_session_tags,
        tags=dict(one.tags),
    )


def _profile(spec: ClusterSpec, profile: FargateProfileSpec) -> Parameters:
    return {
        "clusterName": spec.name,
        "fargateProfileName": profile.name,
        "podExecutionRoleArn": profile.pod_execution_role_arn,
        "subnets": list(profile.subnets),
        "selectors": [
            {"namespace": one.namespace, "labels": dict(one.labels)} for one in profile.selectors
        ],
        "tags": dict(profile.tags),
    }


def _group(spec: ClusterSpec, group: NodeGroupSpec) -> Parameters:
    template = template_of(spec, group)
    return given(
        clusterName=spec.name,
        nodegroupName=group.name,
        scalingConfig={
            "minSize": group.min_size,
            "maxSize": max(group.max_size, 1),
            "desiredSize": group.desired_size,
        },
        subnets=list(group.subnets),
        instanceTypes=None if template.instance_types else list(group.instance_types),
        nodeRole=group.instance_role_arn,
        labels=dict(group.labels),
        taints=[_taint(one.key, one.value, one.effect) for one in group.taints],
        capacityType="SPOT" if group.spot else "ON_DEMAND",
        updateConfig=_update(group),
        nodeRepairConfig=_repair(group.repair) if group.repair.enabled else None,
        launchTemplate={"id": template.id, "version": template.version},
        tags=dict(group.tags),
        **_image(group),
    )


def _image(group: NodeGroupSpec) -> Mapping[str, Any]:
    """What image a group has: nothing is said where the launch template brings its own."""
    if group.ami:
        return {}
    return {
        "amiType": _ami_type(group),
        "version": group.version or None,
        "releaseVersion": group.release_version or None,
    }


def _ami_type(group: NodeGroupSpec) -> str:
    return amitypes.for_family(group.ami_family, find(group.instance_types[0]).arch)


def _taint(key: str, value: str, effect: str) -> Parameters:
    return {"key": key, "value": value, "effect": EFFECTS[effect]}


def _repair(repair: NodeRepairSpec) -> Parameters:
    return {
        "enabled": True,
        **given(
            maxUnhealthyNodeThresholdCount=repair.max_unhealthy_count,
            maxUnhealthyNodeThresholdPercentage=repair.max_unhealthy_percentage,
            maxParallelNodesRepairedCount=repair.max_parallel_count,
            maxParallelNodesRepairedPercentage=repair.max_parallel_percentage,
        ),
    }


def _update(group: NodeGroupSpec) -> Parameters:
    share = group.update.max_unavailable_percentage
    if share is not None:
        return {"maxUnavailablePercentage": share}
    return {"maxUnavailable": group.update.max_unavailable}


def template_of(spec: ClusterSpec, group: NodeGroupSpec) -> LaunchTemplate:
    """The launch template of a managed group: the user's own, or the one that eksctl makes.

    EC2 must know it before CreateNodegroup names it. eksctl leaves the instance types to the group.
    """
    own = group.launch_template
    made_up = template_id(spec.name, group.name)
    return LaunchTemplate(
        id=own.id if own else made_up,
        name=f"eksctl-{spec.name}-nodegroup-{group.name}",
        version=(own.version if own else "") or "1",
        image_id=group.ami,
        volume=group.volume,
        max_pods=group.max_pods,
        kubelet=group.kubelet,
    )
