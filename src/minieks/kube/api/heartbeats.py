"""Node heartbeats without the noise: a lease says when they stopped, silence that all is well.

A real kubelet renews its Lease in kube-node-lease every ten seconds. Writing that for hundreds of
nodes over simulated days would cost most of the time and say nothing, so a Lease is written only
when heartbeats stop, with the moment of the last one, and when they begin again. A node whose Lease
does not say that it is silent is taken to be heard from.

Source of the lease: kubernetes pkg/kubelet/kubelet.go (40 s, renewed each quarter of that).
"""

from typing import TYPE_CHECKING, Final

from minieks.engine.clock import Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

LEASES: Final = "leases.coordination.k8s.io"
NAMESPACE: Final = "kube-node-lease"
SILENT: Final = "minieks.dev/silent"
_DURATION_SECONDS: Final = 40


def silent_since(api: "Api", node_name: str) -> Micros | None:
    """When the node was last heard from, if it has stopped reporting; None if it reports."""
    lease = api.get(LEASES, NAMESPACE, node_name)
    if lease is None or not is_silent(lease):
        return None
    return times.parse(lease["spec"]["renewTime"])


def is_silent(lease: Obj) -> bool:
    """Whether the lease says that its node has stopped reporting."""
    return SILENT in annotations(lease)


def stopped(api: "Api", node_name: str, last: Micros) -> None:
    """The node's last heartbeat was at ``last``; none follows."""
    _write(api, _lease(node_name, last, {SILENT: "true"}))


def resumed(api: "Api", node_name: str) -> None:
    """The node is heard from, from now on."""
    _write(api, _lease(node_name, api.engine.now(), {}))


def _lease(node_name: str, renewed: Micros, notes: dict[str, str]) -> Obj:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": node_name, "namespace": NAMESPACE, "annotations": notes},
        "spec": {
            "holderIdentity": node_name,
            "leaseDurationSeconds": _DURATION_SECONDS,
            "renewTime": times.rfc3339_micro(renewed),
        },
    }


def _write(api: "Api", lease: Obj) -> None:
    found = api.get(LEASES, NAMESPACE, lease["metadata"]["name"])
    if found is None:
        api.create(lease)
        return
    notes = lease["metadata"]["annotations"]
    meta = {field: value for field, value in found["metadata"].items() if field != "annotations"}
    api.update({**lease, "metadata": {**meta, **({"annotations": notes} if notes else {})}})
