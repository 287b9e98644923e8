"""Which drivers a node knows: in its CSINode, and on the Node itself.

A Fargate node comes with one; elsewhere a driver's pod makes its driver known.

Source: kubernetes pkg/volume/csi/nodeinfomanager; NodeGetInfo of aws-ebs-csi-driver
(pkg/driver/node.go) and aws-efs-csi-driver.
"""

import json
from collections.abc import Iterable, Mapping

from minieks.eks.labels import is_fargate_node
from minieks.eks.volumes.drivers import DRIVERS, EFS, Driver
from minieks.eks.volumes.zones import zone_of
from minieks.engine.loop import Minding, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers.indexes import add_node_index, pods_on
from minieks.kube.kinds import csi, nodes, pods
from minieks.kube.words.objects import Obj, annotations, labels, name, with_metadata

NODE_IDS = "csi.volume.kubernetes.io/nodeid"
"""A Node's annotation: what each driver calls the node, as JSON."""
_THERE = aspects.LIFE | aspects.READY | aspects.SPEC | aspects.LABELS
_JSON = json.JSONEncoder(separators=(",", ":"))
_APPS = {driver.node_app: driver for driver in DRIVERS}


class CsiRegistration:
    """The loop; its keys are nodes' names."""

    name = "csi-registration"

    def __init__(self, api: Api) -> None:
        self._api = api
        add_node_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Node pods of drivers that become ready, and new CSINodes."""
        return {"pods": Minding(_driver_pod, _THERE), csi.NODES: _came}

    def reconcile(self, node_name: str) -> None:
        """Register the drivers whose pod is ready; none is ever taken back."""
        node = self._api.get("nodes", "", node_name)
        csi_node = self._api.get(csi.NODES, "", node_name)
        if node is None or csi_node is None:
            return
        for driver in self._by_pods(node_name):
            node, csi_node = self._note(node, driver), self._register(csi_node, node, driver)

    def _by_pods(self, node_name: str) -> list[Driver]:
        return [
            _APPS[labels(pod)["app"]]
            for pod in pods_on(self._api, node_name)
            if labels(pod).get("app") in _APPS and pods.is_ready(pod)
        ]

    def _note(self, node: Obj, driver: Driver) -> Obj:
        """Put the driver's id of the node, and its zone, on the Node."""
        zone, ids = zone_of(node), json.loads(annotations(node).get(NODE_IDS, "{}"))
        ids[driver.name] = _instance(node)
        noted = {**annotations(node), NODE_IDS: _JSON.encode(ids)}
        wanted = dict(labels(node))
        if driver.zone_label and zone:
            wanted[driver.zone_label] = zone
        return self._api.update(with_metadata(node, labels=wanted, annotations=noted))

    def _register(self, csi_node: Obj, node: Obj, driver: Driver) -> Obj:
        present = csi_node["spec"].get("drivers") or []
        if any(one["name"] == driver.name for one in present):
            return csi_node
        drivers = [*present, registered(node, driver)]
        return self._api.update({**csi_node, "spec": {**csi_node["spec"], "drivers": drivers}})


def built_in(node: Obj) -> list[Obj]:
    """What the CSINode of a new node says of drivers: on Fargate that of EFS is there.

    Source: Amazon EKS user guide, "Use elastic file system storage with Amazon EFS".
    """
    return [registered(node, EFS)] if is_fargate_node(node) else []


def registered(node: Obj, driver: Driver) -> Obj:
    """What a CSINode says of a driver on its node."""
    keys = ["kubernetes.io/os", driver.zone_label, nodes.ZONE] if driver.zone_label else []
    found: Obj = {"name": driver.name, "nodeID": _instance(node), "topologyKeys": keys}
    if driver.limit is not None:
        found["allocatable"] = {"count": driver.limit}
    return found


def _instance(node: Obj) -> str:
    """The instance under a node, by which AWS' drivers know it."""
    return nodes.provider_id(node).rpartition("/")[2] or name(node)


def _driver_pod(change: Change) -> Iterable[str]:
    pod = change.value
    if labels(pod).get("app") not in _APPS or not pods.is_ready(pod):
        return ()
    return (pods.node_name(pod),)


def _came(change: Change) -> Iterable[str]:
    return (change.key,) if change.type == "ADDED" else ()
