"""Access entries: which principal of IAM is which user of the cluster, kept by EKS itself.

    mapping_of(entries, identity) -> Mapping | None

Source: Amazon EKS user guide, "Create access entries"; Amazon EKS API reference, CreateAccessEntry.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from minieks.eks import nodeaccounts
from minieks.eks.identity import arns
from minieks.eks.identity.mapping import Identity, Mapping
from minieks.eks.spec import AccessEntrySpec

_SESSION: Final = "{{SessionName}}"


def policy_name(arn: str) -> str:
    """The name in the ARN of an access policy."""
    return arn.rpartition("/")[2]


def completed(entry: AccessEntrySpec) -> AccessEntrySpec:
    """The entry with the user name, and for nodes the groups, that EKS gives it."""
    node = nodeaccounts.OF_TYPES.get(entry.type)
    if node is not None:
        return replace(entry, username=node.username, groups=node.groups)
    if entry.username:
        return entry
    return replace(entry, username=_default_username(entry.principal_arn))


def _default_username(principal: str) -> str:
    """The user's own ARN; for a role that of its sessions, with the session's name."""
    arn = arns.parsed(principal)
    return arns.session(principal, _SESSION) if arn.kind == "role" else principal


def of_node_role(role: str, type_: str) -> AccessEntrySpec:
    """The entry that EKS adds for a node role or a Fargate profile's pod execution role."""
    return completed(AccessEntrySpec(role, type=type_))


def entry_of(entries: Iterable[AccessEntrySpec], identity: Identity) -> AccessEntrySpec | None:
    """The caller's entry, or None. A role that was made anew is not the one that was meant."""
    asked = identity.canonical.lower()
    for entry in entries:
        meant = entry.principal_id in ("", identity.user_id)
        if meant and arns.without_path(entry.principal_arn).lower() == asked:
            return entry
    return None


def mapping_of(entries: Iterable[AccessEntrySpec], identity: Identity) -> Mapping | None:
    """Who the caller is by the entries, or None; templates are still in it."""
    found = entry_of(entries, identity)
    if found is None:
        return None
    entry = completed(found)
    return Mapping(entry.username, entry.groups, f"access entry {entry.principal_arn}")
