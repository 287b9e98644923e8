"""Pod identity associations: which role the pods of a service account get.

Source: Amazon EKS API reference, CreatePodIdentityAssociation; AWS user guide for EKS, "Learn how
EKS Pod Identity grants pods access to AWS services".
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from minieks.eks.identity.podidentity import external_id
from minieks.eks.operations import quotas
from minieks.eks.operations.collections import POD_IDENTITY_ASSOCIATIONS
from minieks.eks.operations.errors import in_use, invalid_parameter, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.roles import is_role_arn, passed_role, trusts
from minieks.eks.operations.showing import given, shown
from minieks.engine import ids
from minieks.kube.words.objects import Obj

SERVICE: Final = "pods.eks.amazonaws.com"
MEMBERS: Final = (
    *("clusterName", "namespace", "serviceAccount", "roleArn", "associationArn"),
    *("associationId", "tags", "createdAt", "modifiedAt", "ownerArn", "disableSessionTags"),
    *("targetRoleArn", "externalId", "policy"),
)
_SUMMARY: Final = (
    *("clusterName", "namespace", "serviceAccount", "associationArn", "associationId"),
    "ownerArn",
)
_SETTINGS: Final = ("roleArn", "disableSessionTags", "targetRoleArn", "policy")


def create(at: Regional, asked: Asked) -> Answer:
    """Give the pods of a service account, present or to come, a role."""
    cluster = at.active_cluster(asked["clusterName"])
    present = cluster.children(POD_IDENTITY_ASSOCIATIONS)
    _check_free(cluster, present, asked["namespace"], asked["serviceAccount"])
    most = quotas.POD_IDENTITY_ASSOCIATIONS
    quotas.check(at, present, most, "Pod Identity association", clusterName=cluster.name)
    _check(at, asked)
    record = associate(cluster, asked)
    return {"association": shown(record, MEMBERS)}


def _check_free(
    cluster: OneCluster, present: list[Obj], namespace: str, service_account: str
) -> None:
    if not namespace or not service_account:
        raise invalid_parameter("The namespace and the service account must not be empty.")
    for one in present:
        if (one["namespace"], one["serviceAccount"]) == (namespace, service_account):
            text = f"Association already exists: {one['associationId']}"
            raise in_use(text, clusterName=cluster.name)


def _check(at: Regional, asked: Asked) -> None:
    """Refuse roles that no pod would get, and a policy that would have no effect."""
    target = asked.get("targetRoleArn")
    if target and not is_role_arn(target):
        raise invalid_parameter(f"Invalid Role Arn: '{target}'")
    role = passed_role(at, asked["roleArn"]) if asked.get("roleArn") else None
    if asked.get("roleArn") and not at.lenient:
        actions = ("sts:AssumeRole", "sts:TagSession")
        if role is None:
            raise invalid_parameter(
                f"Role provided in the request does not exist: {asked['roleArn']}"
            )
        if not all(trusts(role, SERVICE, one) for one in actions):
            text = "Trust policy of role provided in the request is invalid"
            raise invalid_parameter(f"{text}: it must allow {SERVICE} {' and '.join(actions)}")
    _check_policy(asked)


def _check_policy(asked: Asked) -> None:
    policy = asked.get("policy")
    if not policy:
        return
    if not asked.get("disableSessionTags"):
        raise invalid_parameter("A session policy requires disableSessionTags to be true.")
    try:
        parsed = json.loads(policy)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict) or len(policy) > 2048:
        raise invalid_parameter("The session policy is no valid policy document.")


def associate(cluster: OneCluster, asked: Mapping[str, Any], owner: str | None = None) -> Obj:
    """Store an association; ``owner`` is the ARN of the add-on that it was made for."""
    at = cluster.at
    association_id = f"a-{ids.suffix(at.chance, 17)}"
    settings = {key: asked[key] for key in _SETTINGS if asked.get(key)}
    record = given(
        clusterName=cluster.name,
        namespace=asked["namespace"],
        serviceAccount=asked["serviceAccount"],
        associationArn=cluster.arn("podidentityassociation", association_id),
        associationId=association_id,
        tags=dict(asked.get("tags") or {}),
        createdAt=at.now(),
        modifiedAt=at.now(),
        ownerArn=owner,
        externalId=_external_id(cluster, asked) if settings.get("targetRoleArn") else None,
    )
    stored = {"disableSessionTags": False, **record, **settings}
    return cluster.aws.create(POD_IDENTITY_ASSOCIATIONS, association_id, stored)


def _external_id(cluster: OneCluster, asked: Mapping[str, Any]) -> str:
    at = cluster.at
    return external_id(
        at.region, at.account, cluster.name, asked["namespace"], asked["serviceAccount"]
    )


def find(cluster: OneCluster, association_id: str) -> Obj:
    """An association's record; ResourceNotFoundException if there is none such."""
    found = cluster.child(POD_IDENTITY_ASSOCIATIONS, association_id)
    if found is None:
        text = f"The specified associationId could not be found: {association_id}"
        raise not_found(text, clusterName=cluster.name)
    return found


def describe(at: Regional, asked: Asked) -> Answer:
    """Show an association."""
    record = find(at.active_cluster(asked["clusterName"]), asked["associationId"])
    return {"association": shown(record, MEMBERS)}


def list_(at: Regional, asked: Asked) -> Answer:
    """Show the associations of a cluster, of a namespace or of a service account, in short."""
    found = at.active_cluster(asked["clusterName"]).children(POD_IDENTITY_ASSOCIATIONS)
    chosen = [
        one
        for one in found
        if asked.get("namespace") in (None, one["namespace"])
        and asked.get("serviceAccount") in (None, one["serviceAccount"])
    ]
    return page([shown(one, _SUMMARY) for one in chosen], asked, "associations")


def update(at: Regional, asked: Asked) -> Answer:
    """Change the role of an association, or what goes with it."""
    cluster = at.active_cluster(asked["clusterName"])
    record = find(cluster, asked["associationId"])
    _check_owner(record)
    changes = {key: asked[key] for key in _SETTINGS if asked.get(key) is not None}
    _check(at, {**record, **changes})
    changed = {**record, **changes, "modifiedAt": at.now()}
    if changed.get("targetRoleArn") and "externalId" not in changed:
        changed["externalId"] = _external_id(cluster, record)
    cluster.aws.replace(POD_IDENTITY_ASSOCIATIONS, record["associationId"], changed)
    return {"association": shown(changed, MEMBERS)}


def delete(at: Regional, asked: Asked) -> Answer:
    """End an association; pods keep the credentials that they have until those expire."""
    cluster = at.active_cluster(asked["clusterName"])
    record = find(cluster, asked["associationId"])
    _check_owner(record)
    cluster.aws.remove(POD_IDENTITY_ASSOCIATIONS, record["associationId"])
    return {"association": shown(record, MEMBERS)}


def _check_owner(record: Obj) -> None:
    """What an add-on made is changed by the add-on."""
    if record.get("ownerArn"):
        text = f"The association is owned by {record['ownerArn']} and can only be changed by it."
        raise invalid_parameter(text)


OPERATIONS: Final = (
    Operation("CreatePodIdentityAssociation", create),
    Operation("DescribePodIdentityAssociation", describe),
    Operation("ListPodIdentityAssociations", list_),
    Operation("UpdatePodIdentityAssociation", update),
    Operation("DeletePodIdentityAssociation", delete),
)
