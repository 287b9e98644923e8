"""Who may enter a new cluster: its creator, and the roles that EKS itself lets in.

Source: AWS user guide for EKS, "Grant IAM users access to Kubernetes with EKS access entries": with
bootstrapClusterCreatorAdminPermissions the creator gets an entry with AmazonEKSClusterAdminPolicy;
in mode CONFIG_MAP it is in ``system:masters`` without one, which nothing shows.
"""

from minieks.eks.operations import accessentries
from minieks.eks.operations.collections import ACCESS_ENTRIES
from minieks.eks.operations.regional import OneCluster


def admit(cluster: OneCluster) -> None:
    """Give the creator its access entry, unless it has one or the cluster has none at all."""
    record = cluster.record
    access, principal = record["accessConfig"], record["creator"]
    if access["authenticationMode"] == "CONFIG_MAP" or not principal:
        return
    if not access["bootstrapClusterCreatorAdminPermissions"]:
        return
    if cluster.child(ACCESS_ENTRIES, principal) is None:
        accessentries.admit(cluster, principal, "STANDARD", policies=(accessentries.ADMIN,))
