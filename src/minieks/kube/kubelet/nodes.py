"""The kubelet's own node: how a Node that has just been registered comes to be Ready.

Whoever makes machines may write a Node's conditions itself; this loop speaks for the nodes that
have no condition Ready yet. For every node it keeps what a kubelet keeps beside it: the Lease by
which it shows that it is alive, and the CSINode on which storage drivers register.

A Lease is written once and then only by ``kube.api.heartbeats``; a node that was not heard from and
now is posts its status again.
Source: kubernetes pkg/kubelet/kubelet_node_status.go, pkg/kubelet/nodestatus/setters.go,
component-helpers apimachinery/lease.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND, micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects, heartbeats
from minieks.kube.api.server import Api
from minieks.kube.kinds import csi, nodes
from minieks.kube.kubelet import nodestatus
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, metadata, name, namespace, uid

LEASE_SECONDS: Final = 40
COMPONENT: Final = "kubelet"

REGISTRATION: Final = (
    ("Starting", "Starting kubelet."),
    ("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods"),
    ("NodeHasSufficientMemory", "Node {} status is now: NodeHasSufficientMemory"),
    ("NodeHasNoDiskPressure", "Node {} status is now: NodeHasNoDiskPressure"),
    ("NodeHasSufficientPID", "Node {} status is now: NodeHasSufficientPID"),
)


def lease(node: Obj, now: str) -> Obj:
    """The Lease of a node, held by it."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": name(node),
            "namespace": heartbeats.NAMESPACE,
            "ownerReferences": [_owner(node)],
        },
        "spec": {
            "holderIdentity": name(node),
            "leaseDurationSeconds": LEASE_SECONDS,
            "renewTime": now,
        },
    }


def csi_node(node: Obj, drivers: Sequence[Obj] = ()) -> Obj:
    """The CSINode of a new node, with the drivers that it comes with."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSINode",
        "metadata": {"name": name(node), "ownerReferences": [_owner(node)]},
        "spec": {"drivers": list(drivers)},
    }


def _owner(node: Obj) -> Obj:
    return {"apiVersion": "v1", "kind": "Node", "name": name(node), "uid": uid(node)}


class NodeAgent:
    """The loop; its key is a node's name.

    ``ready_after`` gives the seconds from a Node's creation to its Ready condition; without it
    they are the timing ``instance_registration``. ``drivers`` are what a node's CSINode lists from
    the start; without it, nothing.
    """

    name = "kubelet-node"

    def __init__(
        self,
        api: Api,
        timings: Timings,
        ready_after: Callable[[Obj], float] | None = None,
        drivers: Callable[[Obj], Sequence[Obj]] = lambda _: (),
    ) -> None:
        self._api = api
        self._drivers = drivers
        self._ready_after = ready_after or (lambda _: timings.of("instance_registration").median)
        self._own: dict[str, str] = {}

    def watches(self) -> Mapping[str, Wakes]:
        """New nodes, and leases with their namespace."""
        return {
            "nodes": Minding(_came_or_went, aspects.LIFE),
            "namespaces": self._lease_namespace,
            heartbeats.LEASES: _holder,
            csi.NODES: _gone,
        }

    def _lease_namespace(self, change: Change) -> Iterable[str]:
        if change.key != heartbeats.NAMESPACE or change.type != "ADDED":
            return ()
        return [name(node) for node in self._api.list("nodes")]

    def reconcile(self, node_name: str) -> Result | None:
        """Register the node's conditions, lease and CSINode; make it Ready in its time."""
        node = self._api.get("nodes", "", node_name)
        if node is None or is_deleting(node):
            self._own.pop(node_name, None)
            return None
        self._keep_lease(node)
        if self._api.get(csi.NODES, "", node_name) is None:
            self._api.create(csi_node(node, self._drivers(node)))
        if nodes.condition(node, "Ready") is None:
            self._register(node)
        if self._is_back(node):
            self._post(node)
            return None
        if self._own.get(node_name) != uid(node) or nodes.is_ready(node):
            return None
        return self._make_ready(node)

    def _is_back(self, node: Obj) -> bool:
        """Whether others have given up the node although its kubelet reports."""
        found = nodes.condition(node, "Ready")
        unknown = found is not None and found["status"] == "Unknown"
        return unknown and heartbeats.silent_since(self._api, name(node)) is None

    def _keep_lease(self, node: Obj) -> None:
        """A Lease of its own; one that a former node of this name left behind is replaced."""
        if self._api.get("namespaces", "", heartbeats.NAMESPACE) is None:
            return
        place = (heartbeats.LEASES, heartbeats.NAMESPACE, name(node))
        found = self._api.get(*place)
        if found is not None and _is_left_behind(found, node):
            self._api.delete(*place)
            found = None
        if found is None:
            self._api.create(lease(node, times.rfc3339_micro(self._api.engine.now())))

    def _register(self, node: Obj) -> None:
        self._own[name(node)] = uid(node)
        for reason, text in REGISTRATION:
            self._tell(node, reason, text.format(name(node)))
        now = times.rfc3339(self._api.engine.now())
        self._api.update_status(
            {**node, "status": nodestatus.registered(node.get("status") or {}, now)}
        )

    def _make_ready(self, node: Obj) -> Result | None:
        since = times.parse(metadata(node)["creationTimestamp"])
        due = since + micros(self._ready_after(node))
        now = self._api.engine.now()
        if now < due:
            return Result((due - now) / SECOND)
        self._post(node)
        return None

    def _post(self, node: Obj) -> None:
        """Report a healthy, ready node."""
        fresh = self._api.get("nodes", "", name(node)) or node
        now = times.rfc3339(self._api.engine.now())
        status = nodestatus.ready(nodestatus.registered(fresh.get("status") or {}, now), now)
        self._api.update_status({**fresh, "status": status})
        self._tell(node, "NodeReady", f"Node {name(node)} status is now: NodeReady")

    def _tell(self, node: Obj, reason: str, message: str) -> None:
        self._api.record_event(
            node, "Normal", reason, message, component=COMPONENT, host=name(node)
        )


def _holder(change: Change) -> Iterable[str]:
    return (name(change.value),) if namespace(change.value) == heartbeats.NAMESPACE else ()


def _is_left_behind(found: Obj, node: Obj) -> bool:
    owners = metadata(found).get("ownerReferences") or ()
    return any(one["kind"] == "Node" and one["uid"] != uid(node) for one in owners)


def _gone(change: Change) -> Iterable[str]:
    return (change.key,) if change.type == "DELETED" else ()


def _came_or_went(change: Change) -> Iterable[str]:
    return () if change.type == "MODIFIED" else (change.key,)
