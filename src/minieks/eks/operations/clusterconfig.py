"""UpdateClusterConfig and AssociateEncryptionConfig: one kind of change in each call.

Source: Amazon EKS API reference, UpdateClusterConfig, AssociateEncryptionConfig, UpdateType. Texts
are those of answers in public issues where they are known.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.data.kubernetes_versions import support
from minieks.eks import updates
from minieks.eks.operations import clusterchecks, creator, network, nodeaccess, updaterecords
from minieks.eks.operations.clusterrecord import logging, logs_on
from minieks.eks.operations.collections import FARGATE_PROFILES, NODE_GROUPS, UPDATES
from minieks.eks.operations.errors import in_use, invalid_parameter, invalid_request
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.kube.words.objects import Obj


class Wanted(NamedTuple):
    """One kind of update: its parameters, and the members of the cluster as they will be."""

    type: str
    params: dict[str, object]
    changes: Obj


Plan: TypeAlias = Callable[[OneCluster, Any], Wanted]
MODES: Final = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""Authentication modes in the only direction in which they change."""
_ENDPOINT: Final = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
_IN_VPC: Final = ("subnetIds", "securityGroupIds")


def update(at: Regional, asked: Asked) -> Answer:
    """Begin to change one thing of a cluster's configuration."""
    cluster = at.active_cluster(asked["name"])
    kinds = _kinds(asked)
    if not kinds:
        text = "The type for cluster update was not provided."
        raise invalid_parameter(text, clusterName=cluster.name)
    if len(kinds) > 1:
        text = "Only one type of update can be allowed."
        raise invalid_parameter(text, clusterName=cluster.name)
    (kind,) = kinds
    wanted = _PLANS[kind](cluster, asked if kind == "autoMode" else asked[_MEMBER.get(kind, kind)])
    return begin(cluster, wanted)


def _kinds(asked: Asked) -> list[str]:
    """The kinds of change that a request names."""
    vpc = asked.get("resourcesVpcConfig") or {}
    named = {
        "endpoint": any(vpc.get(key) is not None for key in _ENDPOINT),
        "vpc": any(vpc.get(key) is not None for key in _IN_VPC),
        "egress": vpc.get("controlPlaneEgressMode") is not None,
        "autoMode": any(asked.get(key) is not None for key in _AUTO_MODE),
        **{key: asked.get(key) is not None for key in _SIMPLE},
    }
    return [kind for kind, is_named in named.items() if is_named]


def begin(cluster: OneCluster, wanted: Wanted, timing: str = "cluster_config_update") -> Answer:
    """Start an update of a cluster; ResourceInUseException while another one goes on."""
    check_no_update(cluster, wanted.type)
    record = updaterecords.begin(cluster, wanted.type, wanted.params, timing)
    cluster.aws.replace(UPDATES, record["id"], {**record, "changes": wanted.changes})
    cluster.change(status="UPDATING")
    if cluster.at.lenient:
        go_on(cluster, record["id"], updaterecords.present(cluster, record["id"]))
    return updaterecords.shown_update(cluster, record["id"])


def check_no_update(cluster: OneCluster, type_: str) -> None:
    """A cluster is in one update at a time."""
    running = updates.running(cluster.aws, updates.Owner("cluster", cluster.name))
    if running is not None:
        text = f"currently has update {running['id']} in progress"
        about = f"Cannot {type_} because cluster {cluster.name} {text}"
        raise in_use(about, clusterName=cluster.name)


def go_on(cluster: OneCluster, update_id: str, record: Obj) -> None:
    """An update of a cluster has its effect."""
    changes = record.get("changes") or {}
    cluster.change(status="ACTIVE", **changes)
    version = changes.get("version")
    if version is not None and cluster.running is not None:
        cluster.at.services.clusters.upgrade(cluster.running, version)
    if "accessConfig" in changes:
        creator.admit(cluster)
        _admit_roles(cluster)
    updates.finish(cluster.aws, update_id, updates.SUCCESSFUL, ())


def _admit_roles(cluster: OneCluster) -> None:
    """Where access entries begin to count, EKS makes them for the roles that it uses itself."""
    for group in cluster.children(NODE_GROUPS):
        windows = str(group.get("amiType", "")).startswith("WINDOWS")
        nodeaccess.let_in(cluster, group["nodeRole"], "EC2_WINDOWS" if windows else "EC2_LINUX")
    for profile in cluster.children(FARGATE_PROFILES):
        nodeaccess.let_in(cluster, profile["podExecutionRoleArn"], "FARGATE_LINUX")


def _endpoint(cluster: OneCluster, vpc: Mapping[str, Any]) -> Wanted:
    before = cluster.record["resourcesVpcConfig"]
    given = {key: vpc[key] for key in _ENDPOINT if vpc.get(key) is not None}
    after = {**before, **given}
    clusterchecks.check_endpoint(after, cluster.name)
    if after == before:
        raise invalid_parameter(_same_endpoint(after), clusterName=cluster.name)
    params: dict[str, object] = {
        "EndpointPublicAccess": after["endpointPublicAccess"],
        "EndpointPrivateAccess": after["endpointPrivateAccess"],
        "PublicAccessCidrs": after["publicAccessCidrs"],
    }
    return Wanted("EndpointAccessUpdate", params, {"resourcesVpcConfig": after})


def _same_endpoint(config: Mapping[str, Any]) -> str:
    private, public = (
        str(config[key]).lower() for key in ("endpointPrivateAccess", "endpointPublicAccess")
    )
    ranges = ", ".join(config["publicAccessCidrs"])
    return (
        f"Cluster is already at the desired configuration with endpointPrivateAccess: {private} , "
        f"endpointPublicAccess: {public}, and Public Endpoint Restrictions: [{ranges}]"
    )


def _vpc(cluster: OneCluster, vpc: Mapping[str, Any]) -> Wanted:
    before = cluster.record["resourcesVpcConfig"]
    after = {**before, **{key: list(vpc[key]) for key in _IN_VPC if vpc.get(key) is not None}}
    found = network.subnets(cluster.at, after["subnetIds"])
    if not cluster.at.lenient:
        network.check_cluster_subnets(cluster.at, cluster.name, found)
        if found[0].vpc_id != before["vpcId"]:
            text = "Provided subnets do not belong to the VPC associated with your cluster"
            raise invalid_parameter(text, clusterName=cluster.name)
    clusterchecks.check_groups(cluster.at, after["securityGroupIds"], cluster.name)
    if after == before:
        text = "No changes needed for the VPC config provided"
        raise invalid_parameter(text, clusterName=cluster.name)
    params: dict[str, object] = {
        "Subnets": after["subnetIds"],
        "SecurityGroups": after["securityGroupIds"],
    }
    return Wanted("VpcConfigUpdate", params, {"resourcesVpcConfig": after})


def _egress(cluster: OneCluster, vpc: Mapping[str, Any]) -> Wanted:
    mode = vpc["controlPlaneEgressMode"]
    after = {**cluster.record["resourcesVpcConfig"], "controlPlaneEgressMode": mode}
    params: dict[str, object] = {"ControlPlaneEgressMode": mode}
    return Wanted("ControlPlaneEgressUpdate", params, {"resourcesVpcConfig": after})


def _logging(cluster: OneCluster, asked: Mapping[str, Any]) -> Wanted:
    record = cluster.record
    after = logging(asked.get("clusterLogging") or (), logs_on(record))
    if after == record["logging"]:
        text = "No changes needed for the logging config provided"
        raise invalid_parameter(text, clusterName=cluster.name)
    return Wanted("LoggingUpdate", {"ClusterLogging": after}, {"logging": after})


def _access(cluster: OneCluster, asked: Mapping[str, Any]) -> Wanted:
    before = cluster.record["accessConfig"]
    own, mode = before["authenticationMode"], asked.get("authenticationMode")
    if mode is None or mode == own:
        text = f"Cluster is already at the desired authentication mode {own}"
        raise invalid_parameter(text, clusterName=cluster.name)
    if MODES.index(mode) != MODES.index(own) + 1:
        text = f"Unsupported authentication mode update from {own} to {mode}"
        raise invalid_parameter(text, clusterName=cluster.name)
    changes = {"accessConfig": {**before, "authenticationMode": mode}}
    return Wanted("AccessConfigUpdate", {"AuthenticationMode": mode}, changes)


def _upgrade_policy(cluster: OneCluster, asked: Mapping[str, Any]) -> Wanted:
    version = cluster.record["version"]
    is_extended = support(version, cluster.at.now()) == "extended"
    if asked.get("supportType") == "STANDARD" and is_extended:
        text = (
            f"Extended support cannot be turned off for cluster {cluster.name}: its version"
            f" {version} is in extended support. Update the cluster first."
        )
        raise invalid_parameter(text, clusterName=cluster.name)
    params: dict[str, object] = {"UpgradePolicy": asked}
    return Wanted("UpgradePolicyUpdate", params, {"upgradePolicy": dict(asked)})


def _deletion_protection(cluster: OneCluster, asked: bool) -> Wanted:
    params: dict[str, object] = {"DeletionProtection": asked}
    return Wanted("DeletionProtectionUpdate", params, {"deletionProtection": asked})


def _scaling(cluster: OneCluster, asked: Mapping[str, Any]) -> Wanted:
    before = cluster.record["controlPlaneScalingConfig"]
    params: dict[str, object] = {
        "UpdatedTier": asked.get("tier"),
        "PreviousTier": before.get("tier"),
    }
    changes = {"controlPlaneScalingConfig": {**before, **asked}}
    return Wanted("ControlPlaneScalingConfigUpdate", params, changes)


def _auto_mode(cluster: OneCluster, asked: Asked) -> Wanted:
    clusterchecks.check_auto_mode(asked)
    kubernetes = {
        **cluster.record["kubernetesNetworkConfig"],
        **(asked.get("kubernetesNetworkConfig") or {}),
    }
    changes = {
        "computeConfig": dict(asked.get("computeConfig") or {}),
        "storageConfig": dict(asked.get("storageConfig") or {}),
        "kubernetesNetworkConfig": kubernetes,
    }
    params: dict[str, object] = {key[0].upper() + key[1:]: asked.get(key) for key in _AUTO_MODE}
    return Wanted("AutoModeUpdate", params, changes)


def _plain(type_: str, param: str, member: str) -> Plan:
    """An update that puts a member of the cluster in place of what it was."""

    def plan(cluster: OneCluster, asked: Any) -> Wanted:
        return Wanted(type_, {param: asked}, {member: asked})

    return plan


_AUTO_MODE: Final = ("computeConfig", "storageConfig", "kubernetesNetworkConfig")
_COMPONENTS: Final = {
    "kubeApiServerConfig": "KubeApiServerConfig",
    "kubeSchedulerConfig": "KubeSchedulerConfig",
    "kubeControllerManagerConfig": "KubeControllerManagerConfig",
}
_SIMPLE: Final[Mapping[str, Plan]] = {
    "logging": _logging,
    "accessConfig": _access,
    "upgradePolicy": _upgrade_policy,
    "zonalShiftConfig": _plain("ZonalShiftConfigUpdate", "ZonalShiftConfig", "zonalShiftConfig"),
    "remoteNetworkConfig": _plain(
        "RemoteNetworkConfigUpdate", "RemoteNetworkConfig", "remoteNetworkConfig"
    ),
    "deletionProtection": _deletion_protection,
    "controlPlaneScalingConfig": _scaling,
    **{
        member: _plain("ControlPlaneComponentConfigUpdate", param, member)
        for member, param in _COMPONENTS.items()
    },
}
_PLANS: Final[Mapping[str, Plan]] = {
    "endpoint": _endpoint,
    "vpc": _vpc,
    "egress": _egress,
    "autoMode": _auto_mode,
    **_SIMPLE,
}
_MEMBER: Final = dict.fromkeys(("endpoint", "vpc", "egress"), "resourcesVpcConfig")


def encrypt(at: Regional, asked: Asked) -> Answer:
    """Begin to encrypt a cluster's secrets with a key; there is no way back."""
    cluster = at.active_cluster(asked["clusterName"])
    if cluster.record.get("encryptionConfig"):
        text = "Cluster already has an encryption config associated"
        raise invalid_request(text, clusterName=cluster.name)
    configs = list(asked["encryptionConfig"])
    if not configs:
        raise invalid_parameter("An encryption config is required", clusterName=cluster.name)
    for one in configs:
        clusterchecks.check_encryption(one)
    changes = {"encryptionConfig": configs}
    wanted = Wanted("AssociateEncryptionConfig", {"EncryptionConfig": configs}, changes)
    return begin(cluster, wanted)


OPERATIONS: Final = (
    Operation("UpdateClusterConfig", update),
    Operation("AssociateEncryptionConfig", encrypt, recorded=True),
)
