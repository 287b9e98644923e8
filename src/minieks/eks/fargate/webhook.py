"""The mutating webhook that marks pods for Fargate as they are created.

Source: the MutatingWebhookConfiguration ``0500-amazon-eks-fargate-mutation.amazonaws.com`` of EKS
clusters (CREATE of pods only, failurePolicy Ignore) and Fargate pods in public dumps. Pods that
were there before a profile are never looked at again.

A pod of a DaemonSet is made for one node. Those made for EC2 nodes are left to the default
scheduler: in clusters with a profile for all of ``kube-system`` aws-node and kube-proxy run on EC2
nodes. Those made for Fargate nodes are marked, so that the fargate-scheduler refuses them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from minieks.eks.fargate.matching import Match, NoMatch, match
from minieks.eks.fargate.profiles import Profile
from minieks.eks.fargate.refusals import SCHEDULER_NAME
from minieks.eks.labels import FARGATE_PROFILE
from minieks.kube.api.admission import Attributes, Operation
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, labels, with_metadata

PRIORITY_CLASS = "system-node-critical"
PRIORITY = 2000001000
NODE_PREFIX = "fargate-"


Observer: TypeAlias = Callable[[Obj, Match | NoMatch], None]
"""Hears of each new pod and of what the profiles made of it."""

_FOR_NODES = NoMatch("a DaemonSet's pod that is made for an EC2 node is not Fargate's")


class FargateWebhook:
    """Sends pods that a profile matches to the fargate-scheduler."""

    name = "0500-amazon-eks-fargate-mutation.amazonaws.com"

    def __init__(
        self, profiles: Callable[[], Sequence[Profile]], observer: Observer | None = None
    ) -> None:
        self._profiles = profiles
        self._observer = observer

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come."""
        return operation == "CREATE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod, marked if a profile takes it; anything else as it is."""
        if not attributes.is_create("pods"):
            return obj
        profiles = self._profiles()
        if not profiles and self._observer is None:
            return obj  # None takes it, and nobody asks why.
        for_nodes = pods.is_daemon(obj) and not is_for_fargate_node(obj)
        found = _FOR_NODES if for_nodes else match(profiles, obj)
        if self._observer is not None:
            self._observer(obj, found)
        return marked(obj, found.profile.name) if isinstance(found, Match) else obj

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Nothing: this webhook only mutates."""


def marked(pod: Obj, profile: str) -> Obj:
    """The pod as the webhook leaves it; no toleration is added."""
    spec = {
        **pod["spec"],
        "schedulerName": SCHEDULER_NAME,
        "priorityClassName": PRIORITY_CLASS,
        "priority": PRIORITY,
    }
    return with_metadata({**pod, "spec": spec}, labels={**labels(pod), FARGATE_PROFILE: profile})


def is_for_fargate_node(pod: Obj) -> bool:
    """Whether the pod's node affinity names a Fargate node, as a DaemonSet's pod does."""
    affinity = (pod.get("spec") or {}).get("affinity") or {}
    required = (affinity.get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    return any(_names_fargate(term) for term in (required or {}).get("nodeSelectorTerms") or ())


def _names_fargate(term: Mapping[str, Any]) -> bool:
    return any(
        field["key"] == "metadata.name" and str(value).startswith(NODE_PREFIX)
        for field in term.get("matchFields") or ()
        for value in field.get("values") or ()
    )
