"""Acting as somebody else: the ``Impersonate-*`` headers.

Source: kubernetes apiserver pkg/endpoints/filters/impersonation.go. Who asks must be allowed the
verb ``impersonate`` on every user, group, uid and extra value that the headers name.
"""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo
from minieks.kube.auth import users
from minieks.kube.auth.attributes import Attributes, Authorizer
from minieks.kube.auth.credentials import Credentials, values_of
from minieks.kube.auth.refusals import refusal

_USER = "impersonate-user"
_GROUP = "impersonate-group"
_UID = "impersonate-uid"
_EXTRA = "impersonate-extra-"
_AUTHENTICATION = "authentication.k8s.io"
_VERSION = f"{_AUTHENTICATION}/v1"


class WithoutUser(ApiError):
    """Headers that name groups, a uid or extras, but no user; answered as plain text, with 500."""

    def __init__(self, path: str, asked: str) -> None:
        why = f"requested [{asked}] without impersonating a user"
        super().__init__(500, "", f'Internal Server Error: "{path}": {why}\n')


class _Asked(NamedTuple):
    """What the headers name."""

    user: str
    groups: tuple[str, ...]
    uid: str
    extra: tuple[tuple[str, tuple[str, ...]], ...]


def impersonated(user: UserInfo, credentials: Credentials, authorizer: Authorizer) -> UserInfo:
    """The user that a request acts as: ``user`` itself without such headers.

    Raises Forbidden where ``user`` may not, and WithoutUser.
    """
    for header in credentials.headers:
        if header.startswith("impersonate-"):
            return _impersonated(user, credentials, authorizer)
    return user


def _impersonated(user: UserInfo, credentials: Credentials, authorizer: Authorizer) -> UserInfo:
    asked = _asked(credentials)
    if not asked.user:
        if not (asked.groups or asked.uid or asked.extra):
            return user
        raise WithoutUser(credentials.path, " ".join(_references(asked)))
    for wish in _wishes(asked):
        decision = authorizer.authorize(user, wish)
        if not decision.allowed:
            raise refusal(user, wish, decision.reason)
    return UserInfo(asked.user, asked.uid, _groups(asked), asked.extra)


def _asked(credentials: Credentials) -> _Asked:
    extra = {
        unquote(header.removeprefix(_EXTRA)): values_of(credentials, header)
        for header in sorted(credentials.headers)
        if header.startswith(_EXTRA)
    }
    return _Asked(
        credentials.headers.get(_USER, ""),
        values_of(credentials, _GROUP),
        credentials.headers.get(_UID, ""),
        tuple(extra.items()),
    )


def _references(asked: _Asked) -> Iterator[str]:
    """The object references that the server makes of the headers, as Go prints them.

    The fields are kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath.
    """
    for group in asked.groups:
        yield f"{{Group  {group}    }}"
    for key, values in asked.extra:
        for value in values:
            yield f"{{UserExtra  {value}  {_VERSION}  {key}}}"
    if asked.uid:
        yield f"{{UID  {asked.uid}  {_VERSION}  }}"


def _wishes(asked: _Asked) -> Iterator[Attributes]:
    """What must be allowed, in the server's order."""
    account = users.service_account_of(asked.user)
    if account is not None:
        space, name = account
        yield Attributes("impersonate", "", "v1", "serviceaccounts", namespace=space, name=name)
    else:
        yield Attributes("impersonate", "", "v1", "users", name=asked.user)
    for group in asked.groups:
        yield Attributes("impersonate", "", "v1", "groups", name=group)
    for key, values in asked.extra:
        for value in values:
            yield Attributes("impersonate", _AUTHENTICATION, "v1", "userextras", key, name=value)
    if asked.uid:
        yield Attributes("impersonate", _AUTHENTICATION, "v1", "uids", name=asked.uid)


def _groups(asked: _Asked) -> tuple[str, ...]:
    """The groups asked for, a service account's own if none were, and the one of its knownness."""
    groups = asked.groups
    account = users.service_account_of(asked.user)
    if account is not None and not groups:
        groups = users.service_account_groups(account[0])
    if users.AUTHENTICATED in groups or users.UNAUTHENTICATED in groups:
        return groups
    anonymous = asked.user == users.ANONYMOUS.name
    return (*groups, users.UNAUTHENTICATED if anonymous else users.AUTHENTICATED)
