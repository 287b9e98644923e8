"""Whether the claims of a truly signed token still hold.

Source: kubernetes pkg/serviceaccount/claims.go (validator.Validate).
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Store
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.authentication import CREDENTIAL_ID, TokenRefused
from minieks.kube.auth.tokens.claims import PRIVATE
from minieks.kube.auth.tokens.keys import Claims
from minieks.kube.auth.users import service_account_groups, service_account_name
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata, uid

_LEEWAY: Final = 60
"""Seconds by which clocks may differ (go-jose's DefaultLeeway)."""

_GONE: Final = "service account token has been invalidated"
_EXTRA: Final = "authentication.kubernetes.io/"
# Which bound objects end a token, and how a wrong uid of each is told.
_BOUND: Final[tuple[tuple[str, str, str], ...]] = (
    ("secret", "secrets", "secret UID ({}) does not match service account secret ref claim ({})"),
    ("pod", "pods", "pod UID ({}) does not match service account pod ref claim ({})"),
    ("node", "nodes", "node UID ({}) does not match service account node ref claim ({})"),
)


def user_of(claims: Claims, store: Store, now: Micros) -> UserInfo:
    """The service account that the claims are about; raises TokenRefused."""
    _check_times(claims, now)
    private = claims.get(PRIVATE) or {}
    space = str(private.get("namespace") or "")
    account = private.get("serviceaccount") or {}
    _check_account(store, space, account, now)
    for kind, collection, mismatch in _BOUND:
        # A pod's token also tells of its node, which may be gone before the pod.
        if kind in private and not (kind == "node" and "pod" in private):
            key = private[kind]["name"] if kind == "node" else f"{space}/{private[kind]['name']}"
            found = store.get(collection, key)
            if found is None or _is_long_gone(found, now):
                raise TokenRefused(_GONE)
            if uid(found) != private[kind]["uid"]:
                raise TokenRefused(mismatch.format(uid(found), private[kind]["uid"]))
    return UserInfo(
        service_account_name(space, account["name"]),
        account["uid"],
        service_account_groups(space),
        _extra(claims, private),
    )


def _check_times(claims: Claims, now: Micros) -> None:
    seconds = now // SECOND
    if claims.get("exp") is not None and seconds > claims["exp"] + _LEEWAY:
        raise TokenRefused("service account token has expired")
    if claims.get("nbf") is not None and seconds < claims["nbf"] - _LEEWAY:
        raise TokenRefused("service account token is not valid yet")


def _check_account(store: Store, space: str, account: Mapping[str, Any], now: Micros) -> None:
    called = account.get("name", "")
    found = store.get("serviceaccounts", f"{space}/{called}")
    if found is None:
        raise TokenRefused(f'serviceaccounts "{called}" not found')
    if _is_long_gone(found, now):
        raise TokenRefused(f"service account {space}/{called} has been deleted")
    if uid(found) != account.get("uid"):
        raise TokenRefused(
            f"service account UID ({uid(found)}) does not match claim ({account.get('uid')})"
        )


def _is_long_gone(obj: Obj, now: Micros) -> bool:
    """Whether its deletion began longer ago than clocks may differ."""
    began = metadata(obj).get("deletionTimestamp")
    return began is not None and times.parse(began) < now - _LEEWAY * SECOND


def _extra(claims: Claims, private: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = {}
    if claims.get("jti"):
        found[CREDENTIAL_ID] = (f"JTI={claims['jti']}",)
    for kind in ("node", "pod"):
        reference = private.get(kind) or {}
        for part in ("name", "uid"):
            if reference.get(part):
                found[f"{_EXTRA}{kind}-{part}"] = (reference[part],)
    return tuple(found.items())
