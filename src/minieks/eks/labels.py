"""The labels and annotations by which EKS and eksctl say what a node or a pod is.

Source: EKS user guide, "Get started with AWS Fargate" and "Create a managed node group"; eksctl
pkg/apis/eksctl.io/v1alpha5 (ClusterNameLabel, NodeGroupNameLabel).
"""

from typing import Final

from minieks.kube.words.objects import Obj, labels

COMPUTE_TYPE: Final = "eks.amazonaws.com/compute-type"
"""``fargate`` as label and taint of a Fargate node; ``ec2`` as annotation keeps a pod off it."""

FARGATE_PROFILE: Final = "eks.amazonaws.com/fargate-profile"
"""On a pod: the profile that took it, or the one that it asks for."""

NODE_GROUP: Final = "eks.amazonaws.com/nodegroup"
"""On a node: the managed group that it belongs to."""

EKSCTL_CLUSTER: Final = "alpha.eksctl.io/cluster-name"
EKSCTL_NODE_GROUP: Final = "alpha.eksctl.io/nodegroup-name"
"""On a node that eksctl made: its group, managed or not."""

ROLE_ARN: Final = "eks.amazonaws.com/role-arn"
"""On a service account: the IAM role that its pods assume."""


def is_fargate_node(node: Obj) -> bool:
    """Whether the node is the machine that Fargate gave one pod."""
    return labels(node).get(COMPUTE_TYPE) == "fargate"


def node_group_of(node: Obj) -> str:
    """The node group a node belongs to, managed or self-managed; empty if neither."""
    own = labels(node)
    return own.get(NODE_GROUP) or own.get(EKSCTL_NODE_GROUP) or ""
