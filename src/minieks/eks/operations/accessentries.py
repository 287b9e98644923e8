"""Access entries: which IAM principals are which users of a cluster.

Source: AWS user guide for EKS, "Grant IAM users access to Kubernetes with EKS access entries";
Amazon EKS API reference, CreateAccessEntry. Texts of refusals are those of answers in public
issues where they are known.
"""

import re
from collections.abc import Iterable
from typing import Final

from minieks.eks.identity.accessentries import completed
from minieks.eks.operations import quotas
from minieks.eks.operations.collections import ACCESS_ENTRIES
from minieks.eks.operations.errors import in_use, invalid_parameter, invalid_request, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.eks.spec import AccessEntrySpec
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("clusterName", "principalArn", "kubernetesGroups", "accessEntryArn", "createdAt"),
    *("modifiedAt", "tags", "username", "type"),
)
NODE_TYPES: Final = ("EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX")
SCOPED_TYPES: Final = ("STANDARD", "EC2")
"""Types whose entries may be given access policies."""
TYPES: Final = (*SCOPED_TYPES, *NODE_TYPES)
ADMIN: Final = "AmazonEKSClusterAdminPolicy"

_PRINCIPAL: Final = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):(root|(role|user)/(.+/)?([^/]+))")
_RESERVED: Final = ("system:", "eks:", "aws:", "amazon:", "iam:")


def policy_arn(partition: str, name: str) -> str:
    """The ARN of an access policy."""
    return f"arn:{partition}:eks::aws:cluster-access-policy/{name}"


def entry_cluster(at: Regional, name: str) -> OneCluster:
    """The cluster, if it has access entries at all; EksError if it has not."""
    cluster = at.active_cluster(name)
    if cluster.record["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        text = (
            "The cluster's authentication mode must be set to one of "
            "[API, API_AND_CONFIG_MAP] to perform this operation."
        )
        raise invalid_request(text, clusterName=name)
    return cluster


def entry(cluster: OneCluster, principal: str) -> Obj:
    """The entry of a principal; ResourceNotFoundException if it has none."""
    found = cluster.child(ACCESS_ENTRIES, principal)
    if found is None:
        text = (
            "The specified principalArn could not be found. You can view your available access "
            "entries with 'list-access-entries'."
        )
        raise not_found(text, clusterName=cluster.name)
    return found


def create(at: Regional, asked: Asked) -> Answer:
    """Let an IAM principal into a cluster as a user with groups."""
    cluster = entry_cluster(at, asked["clusterName"])
    principal, type_ = asked["principalArn"], asked.get("type") or "STANDARD"
    if cluster.child(ACCESS_ENTRIES, principal) is not None:
        text = "The specified access entry resource is already in use on this cluster."
        raise in_use(text, clusterName=cluster.name)
    _check_principal(at, principal, type_)
    _check_type(type_, asked)
    check_user(asked.get("username"), asked.get("kubernetesGroups") or ())
    present = cluster.children(ACCESS_ENTRIES)
    quotas.check(at, present, quotas.ACCESS_ENTRIES, "Access entry", clusterName=cluster.name)
    wanted = AccessEntrySpec(
        principal,
        type_,
        asked.get("username") or "",
        tuple(asked.get("kubernetesGroups") or ()),
        tags=dict(asked.get("tags") or {}),
    )
    record = _new(cluster, wanted)
    cluster.aws.create(ACCESS_ENTRIES, principal, record)
    return {"accessEntry": shown(record, MEMBERS)}


def _check_principal(at: Regional, principal: str, type_: str) -> None:
    """InvalidParameterException unless IAM has the principal; nodes have a role of the account."""
    found = _PRINCIPAL.fullmatch(principal)
    if found is None:
        raise invalid_parameter("The specified principalArn is invalid: invalid principal.")
    if "/aws-service-role/" in principal:
        text = "The specified principalArn is invalid: service-linked roles are not supported."
        raise invalid_parameter(text)
    is_role, own = found[3] == "role", found[1] == at.account
    if type_ != "STANDARD" and not (is_role and own):
        text = f"The principalArn of an access entry of type {type_} must be a role of the account."
        raise invalid_parameter(text)
    if not at.lenient and own and not _exists(at, principal, is_role=is_role):
        raise invalid_parameter("The specified principalArn is invalid: invalid principal.")


def _exists(at: Regional, principal: str, *, is_role: bool) -> bool:
    if is_role:
        return at.services.iam.role(at.account, principal) is not None
    return principal.endswith(":root") or at.services.iam.user(at.account, principal) is not None


def _check_type(type_: str, asked: Asked) -> None:
    if type_ not in TYPES:
        raise invalid_parameter(f"The access entry type {type_} is invalid.")
    if type_ != "STANDARD" and (asked.get("kubernetesGroups") or asked.get("username")):
        text = f"Access entries of type {type_} take no username and no kubernetesGroups."
        raise invalid_parameter(text)


def check_user(username: str | None, kubernetes_groups: Iterable[str]) -> None:
    """InvalidParameterException for names that Kubernetes or AWS keep for themselves."""
    for group in kubernetes_groups:
        prefix = _reserved(group)
        if prefix:
            text = f"The kubernetes group name {group} is invalid, it cannot start with {prefix}"
            raise invalid_parameter(text)
    if not username:
        return
    prefix = _reserved(username)
    if prefix:
        text = f"The username {username} is invalid, it cannot start with {prefix}"
        raise invalid_parameter(text)
    head, found, _ = username.partition("{{SessionName}}")
    if found and ":" not in head:
        text = f"The username {username} is invalid, it needs a colon before {{{{SessionName}}}}"
        raise invalid_parameter(text)


def _reserved(name: str) -> str:
    return next((one for one in _RESERVED if name.startswith(one)), "")


def _new(cluster: OneCluster, wanted: AccessEntrySpec) -> Obj:
    entry, now = completed(wanted), cluster.at.now()
    principal = entry.principal_arn
    found = _PRINCIPAL.fullmatch(principal)
    account, kind, name = cluster.at.account, "user", "root"
    if found is not None and found[3]:
        account, kind, name = found[1], found[3], found[5]
    return {
        "clusterName": cluster.name,
        "principalArn": principal,
        "principalId": principal_id(cluster.at, principal),
        "kubernetesGroups": list(entry.groups),
        "accessEntryArn": cluster.arn("access-entry", kind, account, name, cluster.at.new_id()),
        "createdAt": now,
        "modifiedAt": now,
        "tags": dict(entry.tags),
        "username": entry.username,
        "type": entry.type,
        "associatedAccessPolicies": [],
    }


def principal_id(at: Regional, principal: str) -> str:
    """The unique id of a role or user, which another of its name has not; empty if unknown."""
    iam = at.services.iam
    if ":role/" not in principal:
        return iam.user(at.account, principal) or ""
    role = iam.role(at.account, principal)
    return role.role_id if role else ""


def admit(cluster: OneCluster, principal: str, type_: str, policies: Iterable[str] = ()) -> None:
    """Let a principal in, as EKS does by itself: the creator, roles of nodes and of profiles."""
    now = cluster.at.now()
    associated = [
        {
            "policyArn": policy_arn(cluster.at.partition, one),
            "accessScope": {"type": "cluster", "namespaces": []},
            "associatedAt": now,
            "modifiedAt": now,
        }
        for one in policies
    ]
    wanted = AccessEntrySpec(principal, type_)
    record = {**_new(cluster, wanted), "associatedAccessPolicies": associated}
    cluster.aws.create(ACCESS_ENTRIES, principal, record)


def describe(at: Regional, asked: Asked) -> Answer:
    """Show an access entry."""
    cluster = entry_cluster(at, asked["clusterName"])
    return {"accessEntry": shown(entry(cluster, asked["principalArn"]), MEMBERS)}


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the principals that have entries, or those of them that have a policy."""
    found = entry_cluster(at, asked["clusterName"]).children(ACCESS_ENTRIES)
    policy = asked.get("associatedPolicyArn")
    names = [one["principalArn"] for one in found if policy is None or _has(one, policy)]
    return page(sorted(names), asked, "accessEntries")


def _has(record: Obj, policy: str) -> bool:
    return any(one["policyArn"] == policy for one in record["associatedAccessPolicies"])


def update(at: Regional, asked: Asked) -> Answer:
    """Change the user or the groups of an access entry."""
    cluster = entry_cluster(at, asked["clusterName"])
    record = entry(cluster, asked["principalArn"])
    _check_type(record["type"], asked)
    check_user(asked.get("username"), asked.get("kubernetesGroups") or ())
    changes = {
        key: asked[key] for key in ("username", "kubernetesGroups") if asked.get(key) is not None
    }
    changed = {**record, **changes, "modifiedAt": at.now()}
    cluster.aws.replace(ACCESS_ENTRIES, record["principalArn"], changed)
    return {"accessEntry": shown(changed, MEMBERS)}


def delete(at: Regional, asked: Asked) -> Answer:
    """Shut an IAM principal out, as far as its entry let it in."""
    cluster = entry_cluster(at, asked["clusterName"])
    record = entry(cluster, asked["principalArn"])
    cluster.aws.remove(ACCESS_ENTRIES, record["principalArn"])
    return {}


OPERATIONS: Final = (
    Operation("CreateAccessEntry", create),
    Operation("DescribeAccessEntry", describe),
    Operation("ListAccessEntries", list_),
    Operation("UpdateAccessEntry", update),
    Operation("DeleteAccessEntry", delete),
)
