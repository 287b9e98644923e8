"""The cluster itself as the EKS API describes it."""

from minieks.data.regions import find_region
from minieks.eks.spec import ClusterSpec
from minieks.engine.clock import Micros
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

CLUSTERS = "clusters.eks"


def write(spec: ClusterSpec, aws: Store, now: Micros) -> None:
    """Store the cluster's record: from now on its control plane costs money."""
    aws.create(CLUSTERS, spec.name, cluster(spec, now))


def cluster(spec: ClusterSpec, now: Micros) -> Obj:
    """The cluster as DescribeCluster shows it, as far as something here reads it."""
    partition = find_region(spec.region).partition
    return {
        "name": spec.name,
        "arn": f"arn:{partition}:eks:{spec.region}:{spec.account_id}:cluster/{spec.name}",
        "createdAt": now,
        "version": spec.version,
        "status": "ACTIVE",
        "upgradePolicy": {"supportType": spec.support_type},
        "accessConfig": {"authenticationMode": spec.authentication_mode},
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": spec.network.service_cidr,
            "ipFamily": spec.network.ip_family.lower(),
        },
        "tags": dict(spec.tags),
    }


def service_range(record: Obj | None, spec: ClusterSpec) -> str:
    """Where ClusterIPs come from, by the cluster's record, or by its config if that lacks it."""
    network = (record or {}).get("kubernetesNetworkConfig") or {}
    return str(network.get("serviceIpv4Cidr") or spec.network.service_cidr)
