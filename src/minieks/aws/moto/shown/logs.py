"""The log group of a control plane, which EKS makes when the first of its logs is switched on.

Source: AWS user guide for EKS, "Send control plane logs to CloudWatch Logs". It stays when the
cluster is deleted, as it does there.
"""

from minieks.aws.moto.loaded import regional
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.operations.ports import Running


def make(account: str, region: str, running: Running) -> None:
    """Let CloudWatch have a cluster's log group, if the cluster logs."""
    world = running.cluster.node_groups
    record = world.aws.get(CLUSTERS, world.cluster) or {}
    entries = (record.get("logging") or {}).get("clusterLogging") or ()
    name = f"/aws/eks/{world.cluster}/cluster"
    logs = regional("logs", account, region)
    if any(one["enabled"] for one in entries) and name not in logs.groups:
        logs.create_log_group(name, {})
