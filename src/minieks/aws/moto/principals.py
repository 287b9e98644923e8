"""What the policies are that IAM has for a caller."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from minieks.aws.moto.iam import document, role_of
from minieks.aws.moto.loaded import in_use
from minieks.aws.moto.trusted import managed, policies_of
from minieks.eks.identity.policies import Permissions
from minieks.eks.identity.ports import CallerIdentity


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or a session of a role, with what it may do and the tags it has."""

    arn: str
    permissions: Permissions
    tags: Mapping[str, str] = field(default_factory=dict)


def principal_of(caller: CallerIdentity) -> Principal | None:
    """Who asks; None for a root user, whom no policy limits."""
    sessions = (_session(sts, caller) for sts in in_use("sts"))
    users = (_user(iam, caller) for iam in in_use("iam", caller.account))
    return next((one for one in chain(sessions, users) if one is not None), None)


def _session(sts: Any, caller: CallerIdentity) -> Principal | None:
    found = sts.get_assumed_role_from_access_key(caller.access_key)
    if found is None:
        return None
    role = role_of(found.account_id, found.role_arn)
    if role is None:
        return Principal(caller.arn, Permissions())
    permissions = Permissions(
        tuple(policies_of(role)),
        _boundary(caller.account, role.permissions_boundary_arn),
        _limits(found.policy),
    )
    tags = {**tags_of(role.tags), **getattr(found, "session_tags", {})}
    return Principal(caller.arn, permissions, tags)


def _user(iam: Any, caller: CallerIdentity) -> Principal | None:
    user = next((one for one in iam.users.values() if one.arn == caller.arn), None)
    if user is None:
        return None
    groups = iam.get_groups_for_user(user.name)
    permissions = Permissions(
        tuple(chain.from_iterable(policies_of(one) for one in (user, *groups))),
        _boundary(caller.account, getattr(user, "permissions_boundary_arn", None)),
    )
    return Principal(caller.arn, permissions, tags_of(iam.list_user_tags(user.name)))


def tags_of(found: Any) -> dict[str, str]:
    """Tags as moto has them: a map or a list of maps with a key and a value each."""
    listed = found.values() if isinstance(found, Mapping) else found or ()
    return {one["Key"]: one["Value"] for one in listed}


def _boundary(account: str, arn: str | None) -> Mapping[str, Any] | None:
    return managed(account, arn) if arn else None


def _limits(text: str | None) -> tuple[Mapping[str, Any], ...]:
    """The session policies: one document, or several in a list."""
    return tuple(_documents(json.loads(text))) if text else ()


def _documents(given: Any) -> Iterator[Mapping[str, Any]]:
    for one in given if isinstance(given, list) else (given,):
        yield document(one)
