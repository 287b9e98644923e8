"""Which user of a cluster the nodes with a role are: by the type of the role's access entry.

Source: Amazon EKS user guide, "Create access entries" (types), "Grant IAM users access to
Kubernetes with a ConfigMap"; of a role that is shared by nodes each session has a name of its own.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from minieks.kube.words.objects import Obj


class NodeAccount(NamedTuple):
    """A user, with the template of its name, and its groups."""

    username: str
    groups: tuple[str, ...]


_EC2_NAME: Final = "system:node:{{EC2PrivateDNSName}}"
_SESSION_NAME: Final = "system:node:{{SessionName}}"
_NODES: Final = "system:nodes"

OF_TYPES: Final[Mapping[str, NodeAccount]] = {
    "EC2_LINUX": NodeAccount(_EC2_NAME, (_NODES,)),
    "EC2_WINDOWS": NodeAccount(_EC2_NAME, (_NODES, "eks:kube-proxy-windows")),
    "EC2": NodeAccount(_EC2_NAME, (_NODES,)),
    "FARGATE_LINUX": NodeAccount(_SESSION_NAME, (_NODES, "system:node-proxier")),
    "HYBRID_LINUX": NodeAccount(_SESSION_NAME, (_NODES,)),
    "HYPERPOD_LINUX": NodeAccount(_SESSION_NAME, (_NODES,)),
}
"""Every type but STANDARD."""


def aws_auth_row(role: str, type_: str) -> Obj:
    """What stands in mapRoles of ``aws-auth`` for a role where there are no access entries."""
    account = OF_TYPES[type_]
    groups = ["system:bootstrappers", *account.groups]
    return {"rolearn": role, "username": account.username, "groups": groups}
