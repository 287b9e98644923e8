"""TaintNodesByCondition: a new node is not ready until its kubelet says so.

Source: kubernetes plugin/pkg/admission/nodetaint/admission.go.
"""

from typing import Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.words.objects import Obj

_NOT_READY: Final = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


class TaintNodesByCondition(AdmissionPlugin):
    """Taints nodes as they are created."""

    name = "TaintNodesByCondition"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Nodes that come."""
        return operation == "CREATE" and collection == "nodes"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The node with the taint not-ready:NoSchedule."""
        if not attributes.is_create("nodes"):
            return obj
        spec = obj.get("spec") or {}
        taints = spec.get("taints") or []
        if any(_same(taint) for taint in taints):
            return obj
        return {**obj, "spec": {**spec, "taints": [*taints, _NOT_READY]}}


def _same(taint: Obj) -> bool:
    return taint.get("key") == _NOT_READY["key"] and taint.get("effect") == _NOT_READY["effect"]
