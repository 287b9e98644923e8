"""ServiceAccount: every pod runs as an account, with its token mounted.

Source: kubernetes plugin/pkg/admission/serviceaccount/admission.go.
"""

from typing import Any, Final

from minieks.engine import ids
from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.words.objects import Obj, annotations

MOUNT_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
_PREFIX: Final = "kube-api-access-"
_MIRROR: Final = "kubernetes.io/config.mirror"
_SOURCES: Final[list[dict[str, Any]]] = [
    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
    {
        "configMap": {
            "name": "kube-root-ca.crt",
            "items": [{"key": "ca.crt", "path": "ca.crt"}],
        }
    },
    {
        "downwardAPI": {
            "items": [
                {
                    "path": "namespace",
                    "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                }
            ]
        }
    },
]
# One object for all pods: what is known about it is known once.
_PROJECTED: Final[dict[str, Any]] = {"sources": _SOURCES, "defaultMode": 420}


class ServiceAccount(AdmissionPlugin):
    """Gives pods their account, its pull secrets and its token."""

    name = "ServiceAccount"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come."""
        return operation == "CREATE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with account, pull secrets and token volume."""
        if not attributes.is_create("pods") or _MIRROR in annotations(obj):
            return obj
        spec = dict(obj["spec"])
        account_name = spec.get("serviceAccountName") or "default"
        spec["serviceAccountName"] = spec["serviceAccount"] = account_name
        account = self._account(account_name, attributes)
        if _automounts(spec, account):
            self._mount_token(spec)
        if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
            spec["imagePullSecrets"] = account["imagePullSecrets"]
        return {**obj, "spec": spec}

    def _account(self, name: str, attributes: Attributes) -> Obj:
        space = attributes.namespace
        account = attributes.api.get("serviceaccounts", space, name)
        if account is None:
            raise attributes.forbidden(
                f'error looking up service account {space}/{name}: serviceaccount "{name}" '
                "not found"
            )
        return account

    def _mount_token(self, spec: Obj) -> None:
        """Add the volume and its mounts to a copy of the spec that is still ours."""
        volumes = spec.get("volumes") or []
        found = next((v["name"] for v in volumes if v.get("name", "").startswith(_PREFIX)), "")
        name = found or _PREFIX + ids.suffix(self.api.engine.random("names"))
        mount = {"name": name, "readOnly": True, "mountPath": MOUNT_PATH}
        mounted = False
        for key in ("initContainers", "containers"):
            if spec.get(key):
                containers = [_with_mount(container, mount) for container in spec[key]]
                mounted = mounted or any(
                    new is not old for new, old in zip(containers, spec[key], strict=True)
                )
                spec[key] = containers
        if mounted and not found:
            spec["volumes"] = [*volumes, {"name": name, "projected": _PROJECTED}]


def _automounts(spec: Obj, account: Obj) -> bool:
    """The pod's word counts before the account's; unsaid means yes."""
    for said in (spec, account):
        if "automountServiceAccountToken" in said:
            return bool(said["automountServiceAccountToken"])
    return True


def _with_mount(container: Obj, mount: dict[str, Any]) -> Obj:
    mounts = container.get("volumeMounts") or []
    if any(present.get("mountPath") == MOUNT_PATH for present in mounts):
        return container
    return {**container, "volumeMounts": [*mounts, mount]}
