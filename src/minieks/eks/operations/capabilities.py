"""EKS Capabilities (ACK, kro, Argo CD): kept and shown; nothing runs for them in the cluster.

Source: Amazon EKS API reference, CreateCapability and its siblings.
"""

from typing import Any, Final

from minieks.eks import updates
from minieks.eks.operations.collections import CAPABILITIES, UPDATES
from minieks.eks.operations.errors import in_use, invalid_parameter, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.roles import passed_role
from minieks.eks.operations.showing import shown
from minieks.eks.operations.transitions import settled
from minieks.eks.operations.updaterecords import shown_update
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("capabilityName", "arn", "clusterName", "type", "roleArn", "status", "version"),
    *("configuration", "tags", "health", "createdAt", "modifiedAt", "deletePropagationPolicy"),
)
_SUMMARY: Final = (
    *("capabilityName", "arn", "type", "status", "version", "createdAt", "modifiedAt"),
)
_TIMING: Final = "capability_change"


def create(at: Regional, asked: Asked) -> Answer:
    """Note a capability; one of each type in a cluster."""
    cluster, name, type_ = (
        at.active_cluster(asked["clusterName"]),
        asked["capabilityName"],
        asked["type"],
    )
    for one in cluster.children(CAPABILITIES):
        if one["capabilityName"] == name or one["type"] == type_:
            text = f"Capability {one['capabilityName']} of type {one['type']} already exists"
            raise in_use(text, clusterName=cluster.name)
    configuration = dict(asked.get("configuration") or {})
    if type_ == "ARGOCD" and "argoCd" not in configuration:
        raise invalid_parameter("A capability of type ARGOCD needs configuration.argoCd.awsIdc")
    if passed_role(at, asked["roleArn"]) is None and not at.lenient:
        raise invalid_parameter(f"Role {asked['roleArn']} does not exist")
    record = {
        "capabilityName": name,
        "arn": cluster.arn("capability", type_.lower(), name, at.new_id()),
        "clusterName": cluster.name,
        "type": type_,
        "roleArn": asked["roleArn"],
        "status": "CREATING",
        "version": "v1.0.0-eks-1",
        "configuration": configuration,
        "tags": dict(asked.get("tags") or {}),
        "health": {"issues": []},
        "createdAt": at.now(),
        "modifiedAt": at.now(),
        "deletePropagationPolicy": asked["deletePropagationPolicy"],
        "due": at.due(_TIMING),
    }
    cluster.aws.create(CAPABILITIES, name, record)
    return {"capability": shown(_perhaps_now(cluster, record), MEMBERS)}


def _perhaps_now(cluster: OneCluster, record: Obj) -> Obj:
    """Where states are final at once, the record as it is then; else as it is."""
    name = record["capabilityName"]
    if cluster.at.lenient:
        go_on(cluster, name, record)
    return cluster.child(CAPABILITIES, name) or record


def go_on(cluster: OneCluster, name: str, record: Obj) -> None:
    """A capability is there, is changed, or is gone."""
    if record["status"] == "DELETING":
        cluster.aws.remove(CAPABILITIES, name)
        return
    if "update" in record:
        updates.finish(cluster.aws, record["update"], updates.SUCCESSFUL, ())
    cluster.aws.replace(CAPABILITIES, name, settled(record, status="ACTIVE"))


def _find(cluster: OneCluster, name: str) -> Obj:
    found = cluster.child(CAPABILITIES, name)
    if found is None:
        raise not_found(f"No capability found for name: {name}.", clusterName=cluster.name)
    return found


def describe(at: Regional, asked: Asked) -> Answer:
    """Show a capability."""
    record = _find(at.cluster(asked["clusterName"]), asked["capabilityName"])
    return {"capability": shown(record, MEMBERS)}


def list_(at: Regional, asked: Asked) -> Answer:
    """Show the capabilities of a cluster, in short."""
    found = at.cluster(asked["clusterName"]).children(CAPABILITIES)
    return page([shown(one, _SUMMARY) for one in found], asked, "capabilities")


def update(at: Regional, asked: Asked) -> Answer:
    """Note another role or configuration of a capability."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _at_rest(_find(cluster, asked["capabilityName"]))
    name = record["capabilityName"]
    owner, wanted = updates.Owner("capability", name), {"RoleArn": asked.get("roleArn")}
    begun = updates.record(owner, at.new_id(), "CapabilityUpdate", wanted, at.now())
    cluster.aws.create(UPDATES, begun["id"], begun)
    changed = {
        **record,
        "roleArn": asked.get("roleArn") or record["roleArn"],
        "configuration": _merged(record["configuration"], asked.get("configuration") or {}),
        "status": "UPDATING",
        "modifiedAt": at.now(),
        "update": begun["id"],
        "due": at.due(_TIMING),
    }
    cluster.aws.replace(CAPABILITIES, name, changed)
    _perhaps_now(cluster, changed)
    return shown_update(cluster, begun["id"])


def _merged(before: Obj, change: Asked) -> dict[str, Any]:
    """The configuration with what an update names: role mappings come as changes."""
    merged = {**before, **{key: value for key, value in change.items() if key != "argoCd"}}
    argo = dict(change.get("argoCd") or {})
    mappings = argo.pop("rbacRoleMappings", None) or {}
    if argo or mappings:
        own = before.get("argoCd") or {}
        rows = {one["role"]: one for one in own.get("rbacRoleMappings") or ()}
        rows |= {one["role"]: one for one in mappings.get("addOrUpdateRoleMappings") or ()}
        for one in mappings.get("removeRoleMappings") or ():
            rows.pop(one["role"], None)
        merged["argoCd"] = {**own, **argo, "rbacRoleMappings": list(rows.values())}
    return merged


def _at_rest(record: Obj) -> Obj:
    if record["status"] in ("CREATING", "UPDATING", "DELETING"):
        name, status = record["capabilityName"], record["status"]
        raise in_use(f"Capability {name} currently has status {status}")
    return record


def delete(at: Regional, asked: Asked) -> Answer:
    """Begin to forget a capability."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _at_rest(_find(cluster, asked["capabilityName"]))
    deleting = {**record, "status": "DELETING", "due": at.due(_TIMING)}
    cluster.aws.replace(CAPABILITIES, record["capabilityName"], deleting)
    _perhaps_now(cluster, deleting)
    return {"capability": shown(deleting, MEMBERS)}


OPERATIONS: Final = (
    Operation("CreateCapability", create, recorded=True),
    Operation("DescribeCapability", describe, recorded=True),
    Operation("ListCapabilities", list_, recorded=True),
    Operation("UpdateCapability", update, recorded=True),
    Operation("DeleteCapability", delete, recorded=True),
)
