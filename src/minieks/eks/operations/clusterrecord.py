"""A new cluster's record: what CreateCluster is given, and the service's defaults.

Source: Amazon EKS API reference, CreateCluster and Cluster.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.data.kubernetes_versions import DEFAULT_VERSION
from minieks.data.platform_versions import platform_version
from minieks.eks.operations import network
from minieks.eks.operations.regional import Regional
from minieks.eks.operations.registry import Asked
from minieks.kube.words.objects import Obj

LOG_TYPES: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_AS_ASKED: Final = (
    *("clientRequestToken", "encryptionConfig", "outpostConfig", "remoteNetworkConfig"),
    *("computeConfig", "storageConfig", "kubeApiServerConfig", "kubeSchedulerConfig"),
    "kubeControllerManagerConfig",
)


def new(at: Regional, asked: Asked) -> Obj:
    """The record of a cluster that is being created."""
    version = asked.get("version") or DEFAULT_VERSION
    as_asked = {key: asked[key] for key in _AS_ASKED if asked.get(key) is not None}
    return {
        "name": asked["name"],
        "arn": at.arn(f"cluster/{asked['name']}"),
        "createdAt": at.now(),
        "version": version,
        "platformVersion": platform_version(version),
        "roleArn": asked["roleArn"],
        "status": "CREATING",
        "due": at.due("control_plane_creation"),
        **_network(at, asked),
        "logging": logging((asked.get("logging") or {}).get("clusterLogging") or ()),
        "accessConfig": _access(asked.get("accessConfig") or {}),
        "upgradePolicy": asked.get("upgradePolicy") or {"supportType": "EXTENDED"},
        "zonalShiftConfig": asked.get("zonalShiftConfig") or {"enabled": False},
        "deletionProtection": bool(asked.get("deletionProtection")),
        "controlPlaneScalingConfig": asked.get("controlPlaneScalingConfig") or {"tier": "standard"},
        "tags": dict(asked.get("tags") or {}),
        "health": {"issues": []},
        **as_asked,
        "creator": at.caller.principal_arn if at.caller else "",
        "selfManagedAddons": asked.get("bootstrapSelfManagedAddons", True) is not False,
    }


def _network(at: Regional, asked: Asked) -> Obj:
    config = asked["resourcesVpcConfig"]
    found = network.subnets(at, config.get("subnetIds") or ())
    kubernetes = asked.get("kubernetesNetworkConfig") or {}
    return {
        "resourcesVpcConfig": {
            "subnetIds": [one.id for one in found],
            "securityGroupIds": list(config.get("securityGroupIds") or ()),
            "clusterSecurityGroupId": f"sg-0{at.chance.getrandbits(64):016x}",
            "vpcId": found[0].vpc_id if found else "",
            "endpointPublicAccess": config.get("endpointPublicAccess", True),
            "endpointPrivateAccess": config.get("endpointPrivateAccess", False),
            "publicAccessCidrs": list(config.get("publicAccessCidrs") or ("0.0.0.0/0",)),
        },
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": kubernetes.get("serviceIpv4Cidr") or network.service_range(found),
            "ipFamily": kubernetes.get("ipFamily", "ipv4"),
            "elasticLoadBalancing": kubernetes.get("elasticLoadBalancing") or {"enabled": False},
        },
    }


def _access(config: Mapping[str, Any]) -> Obj:
    return {
        "bootstrapClusterCreatorAdminPermissions": config.get(
            "bootstrapClusterCreatorAdminPermissions", True
        ),
        "authenticationMode": config.get("authenticationMode", "CONFIG_MAP"),
    }


def logging(asked: Iterable[Mapping[str, Any]], before: Iterable[str] = ()) -> Obj:
    """Which logs are on and which are off, as two entries; ``before`` were on already."""
    enabled = set(before)
    for one in asked:
        types = one.get("types") or ()
        enabled = enabled | set(types) if one.get("enabled") else enabled - set(types)
    on = [one for one in LOG_TYPES if one in enabled]
    off = [one for one in LOG_TYPES if one not in enabled]
    entries = ({"types": on, "enabled": True}, {"types": off, "enabled": False})
    return {"clusterLogging": [one for one in entries if one["types"]]}


def logs_on(record: Obj) -> list[str]:
    """The types of logs that are on."""
    entries = record["logging"]["clusterLogging"]
    return [type_ for one in entries if one["enabled"] for type_ in one["types"]]
