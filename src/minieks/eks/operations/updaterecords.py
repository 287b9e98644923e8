"""Updates, listed and described with the resource that they change.

Source: Amazon EKS API reference, ListUpdates, DescribeUpdate, CancelUpdate.
"""

from typing import Final

from minieks.eks import updates
from minieks.eks.operations.collections import ADDONS, CAPABILITIES, NODE_GROUPS, UPDATES
from minieks.eks.operations.errors import invalid_parameter, invalid_request, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.kube.words.objects import Obj

MEMBERS: Final = ("id", "status", "type", "params", "createdAt", "errors", "cancellation")
_OWNERS: Final = {
    "nodegroupName": ("nodegroup", NODE_GROUPS, "No node group found for name: {0}."),
    "addonName": ("addon", ADDONS, "No addon: {0} found in cluster: {1}"),
    "capabilityName": ("capability", CAPABILITIES, "No capability found for name: {0}."),
}
"""By the parameter that names an owner: its kind, its collection, and what is said if it is not."""


def present(cluster: OneCluster, update_id: str) -> Obj:
    """The update of this id, which must be there."""
    found = cluster.child(UPDATES, update_id)
    assert found is not None, f"update {update_id} was just begun"
    return found


def shown_update(cluster: OneCluster, update_id: str) -> Answer:
    """An update of this id, which must be there, as an answer."""
    return {"update": shown(present(cluster, update_id), MEMBERS)}


def begin(cluster: OneCluster, type_: str, wanted: dict[str, object], timing: str) -> Obj:
    """Note a new update of the cluster itself, which goes on when its time is over."""
    owner = updates.Owner("cluster", cluster.name)
    record = updates.record(owner, cluster.at.new_id(), type_, wanted, cluster.at.now())
    return cluster.aws.create(UPDATES, record["id"], {**record, "due": cluster.at.due(timing)})


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the updates of a cluster, or of something in it."""
    cluster = at.cluster(asked["name"])
    owner = _owner(cluster, asked)
    found = updates.of(cluster.aws, owner) if cluster.running else []
    return page([one["id"] for one in found], asked, "updateIds")


def describe(at: Regional, asked: Asked) -> Answer:
    """Show an update: its state, what it changes, and what went wrong."""
    cluster = at.cluster(asked["name"])
    _find(cluster, asked["updateId"], _owner(cluster, asked))
    return shown_update(cluster, asked["updateId"])


def cancel(at: Regional, asked: Asked) -> Answer:
    """Refuse: only rollbacks of clusters in EKS Auto Mode can be cancelled, and there are none."""
    cluster = at.cluster(asked["name"])
    found = _find(cluster, asked["updateId"], updates.Owner("cluster", cluster.name))
    text = f"Update {found['id']} of type {found['type']} cannot be cancelled"
    raise invalid_request(text, clusterName=cluster.name)


def _owner(cluster: OneCluster, asked: Asked) -> updates.Owner:
    """Whose updates are asked for; EksError if there is no such resource, or several are named."""
    named = [member for member in _OWNERS if asked.get(member)]
    if len(named) > 1:
        raise invalid_parameter(f"Only one of {', '.join(named)} may be specified")
    if not named:
        return updates.Owner("cluster", cluster.name)
    name = asked[named[0]]
    kind, collection, text = _OWNERS[named[0]]
    if cluster.child(collection, name) is None:
        about = {named[0]: name}
        raise not_found(text.format(name, cluster.name), clusterName=cluster.name, **about)
    return updates.Owner(kind, name)


def _find(cluster: OneCluster, update_id: str, owner: updates.Owner) -> Obj:
    found = cluster.child(UPDATES, update_id)
    if found is None or found["owner"] != {"kind": owner.kind, "name": owner.name}:
        raise not_found(f"No update found for ID: {update_id}", clusterName=cluster.name)
    return found


OPERATIONS: Final = (
    Operation("ListUpdates", list_),
    Operation("DescribeUpdate", describe),
    Operation("CancelUpdate", cancel, recorded=True),
)
