"""Who a caller of AWS is in a cluster: by its access entries, its aws-auth and who made it.

Source: Amazon EKS user guide, "Grant IAM users and roles access to Kubernetes APIs" (the modes; for
one ARN an access entry counts before aws-auth).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from minieks.eks.identity import accessentries, arns, mapping
from minieks.eks.identity.awsauth import NO_CONFIG_MAP, AwsAuth
from minieks.eks.identity.mapping import Identity, Mapping, NameOf, NotMapped
from minieks.eks.spec import AccessEntrySpec
from minieks.kube.auth.users import MASTERS

_CREATOR = Mapping("kubernetes-admin", (MASTERS,), "creator of the cluster")


@dataclass(frozen=True, slots=True)
class Access:
    """All that says who somebody is; ``creator`` is the ARN of who made the cluster and is admin.

    The creator's right is not to be seen anywhere in the cluster, and counts in mode CONFIG_MAP; in
    the others the creator has an access entry.
    """

    mode: str = "API_AND_CONFIG_MAP"
    entries: Sequence[AccessEntrySpec] = ()
    aws_auth: AwsAuth = field(default_factory=lambda: NO_CONFIG_MAP)
    creator: str = ""


def found(access: Access, identity: Identity) -> Mapping | None:
    """Who the caller is, templates still in it; None if nobody knows."""
    entry = None
    if access.mode != "CONFIG_MAP":
        entry = accessentries.mapping_of(access.entries, identity)
    if entry is not None or access.mode == "API":
        return entry
    return access.aws_auth.mapping_of(identity) or _of_creator(access, identity)


def _of_creator(access: Access, identity: Identity) -> Mapping | None:
    if access.mode != "CONFIG_MAP" or not access.creator:
        return None
    creator = arns.without_path(access.creator)
    return _CREATOR if creator.lower() == identity.canonical.lower() else None


def mapped(access: Access, identity: Identity, name_of: NameOf) -> Mapping:
    """Who the caller is; raises NotMapped."""
    one = found(access, identity)
    if one is None:
        raise NotMapped("Identity is not mapped")
    return mapping.rendered(one, identity, name_of)
