"""Tokens that never expire and live in a Secret, for those who make such a Secret.

Source: kubernetes pkg/serviceaccount/legacy.go and
pkg/controller/serviceaccount/tokens_controller.go.
"""

from base64 import b64decode
from typing import Final

from minieks.engine.store import Store
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.authentication import TokenRefused
from minieks.kube.auth.tokens.keys import Claims
from minieks.kube.auth.users import service_account_groups, service_account_name
from minieks.kube.words.objects import Obj, is_deleting, name, namespace, uid

ISSUER: Final = "kubernetes/serviceaccount"
SECRET_TYPE: Final = "kubernetes.io/service-account-token"
_CLAIM: Final = "kubernetes.io/serviceaccount/"


def claims_of(account: Obj, secret: Obj) -> Claims:
    """What the token of a Secret says; it has no times and no audience."""
    return {
        "iss": ISSUER,
        f"{_CLAIM}namespace": namespace(account),
        f"{_CLAIM}secret.name": name(secret),
        f"{_CLAIM}service-account.name": name(account),
        f"{_CLAIM}service-account.uid": uid(account),
        "sub": service_account_name(namespace(account), name(account)),
    }


def user_of(token: str, claims: Claims, store: Store) -> UserInfo:
    """The account of such a token; raises TokenRefused."""
    space = str(claims[f"{_CLAIM}namespace"])
    secret = store.get("secrets", f"{space}/{claims[f'{_CLAIM}secret.name']}")
    if secret is None or is_deleting(secret):
        raise TokenRefused("Token has been invalidated")
    kept = str((secret.get("data") or {}).get("token") or "")
    if b64decode(kept) != token.encode():
        raise TokenRefused("Token does not match server's copy")
    called = str(claims[f"{_CLAIM}service-account.name"])
    account = store.get("serviceaccounts", f"{space}/{called}")
    if account is None:
        raise TokenRefused(f'serviceaccounts "{called}" not found')
    if is_deleting(account):
        raise TokenRefused(f"ServiceAccount {space}/{called} has been deleted")
    claimed = claims[f"{_CLAIM}service-account.uid"]
    if uid(account) != claimed:
        raise TokenRefused(f"ServiceAccount UID ({uid(account)}) does not match claim ({claimed})")
    return UserInfo(
        service_account_name(space, called), uid(account), service_account_groups(space)
    )
