"""Clusters: created, described, listed, deleted.

Source: Amazon EKS API reference, CreateCluster, DescribeCluster, ListClusters, DeleteCluster.
"""

import base64
from typing import Final

from minieks.eks import updates
from minieks.eks.operations import clusterchecks, clusterrecord, inside, nodegroupspec
from minieks.eks.operations.clusterspec import cluster_spec
from minieks.eks.operations.collections import (
    CLUSTERS,
    FARGATE_PROFILES,
    NODE_GROUPS,
    REGISTRATIONS,
)
from minieks.eks.operations.errors import in_use, invalid_request
from minieks.eks.operations.pages import page
from minieks.eks.operations.ports import Running
from minieks.eks.operations.regional import OneCluster, Regional, Services
from minieks.eks.operations.registration import shown_registration
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.eks.operations.transitions import settled
from minieks.engine.errors import MinieksError
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("name", "arn", "createdAt", "version", "endpoint", "roleArn", "resourcesVpcConfig"),
    *("kubernetesNetworkConfig", "logging", "identity", "status", "certificateAuthority"),
    *("clientRequestToken", "platformVersion", "tags", "encryptionConfig", "id", "health"),
    *("outpostConfig", "accessConfig", "upgradePolicy", "zonalShiftConfig"),
    *("remoteNetworkConfig", "computeConfig", "storageConfig", "deletionProtection"),
    *("controlPlaneScalingConfig", "kubeApiServerConfig", "kubeSchedulerConfig"),
    "kubeControllerManagerConfig",
)
"""What DescribeCluster shows."""


def create(at: Regional, asked: Asked) -> Answer:
    """Check what is wanted, and begin to create a cluster, which then runs."""
    clusterchecks.check(at, asked)
    record = clusterrecord.new(at, asked)
    at.services.store.create(CLUSTERS, at.key(record["name"]), record)
    if at.lenient:
        go_on(at.services, at.key(record["name"]), record)
    return describe(at, asked)


def describe(at: Regional, asked: Asked) -> Answer:
    """Show a cluster; its endpoint, authority and issuer when they are there."""
    registered = at.get(REGISTRATIONS, asked["name"])
    if registered is not None:
        return {"cluster": shown_registration(registered)}
    return {"cluster": shown(at.cluster(asked["name"]).record, MEMBERS)}


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the clusters; with ``include`` those that are only registered too."""
    names = [one["name"] for one in at.values(CLUSTERS)]
    if "all" in (asked.get("include") or ()):
        names += [one["name"] for one in at.values(REGISTRATIONS)]
    return page(sorted(names), asked, "clusters")


def delete(at: Regional, asked: Asked) -> Answer:
    """Begin to delete a cluster that has no node groups and no Fargate profiles left."""
    cluster = at.cluster(asked["name"])
    _check_deletable(cluster)
    record = cluster.change(status="DELETING", due=at.due("cluster_deletion"))
    answer = {"cluster": shown(record, MEMBERS)}
    if at.lenient:
        go_on(at.services, cluster.key, record)
    return answer


def _check_deletable(cluster: OneCluster) -> None:
    """ResourceInUseException while something is attached or under way.

    The service's words about protection, profiles and states are not documented.
    """
    name, record = cluster.name, cluster.record
    if record.get("deletionProtection"):
        text = f"Cluster {name} has deletion protection enabled; disable it before deleting."
        raise invalid_request(text, clusterName=name)
    if cluster.children(NODE_GROUPS):
        raise in_use("Cluster has nodegroups attached", clusterName=name)
    if cluster.children(FARGATE_PROFILES):
        raise in_use("Cluster has Fargate profiles attached", clusterName=name)
    if record["status"] in ("CREATING", "DELETING"):
        text = f"Cannot delete because cluster {name} currently has status {record['status']}"
        raise in_use(text, clusterName=name)
    if cluster.running is not None:
        under_way = updates.running(cluster.aws, updates.Owner("cluster", name))
        if under_way is not None:
            text = f"currently has update {under_way['id']} in progress"
            raise in_use(f"Cannot delete because cluster {name} {text}", clusterName=name)


def go_on(services: Services, key: str, record: Obj) -> None:
    """A cluster that was being created is there, one that was being deleted is gone."""
    at, name = Regional.of_key(services, key)
    if record["status"] == "DELETING":
        _remove(services, key)
    else:
        _start(OneCluster(at, name), record)


def _start(cluster: OneCluster, record: Obj) -> None:
    services = cluster.at.services
    try:
        running = services.clusters.start(cluster_spec(cluster.at, record))
    except MinieksError as error:
        issue = {"code": "InternalFailure", "message": str(error), "resourceIds": [cluster.name]}
        failed = settled(record, status="FAILED", health={"issues": [issue]})
        services.store.replace(CLUSTERS, cluster.key, failed)
        return
    services.running[cluster.key] = running
    active = settled(record, status="ACTIVE", **reached(running))
    services.store.replace(CLUSTERS, cluster.key, active)
    cluster.publish()
    inside.begin(cluster)


def resume(services: Services) -> None:
    """Go on with the clusters that ran when the service ended, each with its node groups.

    Those that a config brought go on only if one brings them again (`adopting`).
    """
    for key in services.store.keys(CLUSTERS):
        at, name = Regional.of_key(services, key)
        cluster = OneCluster(at, name)
        if key in services.running:
            continue
        if cluster.record.get("brought"):
            services.store.remove(CLUSTERS, key)
            continue
        if cluster.record["status"] not in ("ACTIVE", "UPDATING", "DELETING"):
            continue
        running = services.clusters.start(cluster_spec(at, cluster.record))
        services.running[key] = running
        nodegroupspec.go_on(cluster)
        cluster.change(**reached(running))
        inside.begin(cluster)


def reached(running: Running) -> Obj:
    """How clients reach a running cluster, in the members of its description."""
    return {
        "endpoint": running.endpoint,
        "certificateAuthority": {"data": base64.b64encode(running.authority).decode("ascii")},
        "identity": {"oidc": {"issuer": running.issuer}},
    }


def _remove(services: Services, key: str) -> None:
    running = services.running.pop(key, None)
    if running is not None:
        services.clusters.stop(running)
    services.store.remove(CLUSTERS, key)


OPERATIONS: Final = (
    Operation("CreateCluster", create),
    Operation("DescribeCluster", describe),
    Operation("ListClusters", list_),
    Operation("DeleteCluster", delete),
)
