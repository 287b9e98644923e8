"""POST pods/<name>/binding: a pod gets its node, once.

Source: kubernetes pkg/registry/core/pod/storage/storage.go (BindingREST).
"""

from typing import TYPE_CHECKING

from minieks.kube.api import errors
from minieks.kube.api.admission import topology_labels
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, is_deleting, key

if TYPE_CHECKING:
    from minieks.kube.api.server import Api


def bind(api: "Api", space: str, object_name: str, node: str) -> Obj:
    """Put the pod on ``node``; raises NotFound, or Conflict if it is bound, gated or deleting."""
    pod = api.get("pods", space, object_name)
    if pod is None:
        raise errors.NotFound("pods", object_name)
    check(pod, node)
    status = with_condition(
        pod.get("status") or {},
        {"type": "PodScheduled", "status": "True", "lastProbeTime": None},
        times.rfc3339(api.engine.now()),
    )
    status.pop("nominatedNodeName", None)
    bound = {
        **pod,
        "metadata": dict(pod["metadata"]),
        "spec": {**pod["spec"], "nodeName": node},
        "status": status,
    }
    if topology_labels.applies(api.version):
        bound = topology_labels.with_topology(bound, api.store.get("nodes", node))
    return api.store.replace("pods", key(pod), bound)


def check(pod: Obj, node: str) -> None:
    """Raises Conflict if the pod cannot be put on the node: it is bound, gated or deleting."""
    refusal = _refusal(pod, node)
    if refusal:
        raise errors.Conflict("pods/binding", pod["metadata"]["name"], refusal)


def _refusal(pod: Obj, node: str) -> str:
    spec = pod["spec"]
    if is_deleting(pod):
        return f"pod {pod['metadata']['name']} is being deleted, cannot be assigned to a host"
    if spec.get("nodeName"):
        return f'pod {pod["metadata"]["name"]} is already assigned to node "{spec["nodeName"]}"'
    if spec.get("schedulingGates"):
        return f"pod {pod['metadata']['name']} has non-empty .spec.schedulingGates"
    return ""
