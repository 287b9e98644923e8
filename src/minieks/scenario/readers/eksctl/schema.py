"""The fields of eksctl's ClusterConfig, v1alpha5.

Names and types as in eksctl's published schema (eksctl-io/eksctl,
pkg/apis/eksctl.io/v1alpha5/assets/schema.json, 2026).
"""

from collections.abc import Mapping

from minieks.scenario.readers.shapes import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    TEXT,
    TEXT_MAP,
    TEXTS,
    Either,
    Fields,
    ListOf,
    MapOf,
    Shape,
)

API_VERSION = "eksctl.io/v1alpha5"
KIND = "ClusterConfig"

AMI_FAMILIES = (
    "AmazonLinux2023",
    "AmazonLinux2",
    "UbuntuPro2604",
    "Ubuntu2604",
    "UbuntuPro2404",
    "Ubuntu2404",
    "UbuntuPro2204",
    "Ubuntu2204",
    "UbuntuPro2004",
    "Ubuntu2004",
    "Bottlerocket",
    "BottlerocketFips",
    "WindowsServer2019CoreContainer",
    "WindowsServer2019FullContainer",
    "WindowsServer2022CoreContainer",
    "WindowsServer2022FullContainer",
    "WindowsServer2025CoreContainer",
    "WindowsServer2025FullContainer",
)


def _all(shape: Shape, *names: str) -> dict[str, Shape]:
    """Each name with the same shape."""
    return dict.fromkeys(names, shape)


_WELL_KNOWN = Fields(
    _all(
        BOOLEAN,
        "autoScaler",
        "awsLoadBalancerController",
        "certManager",
        "ebsCSIController",
        "efsCSIController",
        "externalDNS",
        "imageBuilder",
    )
)
_PLACEMENT = Fields(_all(TEXT, "groupName", "spreadLevel"))
_POD_IDENTITY = Fields(
    _all(BOOLEAN, "createServiceAccount", "disableSessionTags")
    | _all(TEXT, "namespace", "serviceAccountName", "roleARN", "roleName", "targetRoleARN")
    | _all(TEXT, "permissionPolicyName", "permissionsBoundaryARN", "policy")
    | {
        "permissionPolicy": ANYTHING,
        "permissionPolicyARNs": TEXTS,
        "tags": TEXT_MAP,
        "wellKnownPolicies": _WELL_KNOWN,
    }
)
_ACCESS_POLICY = Fields(
    {"policyARN": TEXT, "accessScope": Fields({"type": TEXT, "namespaces": TEXTS})}
)
_ACCESS_CONFIG = Fields(
    {
        "authenticationMode": TEXT,
        "bootstrapClusterCreatorAdminPermissions": BOOLEAN,
        "accessEntries": ListOf(
            Fields(
                {
                    "principalARN": TEXT,
                    "type": TEXT,
                    "kubernetesGroups": TEXTS,
                    "kubernetesUsername": TEXT,
                    "accessPolicies": ListOf(_ACCESS_POLICY),
                }
            )
        ),
    }
)
_ADDON = Fields(
    _all(TEXT, "name", "version", "serviceAccountRoleARN", "configurationValues")
    | _all(TEXT, "permissionsBoundary", "resolveConflicts")
    | _all(TEXTS, "attachPolicyARNs", "owners", "publishers", "types")
    | {
        "attachPolicy": ANYTHING,
        "namespaceConfig": Fields({"namespace": TEXT}),
        "podIdentityAssociations": ListOf(_POD_IDENTITY),
        "tags": TEXT_MAP,
        "useDefaultPodIdentityAssociations": BOOLEAN,
        "wellKnownPolicies": _WELL_KNOWN,
    }
)
_SERVICE_ACCOUNT = Fields(
    _all(TEXT, "attachRoleARN", "permissionsBoundary", "roleName", "subjectPattern")
    | {
        "metadata": Fields(
            _all(TEXT, "name", "namespace") | _all(TEXT_MAP, "labels", "annotations")
        ),
        "attachPolicy": ANYTHING,
        "attachPolicyARNs": TEXTS,
        "roleOnly": BOOLEAN,
        "status": ANYTHING,
        "tags": TEXT_MAP,
        "wellKnownPolicies": _WELL_KNOWN,
    }
)
_IAM = Fields(
    _all(TEXT, "fargatePodExecutionRoleARN", "fargatePodExecutionRolePermissionsBoundary")
    | _all(TEXT, "serviceRoleARN", "serviceRolePermissionsBoundary")
    | _all(BOOLEAN, "vpcResourceControllerPolicy", "withOIDC")
    | {
        "podIdentityAssociations": ListOf(_POD_IDENTITY),
        "serviceAccounts": ListOf(_SERVICE_ACCOUNT),
    }
)
_SUBNETS = MapOf(Fields(_all(TEXT, "id", "az", "cidr")))
_VPC = Fields(
    _all(TEXT, "id", "cidr", "ipv6Cidr", "ipv6Pool", "securityGroup", "sharedNodeSecurityGroup")
    | _all(TEXT, "hostnameType", "controlPlaneEgressMode")
    | _all(BOOLEAN, "autoAllocateIPv6", "controlPlaneOnPrivateSubnets")
    | _all(BOOLEAN, "manageSharedNodeSecurityGroupRules")
    | _all(TEXTS, "controlPlaneSecurityGroupIDs", "controlPlaneSubnetIDs", "extraCIDRs")
    | _all(TEXTS, "extraIPv6CIDRs", "publicAccessCIDRs")
    | {
        "clusterEndpoints": Fields(_all(BOOLEAN, "privateAccess", "publicAccess")),
        "nat": Fields({"gateway": TEXT}),
        "subnets": Fields({"private": _SUBNETS, "public": _SUBNETS}),
    }
)
_VOLUME: Mapping[str, Shape] = (
    _all(BOOLEAN, "volumeEncrypted")
    | _all(INTEGER, "volumeIOPS", "volumeSize", "volumeThroughput")
    | _all(TEXT, "volumeKmsKeyID", "volumeName", "volumeType")
)
_NODE_IAM = Fields(
    _all(TEXT, "instanceProfileARN", "instanceRoleARN", "instanceRoleName")
    | _all(TEXT, "instanceRolePermissionsBoundary")
    | {
        "attachPolicy": ANYTHING,
        "attachPolicyARNs": TEXTS,
        "withAddonPolicies": Fields(
            _all(BOOLEAN, "albIngress", "appMesh", "appMeshPreview", "autoScaler")
            | _all(BOOLEAN, "awsLoadBalancerController", "certManager", "cloudWatch", "ebs")
            | _all(BOOLEAN, "efs", "externalDNS", "fsx", "imageBuilder", "xRay")
        ),
    }
)
_CAPACITY_RESERVATION = Fields(
    {
        "capacityReservationPreference": TEXT,
        "capacityReservationTarget": Fields(
            _all(TEXT, "capacityReservationID", "capacityReservationResourceGroupARN")
        ),
    }
)
_INSTANCE_SELECTOR = Fields(
    _all(TEXT, "allow", "deny", "cpuArchitecture", "memory")
    | _all(INTEGER, "gpus", "neuron_devices", "vCPUs")
)
_SSH = Fields(
    _all(BOOLEAN, "allow", "enableSsm")
    | _all(TEXT, "publicKey", "publicKeyName", "publicKeyPath")
    | {"sourceSecurityGroupIds": TEXTS}
)
_TAINT = Fields(_all(TEXT, "key", "value", "effect"))
_UPDATE_CONFIG = Fields(_all(INTEGER, "maxUnavailable", "maxUnavailablePercentage"))
_NODE_GROUP_BASE: Mapping[str, Shape] = {
    **_VOLUME,
    **_all(TEXT, "ami", "amiFamily", "instanceName", "instancePrefix", "instanceType", "name"),
    **_all(TEXT, "outpostARN", "overrideBootstrapCommand"),
    **_all(INTEGER, "desiredCapacity", "maxPodsPerNode", "maxSize", "minSize"),
    **_all(BOOLEAN, "disableIMDSv1", "disablePodIMDS", "ebsOptimized", "efaEnabled"),
    **_all(BOOLEAN, "enableDetailedMonitoring", "privateNetworking", "propagateASGTags"),
    **_all(TEXTS, "asgSuspendProcesses", "availabilityZones", "preBootstrapCommands", "subnets"),
    **_all(TEXT_MAP, "labels", "tags"),
    "additionalVolumes": ListOf(Fields({**_VOLUME, "snapshotID": TEXT})),
    "bottlerocket": Fields({"enableAdminContainer": BOOLEAN, "settings": ANYTHING}),
    "capacityReservation": _CAPACITY_RESERVATION,
    "iam": _NODE_IAM,
    "instanceMarketOptions": Fields({"marketType": TEXT}),
    "instanceSelector": _INSTANCE_SELECTOR,
    "placement": _PLACEMENT,
    "securityGroups": Fields({"attachIDs": TEXTS} | _all(BOOLEAN, "withLocal", "withShared")),
    "ssh": _SSH,
    "taints": Either(TEXT_MAP, ListOf(_TAINT)),
    "updateConfig": _UPDATE_CONFIG,
}
_ONLY_SELF_MANAGED = "only self-managed groups (nodeGroups) have it"
_ONLY_MANAGED = "only managed groups (managedNodeGroups) have it"
_MANAGED_NODE_GROUP = Fields(
    {
        **_NODE_GROUP_BASE,
        "instanceTypes": TEXTS,
        "launchTemplate": Fields(_all(TEXT, "id", "version")),
        "nodeRepairConfig": Fields(
            _all(INTEGER, "maxParallelNodesRepairedCount", "maxParallelNodesRepairedPercentage")
            | _all(INTEGER, "maxUnhealthyNodeThresholdCount")
            | _all(INTEGER, "maxUnhealthyNodeThresholdPercentage")
            | {"enabled": BOOLEAN, "nodeRepairConfigOverrides": ANYTHING}
        ),
        "releaseVersion": TEXT,
        "spot": BOOLEAN,
        "taints": ListOf(_TAINT),
    },
    hints={
        "instancesDistribution": f"{_ONLY_SELF_MANAGED}; a managed group takes spot: true and "
        "instanceTypes",
        "kubeletExtraConfig": f"{_ONLY_SELF_MANAGED}; a managed group takes its kubelet's "
        "settings from a launch template",
        **dict.fromkeys(
            ("asgMetricsCollection", "clusterDNS", "containerRuntime", "cpuCredits", "localZones"),
            _ONLY_SELF_MANAGED,
        ),
        **dict.fromkeys(
            ("classicLoadBalancerNames", "targetGroupARNs", "maxInstanceLifetime"),
            _ONLY_SELF_MANAGED,
        ),
    },
)
_NODE_GROUP = Fields(
    {
        **_NODE_GROUP_BASE,
        **_all(TEXT, "clusterDNS", "containerRuntime", "cpuCredits"),
        **_all(TEXTS, "classicLoadBalancerNames", "localZones", "targetGroupARNs"),
        "asgMetricsCollection": ListOf(Fields({"granularity": TEXT, "metrics": TEXTS})),
        "enclaveEnabled": BOOLEAN,
        "instancesDistribution": Fields(
            _all(INTEGER, "onDemandBaseCapacity", "onDemandPercentageAboveBaseCapacity")
            | {
                "capacityRebalance": BOOLEAN,
                "instanceTypes": TEXTS,
                "maxPrice": NUMBER,
                "spotAllocationStrategy": TEXT,
                "spotInstancePools": INTEGER,
            }
        ),
        "kubeletExtraConfig": ANYTHING,
        "maxInstanceLifetime": INTEGER,
    },
    hints={
        "instanceTypes": f"{_ONLY_MANAGED}; a self-managed group takes instanceType, or several "
        "in instancesDistribution.instanceTypes",
        "spot": f"{_ONLY_MANAGED}; a self-managed group takes Spot through "
        "instancesDistribution.onDemandPercentageAboveBaseCapacity",
        "launchTemplate": _ONLY_MANAGED,
        "nodeRepairConfig": _ONLY_MANAGED,
        "releaseVersion": _ONLY_MANAGED,
    },
)
_FARGATE_PROFILE = Fields(
    _all(TEXT, "name", "podExecutionRoleARN", "status")
    | {
        "selectors": ListOf(Fields({"namespace": TEXT, "labels": TEXT_MAP})),
        "subnets": TEXTS,
        "tags": TEXT_MAP,
    }
)
_IDENTITY_MAPPING = Fields(
    _all(TEXT, "account", "arn", "namespace", "serviceName", "username")
    | {"groups": TEXTS, "noDuplicateARNs": BOOLEAN}
)
_METADATA = Fields(
    _all(TEXT, "name", "region", "version")
    | _all(TEXT_MAP, "annotations", "tags")
    | {"forceUpdateVersion": BOOLEAN, "rollbackConfig": Fields({"timeoutMinutes": INTEGER})},
    hints={"labels": "a ClusterConfig has metadata.tags and metadata.annotations, no labels"},
)
CLUSTER_CONFIG = Fields(
    {
        "apiVersion": TEXT,
        "kind": TEXT,
        "metadata": _METADATA,
        "accessConfig": _ACCESS_CONFIG,
        "addons": ListOf(_ADDON),
        "addonsConfig": Fields(
            _all(BOOLEAN, "autoApplyPodIdentityAssociations", "disableDefaultAddons")
        ),
        "autoModeConfig": Fields(
            _all(TEXT, "nodeRoleARN", "permissionsBoundaryARN")
            | {"enabled": BOOLEAN, "nodePools": TEXTS}
        ),
        "availabilityZones": TEXTS,
        "capabilities": ANYTHING,
        "cloudWatch": Fields(
            {"clusterLogging": Fields({"enableTypes": TEXTS, "logRetentionInDays": INTEGER})}
        ),
        "controlPlaneScalingConfig": Fields({"tier": TEXT}),
        "fargateProfiles": ListOf(_FARGATE_PROFILE),
        "gitops": ANYTHING,
        "iam": _IAM,
        "iamIdentityMappings": ListOf(_IDENTITY_MAPPING),
        "identityProviders": ANYTHING,
        "karpenter": Fields(
            _all(TEXT, "version", "defaultInstanceProfile")
            | _all(BOOLEAN, "createServiceAccount", "withSpotInterruptionQueue")
        ),
        "kubernetesNetworkConfig": Fields(
            _all(TEXT, "ipFamily", "serviceIPv4CIDR", "serviceIPv6CIDR")
        ),
        "localZones": TEXTS,
        "managedNodeGroups": ListOf(_MANAGED_NODE_GROUP),
        "nodeGroups": ListOf(_NODE_GROUP),
        "outpost": ANYTHING,
        "privateCluster": Fields(
            _all(BOOLEAN, "enabled", "skipEndpointCreation") | {"additionalEndpointServices": TEXTS}
        ),
        "remoteNetworkConfig": ANYTHING,
        "secretsEncryption": Fields({"keyARN": TEXT}),
        "status": ANYTHING,
        "upgradePolicy": Fields({"supportType": TEXT}),
        "vpc": _VPC,
        "zonalShiftConfig": Fields({"enabled": BOOLEAN}),
    },
    hints={
        "git": "eksctl has replaced it by gitops.flux",
        "spec": "a ClusterConfig has no spec; its fields stand at the top",
    },
)
