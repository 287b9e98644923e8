"""The service accounts that a ClusterConfig asks for, as eksctl creates them.

Source: eksctl user guide, "IAM Roles for Service Accounts" and "EKS Pod Identity Associations".
"""

from collections.abc import Mapping

from minieks.eks.labels import ROLE_ARN
from minieks.eks.spec import ClusterSpec
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj

_MANAGED_BY = {"app.kubernetes.io/managed-by": "eksctl"}


def install(api: Api, spec: ClusterSpec) -> None:
    """Create the service accounts, and the namespaces they are in where those are missing."""
    for account in spec.service_accounts:
        if not account.role_only:
            annotations = {**account.annotations, ROLE_ARN: account.role_arn}
            labels = {**account.labels, **_MANAGED_BY}
            _ensure(api, _account(account.namespace, account.name, labels, annotations))
    for association in spec.pod_identity_associations:
        if association.create_service_account:
            space, name = association.namespace, association.service_account
            _ensure(api, _account(space, name, _MANAGED_BY, {}))


def _account(
    space: str, name: str, labels: Mapping[str, str], annotations: Mapping[str, str]
) -> Obj:
    meta: Obj = {"name": name, "namespace": space, "labels": dict(labels)}
    if annotations:
        meta["annotations"] = dict(annotations)
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}


def _ensure(api: Api, account: Obj) -> None:
    """Create the account, or add the wanted labels and annotations to the one that is there."""
    meta = account["metadata"]
    space = meta["namespace"]
    if api.get("namespaces", "", space) is None:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
    present = api.get("serviceaccounts", space, meta["name"])
    if present is None:
        api.create(account)
        return
    merged = dict(present["metadata"])
    for part in ("labels", "annotations"):
        if meta.get(part):
            merged[part] = {**(merged.get(part) or {}), **meta[part]}
    api.update({**present, "metadata": merged})
