"""What a change of access does: who gains what, who loses what, and who is locked out.

    differences(before, after) -> each principal whose standing changes

Source of what counts: `users`, which the authenticator asks, too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from minieks.eks.identity import arns, users
from minieks.eks.identity.accessentries import entry_of, policy_name
from minieks.eks.identity.awsauth import complaint
from minieks.eks.identity.mapping import Identity
from minieks.eks.identity.ports import CallerIdentity
from minieks.eks.identity.users import Access
from minieks.eks.spec import AccessPolicySpec

Effect: TypeAlias = Literal["let in", "locked out", "changed"]
_WHOLE_ACCOUNT = "everybody of account "


@dataclass(frozen=True, slots=True)
class Standing:
    """What a principal is in the cluster; templates are as they are written."""

    username: str
    groups: tuple[str, ...]
    policies: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A principal whose standing changes; it has none where it is not let in."""

    principal: str
    effect: Effect
    before: Standing | None
    after: Standing | None

    @property
    def gained(self) -> tuple[str, ...]:
        """The groups and policies that are new."""
        return _beyond(self.after, self.before)

    @property
    def lost(self) -> tuple[str, ...]:
        """The groups and policies that are gone."""
        return _beyond(self.before, self.after)


def _beyond(one: Standing | None, other: Standing | None) -> tuple[str, ...]:
    known = _rights(other)
    return tuple(right for right in _rights(one) if right not in known)


def _rights(standing: Standing | None) -> tuple[str, ...]:
    if standing is None:
        return ()
    return (
        *(f"group {one}" for one in standing.groups),
        *(f"policy {one}" for one in standing.policies),
    )


def differences(before: Access, after: Access) -> list[Difference]:
    """All principals whose standing changes, sorted."""
    found = []
    for principal in sorted(set(_principals(before)) | set(_principals(after))):
        old, new = standing(before, principal), standing(after, principal)
        if old is None and new is not None:
            found.append(Difference(principal, "let in", old, new))
        elif old is not None and new is None:
            found.append(Difference(principal, "locked out", old, new))
        elif old != new and _without_source(old) != _without_source(new):
            found.append(Difference(principal, "changed", old, new))
    return found


def _without_source(one: Standing | None) -> tuple[object, ...]:
    return () if one is None else (one.username, one.groups, one.policies)


def standing(access: Access, principal: str) -> Standing | None:
    """What a principal is; None if it is not let in."""
    identity = _identity(principal)
    mapped = users.found(access, identity)
    if mapped is None:
        return None
    entry = None if access.mode == "CONFIG_MAP" else entry_of(access.entries, identity)
    policies = tuple(_shown(one) for one in entry.policies) if entry else ()
    username = "each one's own ARN" if principal.startswith(_WHOLE_ACCOUNT) else mapped.username
    return Standing(username, mapped.groups, policies, mapped.source)


def _shown(policy: AccessPolicySpec) -> str:
    name = policy_name(policy.policy_arn)
    return name if policy.scope == "cluster" else f"{name} in {', '.join(policy.namespaces)}"


def _identity(principal: str) -> Identity:
    """Somebody who comes as the principal; for an account anybody of it."""
    account = principal.removeprefix(_WHOLE_ACCOUNT)
    if account != principal:
        return Identity(CallerIdentity("", account, ""), f"arn:aws:iam::{account}:user/*")
    return Identity(CallerIdentity(principal, _account_of(principal), ""), principal)


def _account_of(principal: str) -> str:
    try:
        return arns.parsed(principal).account
    except arns.BadArn:
        return ""


def _principals(access: Access) -> Iterator[str]:
    """Whom something names; of roles the ARN without a path, as their sessions show it."""
    for entry in access.entries:
        yield arns.without_path(entry.principal_arn)
    for row in (*access.aws_auth.roles.values(), *access.aws_auth.users.values()):
        yield _as_caller(row.arn)
    if access.creator:
        yield arns.without_path(access.creator)
    for account in access.aws_auth.accounts:
        yield f"{_WHOLE_ACCOUNT}{account}"


def _as_caller(arn: str) -> str:
    """The ARN under which its bearer comes: a role's path is not in it."""
    return arns.without_path(arn) if ":role/" in arn.lower() else arn


def warnings(access: Access) -> Iterator[str]:
    """What in aws-auth does not do what it seems to: errors, and rows that fit nobody."""
    if access.aws_auth.errors:
        yield f"the authenticator leaves out what it cannot read: {complaint(access.aws_auth)}"
    for row in access.aws_auth.roles.values():
        if arns.without_path(row.arn) != row.arn:
            yield f"{row.arn} fits nobody: a session's ARN has no path; leave it out"
        elif ":assumed-role/" in row.arn:
            yield f"{row.arn} fits nobody: name the role, arn:aws:iam::ACCOUNT:role/NAME"
        if not row.username and row.arn:
            yield f"{row.arn} has no username"
    yield from _of_places(access)


def _of_places(access: Access) -> Iterator[str]:
    for row in access.aws_auth.roles.values():
        if ":user/" in row.arn:
            yield f"{row.arn} is a user: it belongs into mapUsers"
    for row in access.aws_auth.users.values():
        if ":role/" in row.arn:
            yield f"{row.arn} is a role: it belongs into mapRoles"


def locks_out(found: Iterable[Difference]) -> bool:
    """Whether somebody who is let in now would not be."""
    return any(one.effect == "locked out" for one in found)
