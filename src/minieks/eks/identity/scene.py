"""A running cluster as the chain of a pod looks at it."""

from typing import Final

from minieks.eks.identity.cluster import ClusterIdentity
from minieks.eks.identity.podidentity import Association
from minieks.eks.identity.ports import Iam
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, labels

_AGENT: Final = ("app.kubernetes.io/name", "eks-pod-identity-agent")


class ClusterScene:
    """Fulfils `minieks.eks.identity.chain.Scene`."""

    def __init__(self, inside: ClusterIdentity, api: Api, issuer: str, iam: Iam) -> None:
        self._inside = inside
        self._api = api
        self.cluster = inside.arn
        self.issuer = issuer
        self.iam = iam

    def get(self, collection: str, space: str, name: str) -> Obj | None:
        """An object of the cluster, or None."""
        return self._api.get(collection, space, name)

    def association(self, space: str, account: str) -> Association | None:
        """The Pod Identity association of a service account, or None."""
        return self._inside.association(space, account)

    def is_fargate(self, node: str) -> bool:
        """Whether the node of this name is Fargate's."""
        return self._inside.is_fargate(node)

    def has_agent(self, node: str) -> bool:
        """Whether the Pod Identity agent runs on the node."""
        key, value = _AGENT
        return any(
            labels(pod).get(key) == value
            and pod["spec"].get("nodeName") == node
            and (pod.get("status") or {}).get("phase") == "Running"
            for pod in self._api.list("pods", "kube-system")
        )
