"""Add-ons: created, described, listed, updated, deleted; their workloads run in the cluster.

Source: Amazon EKS API reference, CreateAddon, UpdateAddon, DeleteAddon; AWS user guide for EKS,
"Amazon EKS add-ons". Texts are those of answers in public issues where they are known.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.data.addon_versions import Addon, addons, compatible
from minieks.eks import updates
from minieks.eks.addons import managed
from minieks.eks.operations import podidentity
from minieks.eks.operations.addonversions import PUBLISHER, configuration
from minieks.eks.operations.clusterspec import cluster_spec
from minieks.eks.operations.collections import ADDONS, POD_IDENTITY_ASSOCIATIONS, UPDATES
from minieks.eks.operations.errors import (
    EksError,
    in_use,
    invalid_parameter,
    invalid_request,
    not_found,
)
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.roles import passed_role
from minieks.eks.operations.showing import shown
from minieks.eks.operations.transitions import settled
from minieks.eks.operations.updaterecords import shown_update
from minieks.eks.spec import AddonSpec
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("addonName", "clusterName", "status", "addonVersion", "health", "addonArn", "createdAt"),
    *("modifiedAt", "serviceAccountRoleArn", "tags", "publisher", "owner"),
    *("configurationValues", "podIdentityAssociations", "namespaceConfig"),
)
PATIENCE: Final[Micros] = 20 * 60 * SECOND
"""How long EKS waits for an add-on's pods before it calls the add-on degraded."""
_VERSION: Final = re.compile(r"v\d+\.\d+\.\d+(-[a-z]+)?-eksbuild\.\d+")
_AGAIN_AFTER: Final[Micros] = 10 * SECOND
_NO_REPLICAS: Final = (
    "The add-on is unhealthy because it doesn't have the desired number of replicas."
)
_CONFLICTS: Final = (
    "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. "
    "Conflicts:\n"
)


def create(at: Regional, asked: Asked) -> Answer:
    """Begin to install an add-on."""
    cluster, name = at.active_cluster(asked["clusterName"]), asked["addonName"]
    if cluster.child(ADDONS, name) is not None:
        raise in_use("Addon already exists.", clusterName=cluster.name, addonName=name)
    addon = _addon(name)
    version = _version(cluster, addon, asked.get("addonVersion"))
    configuration(addon, asked.get("configurationValues"))
    _check_roles(at, addon, asked)
    record = _record(cluster, addon, version, asked)
    cluster.aws.create(ADDONS, name, record)
    answer = {"addon": shown(_apply(cluster, record), MEMBERS)}
    return _final(cluster, name) if at.lenient else answer


def _record(cluster: OneCluster, addon: Addon, version: str, asked: Asked) -> Obj:
    at, arn = cluster.at, cluster.arn("addon", addon.name, cluster.at.new_id())
    return {
        "addonName": addon.name,
        "clusterName": cluster.name,
        "status": "CREATING",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": arn,
        "createdAt": at.now(),
        "modifiedAt": at.now(),
        "tags": dict(asked.get("tags") or {}),
        "publisher": PUBLISHER,
        "owner": addon.owner,
        "podIdentityAssociations": _associations(cluster, addon, arn, asked),
        **_as_asked(asked),
        "resolveConflicts": asked.get("resolveConflicts") or "NONE",
        "due": at.due("addon_creation"),
    }


def take_in(cluster: OneCluster, asked: Asked) -> None:
    """Note an add-on that the cluster was made with; one that EKS does not know is no add-on.

    A version that is not for the cluster's Kubernetes is the default one.
    """
    addon = addons().get(asked["addonName"])
    if addon is None or cluster.child(ADDONS, addon.name) is not None:
        return
    try:
        version = _version(cluster, addon, asked.get("addonVersion"))
    except EksError:
        version = addon.default_version(cluster.record["version"]) or addon.versions[-1].version
    record = settled(_record(cluster, addon, version, asked), status="ACTIVE")
    cluster.aws.create(ADDONS, addon.name, record)


def _addon(name: str) -> Addon:
    found = addons().get(name)
    if found is None:
        raise invalid_parameter(f"Addon {name} specified is not supported", addonName=name)
    return found


def _version(cluster: OneCluster, addon: Addon, asked: str | None) -> str:
    """The version asked for, or the default; InvalidParameterException if the cluster is not."""
    kubernetes = cluster.record["version"]
    if asked is None:
        found = addon.default_version(kubernetes)
    else:
        found = asked if _is_for(addon, asked, kubernetes) else None
    if found is None:
        text = "Addon version specified is not supported"
        raise invalid_parameter(text, clusterName=cluster.name, addonName=addon.name)
    return found


def _is_for(addon: Addon, version: str, kubernetes: str) -> bool:
    """Whether a version is for a Kubernetes version; one that is not listed may well be.

    The list holds some of the versions that there are.
    """
    listed = any(one.version == version for one in addon.versions)
    known = listed or _VERSION.fullmatch(version) is not None
    return known and compatible(addon.name, version, kubernetes)


def _check_roles(at: Regional, addon: Addon, asked: Asked) -> None:
    """InvalidParameterException for roles that are not there, or that nothing would use."""
    associations = asked.get("podIdentityAssociations") or ()
    for one in associations:
        if one["serviceAccount"] not in addon.service_accounts:
            text = f"Service account {one['serviceAccount']} is not used by addon {addon.name}"
            raise invalid_parameter(text, addonName=addon.name)
    wanted = [one["roleArn"] for one in associations]
    own = asked.get("serviceAccountRoleArn")
    for arn in (*wanted, *([own] if own else [])):
        if passed_role(at, arn) is None and not at.lenient:
            raise invalid_parameter(f"Role {arn} does not exist", addonName=asked["addonName"])


def _as_asked(asked: Asked) -> dict[str, Any]:
    members = ("serviceAccountRoleArn", "configurationValues", "namespaceConfig")
    return {key: asked[key] for key in members if asked.get(key) is not None}


def _associations(cluster: OneCluster, addon: Addon, arn: str, asked: Asked) -> list[str]:
    """The associations that are made for the add-on, by their ARNs."""
    found = []
    for one in asked.get("podIdentityAssociations") or ():
        wanted = {**one, "namespace": addon.namespace}
        made = podidentity.associate(cluster, wanted, owner=arn)
        found.append(made["associationArn"])
    return found


def addon_spec(record: Obj) -> AddonSpec:
    """What is wanted of an add-on, from its record."""
    addon = addons()[record["addonName"]]
    return AddonSpec(
        name=addon.name,
        version=record["addonVersion"],
        service_account_role_arn=record.get("serviceAccountRoleArn", ""),
        configuration=configuration(addon, record.get("configurationValues")),
    )


def _apply(cluster: OneCluster, record: Obj, before: Obj | None = None) -> Obj:
    """Write the add-on's objects, as far as conflicts allow; returns the record as it is then."""
    api, spec = cluster.inside.api, cluster_spec(cluster.at, cluster.record)
    found = managed.conflicts(api, addon_spec(before or record), spec)
    mode = record["resolveConflicts"]
    if found and not (mode == "OVERWRITE" or (mode == "PRESERVE" and before)):
        issue = _issue("ConfigurationConflict", _CONFLICTS + "\n".join(found))
        failed = {**record, "failed": True, "health": {"issues": [issue]}}
        return cluster.aws.replace(ADDONS, record["addonName"], failed)
    keep = found if mode == "PRESERVE" else ()
    managed.write(api, addon_spec(record), spec, keep)
    return record


def _issue(code: str, message: str, resources: Iterable[str] = ()) -> Obj:
    return {"code": code, "message": message, "resourceIds": list(resources)}


def go_on(cluster: OneCluster, name: str, record: Obj) -> None:
    """An add-on is installed, changed or gone; it is active once its pods are ready."""
    if record["status"] == "DELETING":
        _remove(cluster, record)
        return
    if record.get("failed"):
        _fail(cluster, record)
        return
    api, spec = cluster.inside.api, cluster_spec(cluster.at, cluster.record)
    waiting = [] if cluster.at.lenient else managed.waits_for(api, addon_spec(record), spec)
    if not waiting:
        _end_update(cluster, record, updates.SUCCESSFUL)
        done = settled(record, status="ACTIVE", health={"issues": []})
        cluster.aws.replace(ADDONS, name, done)
        return
    now = cluster.at.now()
    degraded = now - record["modifiedAt"] >= PATIENCE
    if degraded:
        _end_update(cluster, record, updates.FAILED, "InsufficientNumberOfReplicas", _NO_REPLICAS)
        issue = _issue("InsufficientNumberOfReplicas", _NO_REPLICAS, waiting)
        record = {**record, "status": "DEGRADED", "health": {"issues": [issue]}}
    cluster.aws.replace(ADDONS, name, {**record, "due": now + _AGAIN_AFTER})


def _fail(cluster: OneCluster, record: Obj) -> None:
    """A conflict was found, and the mode did not let it be resolved."""
    (issue,) = record["health"]["issues"]
    _end_update(cluster, record, updates.FAILED, issue["code"], issue["message"])
    status = "CREATE_FAILED" if record["status"] == "CREATING" else "UPDATE_FAILED"
    kept = {key: value for key, value in record.items() if key != "failed"}
    before = kept.pop("before", {})
    cluster.aws.replace(ADDONS, record["addonName"], settled({**kept, **before}, status=status))


def _end_update(
    cluster: OneCluster, record: Obj, status: str, code: str = "", message: str = ""
) -> None:
    if "update" in record:
        error = {"errorCode": code, "errorMessage": message, "resourceIds": []}
        updates.finish(cluster.aws, record["update"], status, [error] if code else [])


def _remove(cluster: OneCluster, record: Obj) -> None:
    if not record.get("preserve"):
        spec = cluster_spec(cluster.at, cluster.record)
        managed.remove(cluster.inside.api, addon_spec(record), spec)
    for one in cluster.children(POD_IDENTITY_ASSOCIATIONS):
        if one.get("ownerArn") == record["addonArn"]:
            cluster.aws.remove(POD_IDENTITY_ASSOCIATIONS, one["associationId"])
    cluster.aws.remove(ADDONS, record["addonName"])


def find(cluster: OneCluster, name: str) -> Obj:
    """An add-on's record; ResourceNotFoundException if the cluster has none such."""
    found = cluster.child(ADDONS, name)
    if found is None:
        text = f"No addon: {name} found in cluster: {cluster.name}"
        raise not_found(text, clusterName=cluster.name, addonName=name)
    return found


def _final(cluster: OneCluster, name: str) -> Answer:
    """Where states are final at once: the add-on as it is then."""
    go_on(cluster, name, find(cluster, name))
    return {"addon": shown(find(cluster, name), MEMBERS)}


def describe(at: Regional, asked: Asked) -> Answer:
    """Show an add-on of a cluster."""
    record = find(at.cluster(asked["clusterName"]), asked["addonName"])
    return {"addon": shown(record, MEMBERS)}


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the add-ons of a cluster; self-managed ones are none."""
    found = at.cluster(asked["clusterName"]).children(ADDONS)
    return page(sorted(one["addonName"] for one in found), asked, "addons")


def update(at: Regional, asked: Asked) -> Answer:
    """Begin to change an add-on's version, configuration or roles."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _at_rest(find(cluster, asked["addonName"]))
    addon = _addon(record["addonName"])
    version = asked.get("addonVersion")
    if version is not None:
        _version(cluster, addon, version)
    configuration(addon, asked.get("configurationValues"))
    _check_roles(at, addon, asked)
    begun = _begin(cluster, record["addonName"], asked)
    changed = {
        **record,
        **_as_asked(asked),
        "addonVersion": version or record["addonVersion"],
        "resolveConflicts": asked.get("resolveConflicts") or "NONE",
        "status": "UPDATING",
        "modifiedAt": at.now(),
        "update": begun["id"],
        "before": _before(record),
        "due": at.due("addon_update"),
    }
    if asked.get("podIdentityAssociations") is not None:
        changed["podIdentityAssociations"] = _replaced(cluster, addon, record, asked)
    cluster.aws.replace(ADDONS, addon.name, changed)
    _apply(cluster, changed, before=record)
    if at.lenient:
        go_on(cluster, addon.name, find(cluster, addon.name))
    return shown_update(cluster, begun["id"])


def _before(record: Obj) -> Obj:
    """What is shown again if an update fails."""
    return {key: record[key] for key in ("addonVersion", "configurationValues") if key in record}


def _begin(cluster: OneCluster, name: str, asked: Asked) -> Obj:
    owner = updates.Owner("addon", name)
    wanted: Mapping[str, object] = {
        "AddonVersion": asked.get("addonVersion"),
        "ServiceAccountRoleArn": asked.get("serviceAccountRoleArn"),
        "ResolveConflicts": asked.get("resolveConflicts"),
        "ConfigurationValues": asked.get("configurationValues"),
        "PodIdentityAssociations": asked.get("podIdentityAssociations"),
    }
    at = cluster.at
    begun = updates.record(owner, at.new_id(), "AddonUpdate", wanted, at.now())
    return cluster.aws.create(UPDATES, begun["id"], begun)


def _replaced(cluster: OneCluster, addon: Addon, record: Obj, asked: Asked) -> list[str]:
    """The add-on's associations as an update names them: all of them, or none."""
    for one in cluster.children(POD_IDENTITY_ASSOCIATIONS):
        if one.get("ownerArn") == record["addonArn"]:
            cluster.aws.remove(POD_IDENTITY_ASSOCIATIONS, one["associationId"])
    return _associations(cluster, addon, record["addonArn"], asked)


def _at_rest(record: Obj) -> Obj:
    """The record; InvalidRequest- or ResourceInUseException while something goes on with it."""
    name, status = record["addonName"], record["status"]
    if status == "UPDATING":
        text = f"Addon {name} cannot be updated as it is currently in {status} state"
        raise in_use(text, clusterName=record["clusterName"], addonName=name)
    if status in ("CREATING", "DELETING"):
        text = f"Addon {name} cannot be updated as it is currently in {status} state"
        raise invalid_request(text, clusterName=record["clusterName"], addonName=name)
    return record


def delete(at: Regional, asked: Asked) -> Answer:
    """Begin to take an add-on away; with ``preserve`` its workloads stay, unmanaged."""
    cluster = at.active_cluster(asked["clusterName"])
    record = find(cluster, asked["addonName"])
    if record["status"] == "DELETING":
        return {"addon": shown(record, MEMBERS)}
    deleting = {
        **record,
        "status": "DELETING",
        "preserve": bool(asked.get("preserve")),
        "due": at.due("addon_deletion"),
    }
    cluster.aws.replace(ADDONS, record["addonName"], deleting)
    if at.lenient:
        go_on(cluster, record["addonName"], deleting)
    return {"addon": shown(deleting, MEMBERS)}


OPERATIONS: Final = (
    Operation("CreateAddon", create),
    Operation("DescribeAddon", describe),
    Operation("ListAddons", list_),
    Operation("UpdateAddon", update),
    Operation("DeleteAddon", delete),
)
