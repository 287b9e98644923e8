"""Fills Secrets of type kubernetes.io/service-account-token, and removes those without an account.

Source: kubernetes pkg/controller/serviceaccount/tokens_controller.go.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.auth.tokens import legacy
from minieks.kube.auth.tokens.keys import Signs
from minieks.kube.words.objects import (
    Obj,
    annotations,
    key,
    name,
    namespace,
    split_key,
    uid,
    with_metadata,
)

_NAME: Final = "kubernetes.io/service-account.name"
_UID: Final = "kubernetes.io/service-account.uid"


class TokenSecretsLoop:
    """Keeps token, namespace and ca.crt in the Secrets that ask for them."""

    name = "serviceaccount-token"

    def __init__(self, api: Api, signing: Signs, bundle: str) -> None:
        self._api = api
        self._signing = signing
        self._bundle = bundle

    def watches(self) -> Mapping[str, Wakes]:
        """Secrets of the type, and accounts that come or go."""
        return {"secrets": self._of_secret, "serviceaccounts": self._of_account}

    @staticmethod
    def _of_secret(change: Change) -> Iterable[str]:
        wanted = change.type != "DELETED" and change.value.get("type") == legacy.SECRET_TYPE
        return (change.key,) if wanted else ()

    def _of_account(self, change: Change) -> Iterable[str]:
        if change.type == "MODIFIED":
            return ()
        return [
            key(secret)
            for secret in self._api.store.values("secrets", namespace(change.value))
            if secret.get("type") == legacy.SECRET_TYPE
            and annotations(secret).get(_NAME) == name(change.value)
        ]

    def reconcile(self, key: str) -> Result | None:
        """Fill the Secret, or delete it if its account is gone."""
        secret = self._api.get("secrets", *split_key(key))
        if secret is None or secret.get("type") != legacy.SECRET_TYPE:
            return None
        noted = annotations(secret)
        account = self._api.get("serviceaccounts", namespace(secret), noted.get(_NAME, ""))
        if account is None or noted.get(_UID, uid(account)) != uid(account):
            self._api.delete("secrets", namespace(secret), name(secret), uid=uid(secret))
            return None
        filled = self._filled(secret, account)
        if filled != secret:
            self._api.update(filled)
        return None

    def _filled(self, secret: Obj, account: Obj) -> Obj:
        data = dict(secret.get("data") or {})
        data["ca.crt"] = _encoded(self._bundle)
        data["namespace"] = _encoded(namespace(account))
        if not data.get("token"):
            data["token"] = _encoded(self._signing.sign(legacy.claims_of(account, secret)))
        noted = {**annotations(secret), _UID: uid(account)}
        return {**with_metadata(secret, annotations=noted), "data": data}


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()
