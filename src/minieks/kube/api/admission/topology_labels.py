"""PodTopologyLabels: a pod knows the region and zone of its node, from Kubernetes 1.35.

Source: kubernetes plugin/pkg/admission/podtopologylabels/admission.go (gate on by default in 1.35).
"""

from typing import Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.kinds.nodes import REGION, ZONE
from minieks.kube.words.objects import Obj, labels, metadata

TOPOLOGY_LABELS: Final = (REGION, ZONE)
_SINCE_MINOR: Final = 35


def applies(version: str) -> bool:
    """Whether this Kubernetes version does it by default."""
    return int(version.split(".")[1]) >= _SINCE_MINOR


def with_topology(pod: Obj, node: Obj | None) -> Obj:
    """The pod with its node's region and zone as labels; the pod itself if the node has none."""
    if node is None:
        return pod
    found = labels(node)
    added = {key: found[key] for key in TOPOLOGY_LABELS if key in found}
    if not added:
        return pod
    meta = {**metadata(pod), "labels": {**labels(pod), **added}}
    return {**pod, "metadata": meta}


class PodTopologyLabels(AdmissionPlugin):
    """Labels pods that come with a node, or are bound to one."""

    name = "PodTopologyLabels"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come."""
        return operation == "CREATE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with its node's topology labels."""
        if attributes.collection != "pods" or attributes.operation != "CREATE":
            return obj
        node_name = obj["spec"].get("nodeName")
        if not node_name or not applies(attributes.api.version):
            return obj
        return with_topology(obj, attributes.api.store.get("nodes", node_name))
