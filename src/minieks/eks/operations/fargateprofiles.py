"""Fargate profiles: created, described, listed, deleted, one at a time in a cluster.

Source: Amazon EKS API reference, CreateFargateProfile; AWS user guide for EKS, "Define which Pods
use AWS Fargate when launched". Texts are those of answers in public issues where they are known.
"""

from typing import Any, Final

from minieks.eks import desired
from minieks.eks.fargate.profile_loop import begin_deletion
from minieks.eks.labels import FARGATE_PROFILE
from minieks.eks.nodegroups.world import SUBNETS
from minieks.eks.operations import fargatechecks, network, nodeaccess
from minieks.eks.operations.clusterspec import cluster_spec, with_subnets
from minieks.eks.operations.collections import FARGATE_PROFILES
from minieks.eks.operations.errors import not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.eks.spec import FargateProfileSpec, FargateSelector
from minieks.kube.words.objects import Obj, name, namespace

MEMBERS: Final = (
    *("fargateProfileName", "fargateProfileArn", "clusterName", "createdAt"),
    *("podExecutionRoleArn", "subnets", "selectors", "status", "tags", "health"),
)


def create(at: Regional, asked: Asked) -> Answer:
    """Begin to create a profile; when it is active, it takes the new pods that it selects."""
    cluster = at.active_cluster(asked["clusterName"])
    fargatechecks.check(cluster, asked)
    profile = _profile(cluster, asked)
    nodeaccess.let_in(cluster, profile.pod_execution_role_arn, "FARGATE_LINUX")
    _ensure_subnets(cluster, profile)
    spec = cluster_spec(at, cluster.record)
    record = desired.fargate_profile(spec, profile, at.chance, at.now())
    if not at.lenient:
        record = {**record, "status": "CREATING"}
    cluster.aws.create(FARGATE_PROFILES, profile.name, record)
    return {"fargateProfile": shown(record, MEMBERS)}


def _profile(cluster: OneCluster, asked: Asked) -> FargateProfileSpec:
    selectors = tuple(
        FargateSelector(one["namespace"], dict(one.get("labels") or {}))
        for one in asked["selectors"]
    )
    return FargateProfileSpec(
        name=asked["fargateProfileName"],
        selectors=selectors,
        subnets=tuple(asked.get("subnets") or _private(cluster)),
        pod_execution_role_arn=asked["podExecutionRoleArn"],
        tags=dict(asked.get("tags") or {}),
    )


def _private(cluster: OneCluster) -> list[str]:
    """The cluster's private subnets, which a profile without subnets is in."""
    wanted = cluster.record["resourcesVpcConfig"]["subnetIds"]
    return [one.id for one in network.subnets(cluster.at, wanted) if not one.public]


def _ensure_subnets(cluster: OneCluster, profile: FargateProfileSpec) -> None:
    """Pods may be in other subnets of the VPC than the control plane."""
    spec = with_subnets(cluster.at, cluster.record, profile.subnets)
    for subnet in desired.subnets(spec):
        if cluster.aws.get(SUBNETS, subnet["subnetId"]) is None:
            cluster.aws.create(SUBNETS, subnet["subnetId"], subnet)


def find(cluster: OneCluster, profile: str) -> Obj:
    """A profile's record; ResourceNotFoundException if there is none such."""
    found = cluster.child(FARGATE_PROFILES, profile)
    if found is None:
        text = f"No Fargate Profile found with name: {profile}."
        raise not_found(text, clusterName=cluster.name, fargateProfileName=profile)
    return found


def describe(at: Regional, asked: Asked) -> Answer:
    """Show a profile."""
    record = find(at.cluster(asked["clusterName"]), asked["fargateProfileName"])
    return {"fargateProfile": shown(record, MEMBERS)}


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the profiles of a cluster."""
    found = at.cluster(asked["clusterName"]).children(FARGATE_PROFILES)
    names = sorted(one["fargateProfileName"] for one in found)
    return page(names, asked, "fargateProfileNames")


def delete(at: Regional, asked: Asked) -> Answer:
    """Begin to delete a profile, and the pods that run by it."""
    cluster = at.cluster(asked["clusterName"])
    record = find(cluster, asked["fargateProfileName"])
    fargatechecks.check_alone(cluster, "delete", record["fargateProfileName"])
    begin_deletion(cluster.aws, record["fargateProfileName"], at.now())
    deleting = find(cluster, record["fargateProfileName"])
    if at.lenient:
        _remove(cluster, record)
    return {"fargateProfile": shown(deleting, MEMBERS)}


def _remove(cluster: OneCluster, record: Obj) -> None:
    profile: Any = record["fargateProfileName"]
    api = cluster.inside.api
    for pod in api.list("pods", None, {"matchLabels": {FARGATE_PROFILE: profile}}):
        api.delete("pods", namespace(pod), name(pod))
    cluster.aws.remove(FARGATE_PROFILES, profile)


OPERATIONS: Final = (
    Operation("CreateFargateProfile", create),
    Operation("DescribeFargateProfile", describe),
    Operation("ListFargateProfiles", list_),
    Operation("DeleteFargateProfile", delete),
)
