"""The tags of what an operation of EKS is about, as EKS itself describes it."""

from collections.abc import Mapping
from typing import Any, Final

from minieks.aws.asked import Asked, Performs
from minieks.aws.permissions.called import Called
from minieks.eks.operations.call import Call, Caller
from minieks.eks.operations.errors import EksError

_DESCRIBED: Final = {
    "nodegroupName": ("DescribeNodegroup", "nodegroup"),
    "fargateProfileName": ("DescribeFargateProfile", "fargateProfile"),
    "addonName": ("DescribeAddon", "addon"),
}
"""For what belongs to a cluster: which operation tells of it, and as what."""


class EksTags:
    """Asks EKS where a request is made."""

    def __init__(self, eks: Performs, asked: Asked) -> None:
        self._eks = eks
        self._call = Call(asked.account, asked.scope.region, Caller("", asked.account))

    def __call__(self, found: Called) -> Mapping[str, str]:
        """The tags; none of what is not there, or is just being made."""
        asked = found.parameters
        if found.operation.startswith("Create"):
            return self._of_cluster(str(asked.get("clusterName") or ""))
        if asked.get("resourceArn"):
            return self._told("ListTagsForResource", resourceArn=asked["resourceArn"])
        cluster = str(asked.get("clusterName") or asked.get("name") or "")
        for member, (operation, shown) in _DESCRIBED.items():
            if asked.get(member):
                names = {"clusterName": cluster, member: asked[member]}
                return self._told(operation, shown, **names)
        return self._of_cluster(cluster)

    def _of_cluster(self, name: str) -> Mapping[str, str]:
        return self._told("DescribeCluster", "cluster", name=name) if name else {}

    def _told(self, operation: str, shown: str = "", **parameters: Any) -> Mapping[str, str]:
        try:
            answer = self._eks.perform(operation, parameters, self._call)
        except EksError:
            return {}
        found: Mapping[str, str] = (answer[shown] if shown else answer).get("tags") or {}
        return found
