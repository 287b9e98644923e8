"""What every namespace has: the ServiceAccount default and the ConfigMap kube-root-ca.crt.

Source: kubernetes pkg/controller/serviceaccount/serviceaccounts_controller.go and
pkg/controller/certificates/rootcacertpublisher/publisher.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.wakes import itself
from minieks.kube.words.objects import Obj, name, namespace

DEFAULT_ACCOUNT: Final = "default"
ROOT_CA: Final = "kube-root-ca.crt"
_DESCRIPTION: Final = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal"
    " endpoints such as the internal service IP or kubernetes.default.svc. No other usage is"
    " guaranteed across distributions of Kubernetes clusters."
)
# Where a served cluster tells of its authority (kubernetes pkg/controlplane/controller/
# clusterauthenticationtrust). One that is not has no certificates of its own; what matters to pods
# is that the bundle is there.
_AUTHORITY: Final = "kube-system/extension-apiserver-authentication"
_BUNDLE: Final = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"


def _is_active(space: Obj | None) -> bool:
    return space is not None and (space.get("status") or {}).get("phase") != "Terminating"


def _of_namespace(change: Change) -> Iterable[str]:
    return () if change.type == "DELETED" else itself(change)


class ServiceAccountLoop:
    """Gives each active namespace its ServiceAccount default."""

    name = "serviceaccount"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """New namespaces, and deletions of the account."""
        return {"namespaces": _of_namespace, "serviceaccounts": self._of_account}

    @staticmethod
    def _of_account(change: Change) -> Iterable[str]:
        lost = change.type == "DELETED" and name(change.value) == DEFAULT_ACCOUNT
        return (namespace(change.value),) if lost else ()

    def reconcile(self, key: str) -> Result | None:
        """Create the account if it is not there."""
        if not _is_active(self._api.get("namespaces", "", key)):
            return None
        if self._api.get("serviceaccounts", key, DEFAULT_ACCOUNT) is None:
            meta = {"name": DEFAULT_ACCOUNT, "namespace": key}
            self._api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
        return None


class RootCaLoop:
    """Gives each active namespace the bundle of certificates to trust, and keeps it as it is."""

    name = "root-ca-certificate-publisher"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """New namespaces, changes of the ConfigMap, and of what it is to say."""
        return {"namespaces": _of_namespace, "configmaps": self._of_config_map}

    def _of_config_map(self, change: Change) -> Iterable[str]:
        if change.key == _AUTHORITY:
            return [name(space) for space in self._api.list("namespaces")]
        return (namespace(change.value),) if name(change.value) == ROOT_CA else ()

    def reconcile(self, key: str) -> Result | None:
        """Create the ConfigMap, or put back what it should say."""
        if not _is_active(self._api.get("namespaces", "", key)):
            return None
        found = self._api.get("configmaps", key, ROOT_CA)
        wanted = {"ca.crt": self._bundle()}
        if found is None:
            self._api.create(_config_map(key, wanted))
        elif found.get("data") != wanted:
            self._api.update({**found, "data": wanted})
        return None

    def _bundle(self) -> str:
        found = self._api.store.get("configmaps", _AUTHORITY) or {}
        return str((found.get("data") or {}).get("client-ca-file") or _BUNDLE)


def _config_map(space: str, data: Mapping[str, str]) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": ROOT_CA,
            "namespace": space,
            "annotations": {"kubernetes.io/description": _DESCRIPTION},
        },
        "data": dict(data),
    }
