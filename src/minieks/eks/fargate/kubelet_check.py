"""What the kubelet of a Fargate node checks before it takes a pod.

Source: the pod validator of the kubelet on Fargate nodes: a pod that it does not support fails with
the reason UnsupportedPodSpec.
"""

from collections.abc import Callable

from minieks.eks.fargate.refusals import claims_of, kubelet_refusal
from minieks.eks.labels import is_fargate_node
from minieks.kube.api.server import Api
from minieks.kube.kubelet.life import Verdict
from minieks.kube.words.objects import Obj, namespace

REASON = "UnsupportedPodSpec"
_NOT_RESIZED = "In-place resize is not supported on Fargate"


def fargate_check(api: Api) -> Callable[[Obj, Obj], Verdict | None]:
    """The check of (pod, node) for a cluster; it has nothing to say of other nodes."""

    def check(pod: Obj, node: Obj) -> Verdict | None:
        if not is_fargate_node(node):
            return None
        claims = claims_of(
            pod,
            lambda name: api.get("persistentvolumeclaims", namespace(pod), name),
            lambda name: api.get("persistentvolumes", "", name),
        )
        refusal = kubelet_refusal(pod, claims)
        return Verdict(REASON, refusal) if refusal else None

    return check


def fargate_resizable(node: Obj) -> str:
    """Why a node's kubelet does not resize pods in place: the size of a Fargate VM is fixed.

    Source of the size: AWS EKS user guide, fargate-pod-configuration; nobody tells what a Fargate
    node answers to a resize, so the words are ours.
    """
    return _NOT_RESIZED if is_fargate_node(node) else ""
