"""A bare world for the volume controllers: their loops, kubelets, a driver made for the tests."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import (
    MadeVolume,
    ProvisioningError,
    VolumeRequest,
    volume_loops,
)
from minieks.kube.kubelet.kubelet import Kubelet
from minieks.kube.kubelet.nodes import NodeAgent
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name

START = times.parse("2026-11-23T00:00:00Z")
GIB = 1024**3


class Disks:
    """A driver whose volumes are in its node's zone; 3 s to make, 10 s to attach or detach."""

    driver = "disks.example.com"

    def __init__(self) -> None:
        self.running = True
        self.refusal = ""
        self.made: list[str] = []
        self.deleted: list[str] = []

    def is_running(self) -> bool:
        return self.running

    def concerns(self, change: Change) -> bool:
        return name(change.value) == "disks-controller"

    def component(self) -> str:
        return "disks.example.com_disks-controller"

    def make_time(self) -> float:
        return 3.0

    def attach_time(self) -> float:
        return 10.0

    def detach_time(self) -> float:
        return 10.0

    def make(self, request: VolumeRequest) -> MadeVolume:
        if self.refusal:
            raise ProvisioningError(self.refusal)
        self.made.append(name(request.claim))
        handle = f"disk-{len(self.made)}"
        size = -(-request.size // GIB) * GIB
        source: Mapping[str, Any] = {"csi": {"driver": self.driver, "volumeHandle": handle}}
        topology = {"zone": "a"} if request.node else {}
        return MadeVolume(source, size, topology)

    def grow(self, volume: Obj, size: int) -> int:
        if self.refusal:
            raise ProvisioningError(self.refusal)
        return -(-size // GIB) * GIB

    def delete(self, volume: Obj) -> None:
        self.deleted.append(name(volume))


class World:
    """One cluster with volume controllers and kubelets; pods are bound by hand."""

    def __init__(self, *, kubelets: bool = True) -> None:
        self.engine = Engine(VirtualClock(START))
        self.api = Api(self.engine, "1.34")
        self.disks = Disks()
        loops = [*volume_loops(self.api, [self.disks]), NodeAgent(self.api, Timings())]
        if kubelets:
            loops.append(Kubelet(self.api, Timings()))
        for loop in loops:
            Runner(self.engine, loop).attach(self.api.store)
        self.make("Namespace", "default")
        self.make("ServiceAccount", "default", namespace="default")

    def make(
        self, kind: str, name: str, api_version: str = "v1", namespace: str = "", **parts: Any
    ) -> Obj:
        meta = {"name": name} | ({"namespace": namespace} if namespace else {})
        meta |= parts.pop("metadata", {})
        return self.api.create({"apiVersion": api_version, "kind": kind, "metadata": meta, **parts})

    def node(self, name: str, driver: str | None = "disks.example.com") -> None:
        amounts = {"cpu": "8", "memory": "32Gi", "pods": "58"}
        status = {
            "capacity": amounts,
            "allocatable": amounts,
            "conditions": [{"type": "Ready", "status": "True"}],
            "addresses": [{"type": "InternalIP", "address": "10.0.1.5"}],
        }
        self.make("Node", name, status=status)
        self.run(0)
        if driver:
            self.register(name, driver)

    def register(self, node: str, driver: str = "disks.example.com") -> None:
        found = self.api.get("csinodes.storage.k8s.io", "", node)
        assert found is not None
        drivers = [{"name": driver, "nodeID": node, "topologyKeys": []}]
        self.api.update({**found, "spec": {"drivers": drivers}})

    def storage_class(self, name: str = "disks", **fields: Any) -> None:
        given = {"provisioner": "disks.example.com", "volumeBindingMode": "Immediate"} | fields
        self.make("StorageClass", name, "storage.k8s.io/v1", **given)

    def claim(
        self, name: str = "data", size: str = "5Gi", class_name: str | None = "disks", **spec: Any
    ) -> Obj:
        wanted = {"accessModes": ["ReadWriteOnce"]} | spec
        wanted["resources"] = {"requests": {"storage": size}}
        if class_name is not None:
            wanted["storageClassName"] = class_name
        return self.make("PersistentVolumeClaim", name, namespace="default", spec=wanted)

    def volume(self, name: str, size: str = "5Gi", class_name: str = "", **fields: Any) -> Obj:
        labels = fields.pop("labels", {})
        spec = {
            "capacity": {"storage": size},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": class_name,
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": "/data"},
        } | fields
        return self.make("PersistentVolume", name, metadata={"labels": labels}, spec=spec)

    def pod(self, name: str = "db", node: str = "", claim: str = "data") -> Obj:
        volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]
        spec = {"containers": [{"name": "c", "image": "postgres"}], "volumes": volumes}
        pod = self.make("Pod", name, namespace="default", spec=spec)
        return self.api.bind("default", name, node) if node else pod

    def select(self, claim: str, node: str) -> None:
        """What the scheduler does when it has found a node for the claim's pod."""
        found = self.get(claim)
        notes = {**(found["metadata"].get("annotations") or {})}
        notes["volume.kubernetes.io/selected-node"] = node
        self.api.update({**found, "metadata": {**found["metadata"], "annotations": notes}})

    def get(self, claim: str = "data") -> Obj:
        found = self.api.get("persistentvolumeclaims", "default", claim)
        assert found is not None, f"claim {claim} is gone"
        return found

    def pv(self, volume: str) -> Obj:
        found = self.api.get("persistentvolumes", "", volume)
        assert found is not None, f"volume {volume} is gone"
        return found

    def phase(self, claim: str = "data") -> str:
        return str(self.get(claim)["status"]["phase"])

    def delete_claim(self, claim: str = "data") -> None:
        self.api.delete("persistentvolumeclaims", "default", claim)

    def run(self, seconds: float) -> None:
        self.engine.run(self.engine.now() + round(seconds * SECOND))

    def events(self, about: str = "data") -> list[str]:
        return [
            f"{event['type']} {event['reason']} {event['message']}"
            for event in self.api.list("events")
            if event["involvedObject"]["name"] == about
        ]

    def transcript(self, about: str) -> str:
        lines = []
        for event in self.api.list("events"):
            if event["involvedObject"]["name"] == about:
                after = (times.parse(event["firstTimestamp"]) - START) // SECOND
                component = event["source"]["component"]
                lines.append(f"{after}s {event['reason']} [{component}] {event['message']}")
        return "\n".join(lines)


@pytest.fixture
def world() -> World:
    made = World()
    made.run(0)
    return made


@pytest.fixture
def new_world() -> Callable[..., World]:
    return World
