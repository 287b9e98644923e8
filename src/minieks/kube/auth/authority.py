"""Tells the cluster which authority vouches for clients.

Source: kubernetes pkg/controlplane/controller/clusterauthenticationtrust. Headers of a front proxy
are not believed, so nothing is said of them.
"""

from typing import Final

from minieks.kube.api.server import Api

_SPACE: Final = "kube-system"
_NAME: Final = "extension-apiserver-authentication"


def publish_authority(api: Api, bundle: str) -> None:
    """Write the ConfigMap that extension API servers read, or put its bundle right."""
    data = {"client-ca-file": bundle}
    found = api.get("configmaps", _SPACE, _NAME)
    if found is None:
        meta = {"name": _NAME, "namespace": _SPACE}
        api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data})
    elif found.get("data") != data:
        api.update({**found, "data": data})
