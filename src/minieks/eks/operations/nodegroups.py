"""Managed node groups: created, described, listed, deleted.

Source: Amazon EKS API reference, CreateNodegroup, DescribeNodegroup, ListNodegroups,
DeleteNodegroup.
"""

from typing import Any, Final

from minieks.eks import desired
from minieks.eks.nodegroups.removing import begin_removal
from minieks.eks.nodegroups.world import NODE_GROUPS, SUBNETS
from minieks.eks.operations import nodeaccess, nodegroupchecks, nodegroupspec, templates
from minieks.eks.operations.clusterspec import cluster_spec, with_subnets
from minieks.eks.operations.errors import in_use, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import given, shown
from minieks.eks.spec import NodeGroupSpec
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("nodegroupName", "nodegroupArn", "clusterName", "version", "releaseVersion", "createdAt"),
    *("modifiedAt", "status", "capacityType", "scalingConfig", "instanceTypes", "subnets"),
    *("remoteAccess", "amiType", "nodeRole", "labels", "taints", "resources", "diskSize"),
    *("health", "updateConfig", "nodeRepairConfig", "launchTemplate", "tags", "warmPoolConfig"),
)


def create(at: Regional, asked: Asked) -> Answer:
    """Create a node group: an Auto Scaling group whose instances join the cluster."""
    cluster = at.active_cluster(asked["clusterName"])
    template = nodegroupspec.find_template(at, asked.get("launchTemplate"))
    nodegroupchecks.check(cluster, asked, template)
    group = nodegroupspec.node_group_spec(cluster, asked, template)
    nodeaccess.let_in(cluster, group.instance_role_arn, _entry_type(group))
    _ensure_subnets(cluster, asked)
    spec = cluster_spec(at, cluster.record)
    cluster.inside.node_groups.grow(group)
    desired.write_group(spec, group, cluster.aws, at.chance, at.now())
    record = cluster.inside.node_groups.change(
        NODE_GROUPS, group.name, **beside(at, asked, group, template)
    )
    return {"nodegroup": shown(record, MEMBERS)}


def _entry_type(group: NodeGroupSpec) -> str:
    return "EC2_WINDOWS" if group.windows else "EC2_LINUX"


def _ensure_subnets(cluster: OneCluster, asked: Asked) -> None:
    """Nodes may be in other subnets of the VPC than the control plane."""
    spec = with_subnets(cluster.at, cluster.record, asked["subnets"])
    for subnet in desired.subnets(spec):
        if cluster.aws.get(SUBNETS, subnet["subnetId"]) is None:
            cluster.aws.create(SUBNETS, subnet["subnetId"], subnet)


def beside(at: Regional, asked: Asked, group: NodeGroupSpec, template: Any) -> dict[str, Any]:
    """Members of a group's record that nodes do not follow from."""
    version = group.version
    as_asked = ("remoteAccess", "nodeRepairConfig", "warmPoolConfig")
    members = given(
        amiType=nodegroupspec.ami_type(asked, template, version),
        capacityType=asked.get("capacityType") or "ON_DEMAND",
        updateConfig=asked.get("updateConfig") or {"maxUnavailable": 1},
        launchTemplate=template
        and {"id": template.id, "name": template.name, "version": template.version},
        **{templates.TAKEN: templates.taken(template) if template else None},
        modifiedAt=at.now(),
        tags=dict(asked.get("tags") or {}),
        **{key: asked.get(key) for key in as_asked},
    )
    return {**members, "status": "ACTIVE"} if at.lenient else members


def find(cluster: OneCluster, name: str) -> Obj:
    """A node group's record; ResourceNotFoundException if there is none such."""
    found = cluster.child(NODE_GROUPS, name)
    if found is None:
        text = f"No node group found for name: {name}."
        raise not_found(text, clusterName=cluster.name, nodegroupName=name)
    return found


def describe(at: Regional, asked: Asked) -> Answer:
    """Show a node group."""
    return {
        "nodegroup": shown(find(at.cluster(asked["clusterName"]), asked["nodegroupName"]), MEMBERS)
    }


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the node groups of a cluster."""
    found = at.cluster(asked["clusterName"]).children(NODE_GROUPS)
    return page(sorted(one["nodegroupName"] for one in found), asked, "nodegroups")


def delete(at: Regional, asked: Asked) -> Answer:
    """Begin to delete a node group: its nodes drain, then its instances end."""
    cluster = at.cluster(asked["clusterName"])
    record = find(cluster, asked["nodegroupName"])
    name = record["nodegroupName"]
    if record["status"] in ("UPDATING", "DELETING"):
        text = f"Cannot delete nodegroup {name} because it currently has status {record['status']}"
        raise in_use(text, clusterName=cluster.name, nodegroupName=name)
    world = cluster.inside.node_groups
    deleting = world.change(NODE_GROUPS, name, status="DELETING", modifiedAt=at.now())
    for group in record["resources"]["autoScalingGroups"]:
        begin_removal(world, group["name"])
    if at.lenient:
        cluster.aws.remove(NODE_GROUPS, name)
        nodeaccess.shut_out(cluster, record["nodeRole"])
    return {"nodegroup": shown(deleting, MEMBERS)}


OPERATIONS: Final = (
    Operation("CreateNodegroup", create),
    Operation("DescribeNodegroup", describe),
    Operation("ListNodegroups", list_),
    Operation("DeleteNodegroup", delete),
)
