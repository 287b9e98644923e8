"""Takes clusters into the service that were made from a config, as if eksctl had called for them.

They run already, with their node groups, profiles and add-ons. What the service would know of them,
had it been called for each (`fromspec`), is written down here: then every operation finds them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from minieks.data.regions import find_region
from minieks.eks.iamroles import cluster_role
from minieks.eks.nodegroups.world import NODE_GROUPS
from minieks.eks.operations import addons, clusterrecord, fromspec, inside, nodegroups
from minieks.eks.operations import nodegroupspec as specs
from minieks.eks.operations.call import Caller
from minieks.eks.operations.clusters import reached
from minieks.eks.operations.collections import CLUSTERS
from minieks.eks.operations.ports import LaunchTemplate, Running, Subnet
from minieks.eks.operations.regional import OneCluster, Regional, Services
from minieks.eks.operations.transitions import settled
from minieks.eks.subnets import COLLECTION as SUBNETS
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class _SpecEc2:
    """EC2 as far as a config speaks of it; fulfils `minieks.eks.operations.ports.Ec2`."""

    running: Running

    def subnet(self, account: str, region: str, subnet_id: str) -> Subnet | None:
        """A subnet of the cluster, or None."""
        inner = self.running.cluster
        found = inner.aws.get(SUBNETS, subnet_id)
        if found is None:
            return None
        return Subnet(
            subnet_id,
            inner.spec.network.vpc_id,
            found["availabilityZone"],
            found["cidrBlock"],
            public=bool(found["public"]),
        )

    def security_group(self, account: str, region: str, group_id: str) -> bool:
        """Configs name none."""
        return False

    def launch_template(
        self, account: str, region: str, template: str, version: str
    ) -> LaunchTemplate | None:
        """The template of one of the config's groups, or None."""
        spec = self.running.cluster.spec
        found = (fromspec.template_of(spec, one) for one in fromspec.managed_groups(spec))
        return next((one for one in found if one.id == template), None)


class Adopting:
    """Takes clusters in when somebody first asks for anything: till then nobody can tell."""

    def __init__(self, services: Services, clusters: Iterable[Running]) -> None:
        self._services = services
        self._waiting = list(clusters)

    def prepare(self, _: object) -> None:
        """Take in those that still wait."""
        while self._waiting:
            adopt(self._services, self._waiting.pop(0))


def adopt(services: Services, running: Running) -> None:
    """Take a running cluster in, or go on with it if it was taken in before it was kept."""
    spec = running.cluster.spec
    partition = find_region(spec.region).partition
    root = Caller(f"arn:{partition}:iam::{spec.account_id}:root", spec.account_id)
    knowing = replace(services, ec2=_SpecEc2(running))
    at = Regional(knowing, spec.account_id, spec.region, root)
    first, *others = fromspec.steps(spec, cluster_role(spec))
    record = _cluster(at, running, first.parameters)
    _store(services, at.key(spec.name), record)
    services.running[at.key(spec.name)] = running
    cluster = OneCluster(at, spec.name)
    specs.go_on(cluster)
    cluster.publish()
    _take_in(cluster, others)
    inside.begin(OneCluster(replace(at, services=services, caller=None), spec.name))


def _cluster(at: Regional, running: Running, asked: Obj) -> Obj:
    """The cluster's record: that which was kept, or a new one from the same moment."""
    kept = running.cluster.aws.get(CLUSTERS, asked["name"]) or {}
    if "resourcesVpcConfig" in kept:
        return {**kept, **reached(running)}
    made = clusterrecord.new(at, asked)
    config = {**made["resourcesVpcConfig"], "vpcId": running.cluster.spec.network.vpc_id}
    return {
        **settled(made, status="ACTIVE", **reached(running)),
        "createdAt": kept.get("createdAt", made["createdAt"]),
        "resourcesVpcConfig": config,
        "brought": True,
    }


def _store(services: Services, key: str, record: Obj) -> None:
    known = services.store.get(CLUSTERS, key) is not None
    write: Any = services.store.replace if known else services.store.create
    write(CLUSTERS, key, record)


def _take_in(cluster: OneCluster, steps: Iterable[fromspec.Step]) -> None:
    for step in steps:
        if step.operation == "CreateAddon":
            addons.take_in(cluster, step.parameters)
        elif step.operation == "CreateNodegroup":
            _complete(cluster, step.parameters)


def _complete(cluster: OneCluster, asked: Obj) -> None:
    """Write into a group's record what its nodes do not follow from."""
    name = asked["nodegroupName"]
    record, world = cluster.child(NODE_GROUPS, name), cluster.inside.node_groups
    if record is None or "amiType" in record:
        return
    group = world.specs[name]
    template = specs.find_template(cluster.at, asked.get("launchTemplate"))
    members = nodegroups.beside(
        cluster.at, asked, replace(group, version=record["version"]), template
    )
    members["modifiedAt"] = record["createdAt"]
    world.change(NODE_GROUPS, name, **{**members, "status": record["status"]})
