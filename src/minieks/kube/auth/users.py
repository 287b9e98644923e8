"""The names that Kubernetes gives users and groups.

Source: kubernetes apiserver pkg/authentication/user and pkg/authentication/serviceaccount.
"""

from typing import Final

from minieks.kube.api.options import UserInfo
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

MASTERS: Final = "system:masters"
AUTHENTICATED: Final = "system:authenticated"
UNAUTHENTICATED: Final = "system:unauthenticated"
NODES: Final = "system:nodes"
SERVICE_ACCOUNTS: Final = "system:serviceaccounts"
_NODE_USER: Final = "system:node:"
_ACCOUNT_USER: Final = "system:serviceaccount:"

ANONYMOUS: Final = UserInfo("system:anonymous", groups=(UNAUTHENTICATED,))


def service_account_name(space: str, name: str) -> str:
    """The user name of a service account."""
    return f"{_ACCOUNT_USER}{space}:{name}"


def service_account_groups(space: str) -> tuple[str, ...]:
    """The groups of every service account of a namespace."""
    return (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{space}")


def service_account_of(user_name: str) -> tuple[str, str] | None:
    """Namespace and name of the service account that a user name stands for, or None."""
    if not user_name.startswith(_ACCOUNT_USER):
        return None
    space, colon, name = user_name.removeprefix(_ACCOUNT_USER).partition(":")
    if not colon or names.dns_label(space) or names.dns_subdomain(name):
        return None
    return space, name


def is_node(user: UserInfo) -> bool:
    """Whether the user is a kubelet."""
    return NODES in user.groups and user.name.startswith(_NODE_USER)


def node_of(user: UserInfo) -> str:
    """The name of the node whose kubelet the user is; empty if it is none."""
    return user.name.removeprefix(_NODE_USER) if is_node(user) else ""


def authenticated(user: UserInfo) -> UserInfo:
    """The user with the group that everybody has who is known."""
    if AUTHENTICATED in user.groups or UNAUTHENTICATED in user.groups:
        return user
    return UserInfo(user.name, user.uid, (*user.groups, AUTHENTICATED), user.extra)


def to_json(user: UserInfo) -> Obj:
    """The ``UserInfo`` of authentication.k8s.io/v1; empty fields are left out."""
    found: Obj = {
        "username": user.name,
        "uid": user.uid,
        "groups": list(user.groups),
        "extra": {key: list(values) for key, values in user.extra},
    }
    return {field: value for field, value in found.items() if value}


def from_json(raw: Obj) -> UserInfo:
    """The user that a ``UserInfo`` of authentication.k8s.io/v1 describes."""
    extra = raw.get("extra") or {}
    return UserInfo(
        str(raw.get("username") or ""),
        str(raw.get("uid") or ""),
        tuple(raw.get("groups") or ()),
        tuple((key, tuple(values or ())) for key, values in sorted(extra.items())),
    )
