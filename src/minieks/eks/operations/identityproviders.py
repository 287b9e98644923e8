"""OIDC identity providers of a cluster: who, besides IAM, says who a user is.

Source: Amazon EKS API reference, AssociateIdentityProviderConfig; AWS user guide for EKS, "Grant
users access to Kubernetes with an external OIDC provider". Configurations are kept and shown;
tokens of the provider are not taken by the cluster.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.eks import updates
from minieks.eks.operations import quotas, updaterecords
from minieks.eks.operations.clusterconfig import check_no_update
from minieks.eks.operations.collections import IDENTITY_PROVIDER_CONFIGS, UPDATES
from minieks.eks.operations.errors import in_use, invalid_parameter, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.eks.operations.transitions import settled
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("identityProviderConfigName", "identityProviderConfigArn", "clusterName", "issuerUrl"),
    *("clientId", "usernameClaim", "usernamePrefix", "groupsClaim", "groupsPrefix"),
    *("requiredClaims", "tags", "status"),
)
_TIMING: Final = "identity_provider_association"


def associate(at: Regional, asked: Asked) -> Answer:
    """Begin to let users of an OIDC provider in."""
    cluster, oidc = at.active_cluster(asked["clusterName"]), asked["oidc"]
    name = oidc["identityProviderConfigName"]
    if not str(oidc["issuerUrl"]).startswith("https://"):
        raise invalid_parameter("issuerUrl must begin with https://", clusterName=cluster.name)
    present = cluster.children(IDENTITY_PROVIDER_CONFIGS)
    if cluster.child(IDENTITY_PROVIDER_CONFIGS, name) is not None:
        text = f"Identity provider config {name} is already associated with the cluster"
        raise in_use(text, clusterName=cluster.name)
    if len(present) >= quotas.IDENTITY_PROVIDERS:
        text = "Only one OIDC identity provider can be associated with a cluster"
        raise in_use(text, clusterName=cluster.name)
    tags = dict(asked.get("tags") or {})
    check_no_update(cluster, "AssociateIdentityProviderConfig")
    record = {
        **oidc,
        "identityProviderConfigArn": cluster.arn(
            "identityproviderconfig", "oidc", name, at.new_id()
        ),
        "clusterName": cluster.name,
        "tags": tags,
        "status": "CREATING",
    }
    cluster.aws.create(IDENTITY_PROVIDER_CONFIGS, name, record)
    begun = _begin(cluster, "AssociateIdentityProviderConfig", name, dict(oidc))
    return {**begun, "tags": tags}


def _begin(cluster: OneCluster, type_: str, name: str, shown_config: object) -> Answer:
    params: dict[str, object] = {"IdentityProviderConfig": shown_config}
    update = updaterecords.begin(cluster, type_, params, _TIMING)
    cluster.aws.replace(UPDATES, update["id"], {**update, "provider": name})
    if cluster.at.lenient:
        go_on(cluster, update["id"], updaterecords.present(cluster, update["id"]))
    return updaterecords.shown_update(cluster, update["id"])


def go_on(cluster: OneCluster, update_id: str, record: Obj) -> None:
    """A provider is associated, or is no more."""
    name = record["provider"]
    config = cluster.child(IDENTITY_PROVIDER_CONFIGS, name)
    if config is not None and config["status"] == "DELETING":
        cluster.aws.remove(IDENTITY_PROVIDER_CONFIGS, name)
    elif config is not None:
        cluster.aws.replace(IDENTITY_PROVIDER_CONFIGS, name, settled(config, status="ACTIVE"))
    updates.finish(cluster.aws, update_id, updates.SUCCESSFUL, ())


def _find(cluster: OneCluster, named: Mapping[str, Any]) -> Obj:
    found = cluster.child(IDENTITY_PROVIDER_CONFIGS, named["name"])
    if found is None or named["type"] != "oidc":
        text = f"Identity provider config not found: {named['name']}"
        raise not_found(text, clusterName=cluster.name)
    return found


def describe(at: Regional, asked: Asked) -> Answer:
    """Show a provider."""
    record = _find(at.cluster(asked["clusterName"]), asked["identityProviderConfig"])
    return {"identityProviderConfig": {"oidc": shown(record, MEMBERS)}}


def list_(at: Regional, asked: Asked) -> Answer:
    """Name the providers of a cluster."""
    found = at.cluster(asked["clusterName"]).children(IDENTITY_PROVIDER_CONFIGS)
    named = [{"type": "oidc", "name": one["identityProviderConfigName"]} for one in found]
    return page(named, asked, "identityProviderConfigs")


def disassociate(at: Regional, asked: Asked) -> Answer:
    """Begin to shut the users of a provider out."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _find(cluster, asked["identityProviderConfig"])
    check_no_update(cluster, "DisassociateIdentityProviderConfig")
    name = record["identityProviderConfigName"]
    cluster.aws.replace(IDENTITY_PROVIDER_CONFIGS, name, {**record, "status": "DELETING"})
    named = dict(asked["identityProviderConfig"])
    return _begin(cluster, "DisassociateIdentityProviderConfig", name, named)


OPERATIONS: Final = (
    Operation("AssociateIdentityProviderConfig", associate, recorded=True),
    Operation("DescribeIdentityProviderConfig", describe, recorded=True),
    Operation("ListIdentityProviderConfigs", list_, recorded=True),
    Operation("DisassociateIdentityProviderConfig", disassociate, recorded=True),
)
