"""Access policies: what an access entry allows beside RBAC.

Each is a set of RBAC rules, for the whole cluster or for some namespaces. Source: Amazon EKS user
guide, "Associate access policies with access entries" and "Review access policy permissions"; EKS
asks them after RBAC, by an authorization webhook, which cannot list rules.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Final, NamedTuple

from minieks.data.access_policies import rules as written
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.identity import arns, records
from minieks.eks.identity.accessentries import policy_name
from minieks.eks.identity.authenticator import CANONICAL_ARN, PRINCIPAL_ID
from minieks.eks.spec import AccessEntrySpec, AccessPolicySpec
from minieks.engine.store import Change, Store
from minieks.kube.api.fields import quoted
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Decision, Rules
from minieks.kube.auth.rbac.rules import Rule, compiled

_REFUSED: Final = Decision(False)
_CANNOT_LIST: Final = Rules(error="webhook authorizer does not support user rule resolution")


class _Grant(NamedTuple):
    """A policy on an entry."""

    entry: AccessEntrySpec
    policy: AccessPolicySpec


class AccessPolicies:
    """The authorizer of a cluster's access policies; ``aws`` is the cluster's own store."""

    def __init__(self, aws: Store) -> None:
        self._aws = aws
        self._known: dict[str, tuple[_Grant, ...]] | None = None
        for collection in (records.ACCESS_ENTRIES, CLUSTERS):
            aws.subscribe(collection, self._changed)

    def _changed(self, change: Change) -> None:
        self._known = None

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        """Allowed if a policy of the user's entry allows it; else no reason is given."""
        extra = dict(user.extra)
        for principal in extra.get(CANONICAL_ARN, ()):
            for grant in self._grants().get(principal.lower(), ()):
                if allows(grant.policy, wish):
                    return Decision(True, _reason(grant, extra.get(PRINCIPAL_ID, ("",))[0], wish))
        return _REFUSED

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        """Nothing but that they cannot be listed."""
        return _CANNOT_LIST if CANONICAL_ARN in dict(user.extra) else Rules()

    def _grants(self) -> dict[str, tuple[_Grant, ...]]:
        """The grants by their principals as sessions show them."""
        if self._known is None:
            counts = records.mode(self._aws) != "CONFIG_MAP"
            self._known = dict(_by_principal(records.entries(self._aws) if counts else ()))
        return self._known


def _by_principal(
    entries: Iterable[AccessEntrySpec],
) -> Iterator[tuple[str, tuple[_Grant, ...]]]:
    for entry in entries:
        grants = tuple(_Grant(entry, policy) for policy in entry.policies)
        yield arns.without_path(entry.principal_arn).lower(), grants


def allows(policy: AccessPolicySpec, wish: Attributes) -> bool:
    """Whether an associated policy allows a wish: by its rules, in its scope."""
    return _in_scope(policy, wish) and any(
        rule.allows(wish) for rule in _compiled(policy_name(policy.policy_arn))
    )


def _in_scope(policy: AccessPolicySpec, wish: Attributes) -> bool:
    if policy.scope == "cluster":
        return True
    space = wish.namespace
    return bool(space) and any(fnmatchcase(space, pattern) for pattern in policy.namespaces)


@cache
def _compiled(policy: str) -> tuple[Rule, ...]:
    return tuple(compiled(rule) for rule in written(policy))


def _reason(grant: _Grant, principal_id: str, wish: Attributes) -> str:
    """What the audit log of EKS says."""
    arn = grant.policy.policy_arn
    kind, where = "ClusterRoleBinding", ""
    if grant.policy.scope != "cluster":
        kind, where = "RoleBinding", f"/{wish.namespace}"
    binding = quoted(f"{grant.entry.principal_arn}+{arn}{where}")
    return (
        f"EKS Access Policy: allowed by {kind} {binding} of ClusterRole {quoted(arn)} to User"
        f" {quoted(principal_id)}"
    )
