"""What a ClusterConfig may validly say and minieks does not act on: one warning for each field.

Fields that change neither placement nor readiness nor the bill (names, keys, tags, IAM policies
of nodes) are not in the table, and pass in silence.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from minieks.scenario.readers.eksctl.reading import Reading
from minieks.scenario.readers.places import FieldPath, dotted

_CLUSTER: Mapping[str, str] = {
    "autoModeConfig": "EKS Auto Mode: no nodes are launched by it",
    "remoteNetworkConfig": "hybrid nodes",
    "outpost": "Outposts: the cluster is simulated in the region",
    "gitops": "Flux: bring the manifests it would apply",
    "karpenter": "Karpenter: nodes come from node groups and Fargate",
    "capabilities": "EKS Capabilities",
    "localZones": "Local Zones: their subnets and nodes are left out",
    "identityProviders": "OIDC identity providers",
    "zonalShiftConfig": "zonal shift",
    "controlPlaneScalingConfig": "the control plane's scaling tier, and its price",
    "privateCluster": "VPC endpoints of a fully private cluster, and their price",
}
_GROUP: Mapping[str, str] = {
    "additionalVolumes": "volumes beside the root volume, and their price",
    "asgSuspendProcesses": "suspended processes of the Auto Scaling group",
    "bottlerocket": "Bottlerocket settings",
    "classicLoadBalancerNames": "load balancers of the Auto Scaling group",
    "targetGroupARNs": "target groups of the Auto Scaling group",
    "cpuCredits": "CPU credits, and their price",
    "efaEnabled": "Elastic Fabric Adapter",
    "enableDetailedMonitoring": "detailed monitoring, and its price",
    "enclaveEnabled": "Nitro Enclaves",
    "instanceMarketOptions": "market options: the instances count as On-Demand",
    "localZones": "Local Zones: the nodes are in the cluster's zones",
    "maxInstanceLifetime": "the replacement of instances that reach an age",
    "outpostARN": "Outposts: the nodes are in the region",
    "overrideBootstrapCommand": "not run, but what it tells the kubelet is read",
    "placement": "placement groups",
    "preBootstrapCommands": "bootstrap commands are not run",
}
_OFF = ("autoModeConfig", "zonalShiftConfig", "privateCluster")


def warn_of_unmodelled(reading: Reading) -> None:
    """Notes a warning for each field that the table names and the configuration uses."""
    for name, reason in _CLUSTER.items():
        value = reading.config.get(name)
        off = name in _OFF and isinstance(value, dict) and not value.get("enabled")
        if value and not off:
            reading.warn((name,), f"not modelled: {reason}")
    for name, reason in _GROUP.items():
        paths = list(_used(reading.config, name))
        if paths:
            also = "".join(f", {dotted(path)}" for path in paths[1:])
            reading.warn(
                paths[0], f"not modelled: {reason}" + (f" (so too{also[1:]})" if also else "")
            )


def _used(config: Mapping[str, Any], name: str) -> Iterator[FieldPath]:
    for kind in ("managedNodeGroups", "nodeGroups"):
        for index, group in enumerate(config.get(kind) or ()):
            if group.get(name):
                yield kind, index, name
