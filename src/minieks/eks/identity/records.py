"""Access entries and Pod Identity associations as a cluster's own AWS store keeps them.

The records are as DescribeAccessEntry and DescribePodIdentityAssociation show them. An entry is
kept under its principal's ARN, with its policies in ``associatedAccessPolicies`` (as
ListAssociatedAccessPolicies shows them) and the principal's unique id in ``principalId``; an
association under its id.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from minieks.data.regions import find_region
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.identity import arns
from minieks.eks.identity.accessentries import completed, of_node_role
from minieks.eks.identity.podidentity import Association, external_id
from minieks.eks.spec import (
    AccessEntrySpec,
    AccessPolicySpec,
    ClusterSpec,
    PodIdentityAssociationSpec,
)
from minieks.engine import ids
from minieks.engine.clock import Micros
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

ACCESS_ENTRIES: Final = "accessentries.eks"
ASSOCIATIONS: Final = "podidentityassociations.eks"
_ID_LENGTH: Final = 17


def write(spec: ClusterSpec, aws: Store, chance: Random, now: Micros) -> None:
    """Store the entries and associations that a cluster's configuration asks for."""
    for entry in entries_of(spec):
        if aws.get(ACCESS_ENTRIES, entry.principal_arn) is None:
            aws.create(ACCESS_ENTRIES, entry.principal_arn, _entry(spec, entry, chance, now))
    for one in spec.pod_identity_associations:
        record = _association(spec, one, chance, now)
        aws.create(ASSOCIATIONS, record["associationId"], record)


def entries_of(spec: ClusterSpec) -> Iterator[AccessEntrySpec]:
    """The entries of the configuration, and those that EKS adds for the roles of nodes."""
    if spec.authentication_mode == "CONFIG_MAP":
        return
    yield from (completed(entry) for entry in spec.access_entries)
    for group in spec.node_groups:
        if group.instance_role_arn:
            type_ = "EC2_WINDOWS" if group.windows else "EC2_LINUX"
            yield of_node_role(group.instance_role_arn, type_)
    for profile in spec.fargate_profiles:
        yield of_node_role(profile.pod_execution_role_arn, "FARGATE_LINUX")


def _entry(spec: ClusterSpec, entry: AccessEntrySpec, chance: Random, now: Micros) -> Obj:
    principal = arns.parsed(entry.principal_arn)
    own = f"{principal.kind}/{principal.account}/{principal.last}/{ids.uid(chance)}"
    return {
        "clusterName": spec.name,
        "principalArn": entry.principal_arn,
        "principalId": entry.principal_id,
        "kubernetesGroups": list(entry.groups),
        "accessEntryArn": _arn(spec, f"access-entry/{spec.name}/{own}"),
        "createdAt": now,
        "modifiedAt": now,
        "tags": dict(entry.tags),
        "username": entry.username,
        "type": entry.type,
        "associatedAccessPolicies": [_associated(one, now) for one in entry.policies],
    }


def _associated(policy: AccessPolicySpec, now: Micros) -> Obj:
    return {
        "policyArn": policy.policy_arn,
        "accessScope": {"type": policy.scope, "namespaces": list(policy.namespaces)},
        "associatedAt": now,
        "modifiedAt": now,
    }


def _association(
    spec: ClusterSpec, one: PodIdentityAssociationSpec, chance: Random, now: Micros
) -> Obj:
    own = f"a-{ids.suffix(chance, _ID_LENGTH)}"
    record: Obj = {
        "clusterName": spec.name,
        "namespace": one.namespace,
        "serviceAccount": one.service_account,
        "roleArn": one.role_arn,
        "associationArn": _arn(spec, f"podidentityassociation/{spec.name}/{own}"),
        "associationId": own,
        "tags": dict(one.tags),
        "createdAt": now,
        "modifiedAt": now,
        "disableSessionTags": one.disable_session_tags,
    }
    if not one.target_role_arn:
        return record
    place = (spec.region, spec.account_id, spec.name, one.namespace, one.service_account)
    return {**record, "targetRoleArn": one.target_role_arn, "externalId": external_id(*place)}


def _arn(spec: ClusterSpec, resource: str) -> str:
    partition = find_region(spec.region).partition
    return f"arn:{partition}:eks:{spec.region}:{spec.account_id}:{resource}"


def entries(aws: Store) -> list[AccessEntrySpec]:
    """The access entries that there are."""
    return [entry(record) for record in aws.values(ACCESS_ENTRIES)]


def entry(record: Obj) -> AccessEntrySpec:
    """The entry in a record."""
    policies = (
        AccessPolicySpec(
            one["policyArn"],
            one["accessScope"]["type"],
            tuple(one["accessScope"].get("namespaces") or ()),
        )
        for one in record.get("associatedAccessPolicies") or ()
    )
    return AccessEntrySpec(
        principal_arn=record["principalArn"],
        type=record.get("type") or "STANDARD",
        username=record.get("username") or "",
        groups=tuple(record.get("kubernetesGroups") or ()),
        policies=tuple(policies),
        tags=record.get("tags") or {},
        principal_id=record.get("principalId") or "",
    )


def association_of(aws: Store, space: str, account: str) -> Association | None:
    """The association of a service account, or None."""
    for record in aws.values(ASSOCIATIONS):
        if (record["namespace"], record["serviceAccount"]) == (space, account):
            return association(record)
    return None


def association(record: Obj) -> Association:
    """The association in a record."""
    return Association(
        id=record["associationId"],
        arn=record["associationArn"],
        namespace=record["namespace"],
        service_account=record["serviceAccount"],
        role_arn=record["roleArn"],
        target_role_arn=record.get("targetRoleArn") or "",
        disable_session_tags=bool(record.get("disableSessionTags")),
        policy=record.get("policy") or "",
        external_id=record.get("externalId") or "",
    )


def mode(aws: Store) -> str:
    """The authentication mode of the cluster whose store it is."""
    for record in aws.values(CLUSTERS):
        return str((record.get("accessConfig") or {}).get("authenticationMode") or "CONFIG_MAP")
    return "CONFIG_MAP"
