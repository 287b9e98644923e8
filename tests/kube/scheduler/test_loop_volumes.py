"""default-scheduler together with the volume controllers: a pod and its volumes find each other."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import MadeVolume, VolumeRequest, volume_loops
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.words import times

Json = dict[str, Any]
ZONE = "topology.kubernetes.io/zone"


def _named(kind: str, name: str, api_version: str = "v1", **more: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **more}


class Disks:
    """A storage driver whose volumes can be used in one zone."""

    driver = "ebs.csi.aws.com"

    def is_running(self) -> bool:
        return True

    def concerns(self, change: Change) -> bool:
        return False

    def component(self) -> str:
        return self.driver

    def make_time(self) -> float:
        return 2.0

    attach_time = detach_time = grow_time = make_time

    def make(self, request: VolumeRequest) -> MadeVolume:
        assert request.node is not None
        zone = request.node["metadata"]["labels"][ZONE]
        source = {"csi": {"driver": self.driver, "volumeHandle": "vol-1"}}
        return MadeVolume(source, request.size, {ZONE: zone})

    def grow(self, volume: Json, size: int) -> int:
        raise AssertionError("no volume grows here")

    def delete(self, volume: Json) -> None:
        raise AssertionError("no volume is deleted here")


@pytest.fixture
def api() -> Api:
    engine = Engine(VirtualClock(times.parse("2026-11-23T00:00:00Z")), seed=1)
    api = Api(engine, "1.34")
    for loop in (*volume_loops(api, [Disks()]), DefaultScheduler(api)):
        Runner(engine, loop).attach(api.store)
    api.create(_named("Namespace", "default"))
    account = {"name": "default", "namespace": "default"}
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    for name, zone in (("n1", "us-east-1a"), ("n2", "us-east-1b")):
        node = _named("Node", name)
        node["metadata"]["labels"] = {"kubernetes.io/hostname": name, ZONE: zone}
        node["status"] = {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "10"}}
        api.update({**api.create(node), "spec": {}})
    return api


def _class(name: str, provisioner: str) -> Json:
    made = _named("StorageClass", name, "storage.k8s.io/v1")
    return {**made, "provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer"}


def _claim(name: str, storage_class: str) -> Json:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": "5Gi"}},
    }
    return _named("PersistentVolumeClaim", name, spec=spec)


def _local(name: str, node: str, size: str) -> Json:
    term = {
        "matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]
    }
    spec = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "local",
        "local": {"path": "/mnt"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
    }
    return _named("PersistentVolume", name, spec=spec)


def _pod(name: str, claim: str) -> Json:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": claim}}
    container = {"name": "c", "image": "nginx"}
    return _named("Pod", name, spec={"containers": [container], "volumes": [volume]})


def _run(api: Api, seconds: int) -> None:
    api.engine.run(api.engine.now() + seconds * SECOND)


def _node_of(api: Api, name: str) -> str:
    pod = api.get("pods", "default", name)
    assert pod is not None
    return str(pod["spec"].get("nodeName") or "")


def test_a_pod_takes_the_smallest_local_volume_that_fits_and_goes_to_its_node(api: Api) -> None:
    api.create(_class("local", "kubernetes.io/no-provisioner"))
    for volume in (_local("small", "n1", "1Gi"), _local("right", "n2", "6Gi")):
        api.create(volume)
    api.create(_local("large", "n2", "50Gi"))
    api.create(_claim("data", "local"))
    _run(api, 60)
    api.create(_pod("db", "data"))
    _run(api, 60)
    claim = api.get("persistentvolumeclaims", "default", "data")
    assert claim is not None
    assert (_node_of(api, "db"), claim["spec"]["volumeName"]) == ("n2", "right")


def test_a_second_pod_finds_no_local_volume_left_and_waits_for_one(api: Api) -> None:
    api.create(_class("local", "kubernetes.io/no-provisioner"))
    api.create(_local("one", "n1", "6Gi"))
    for name in ("a", "b"):
        api.create(_claim(name, "local"))
        api.create(_pod(f"pod-{name}", name))
    _run(api, 60)
    assert sorted((_node_of(api, "pod-a"), _node_of(api, "pod-b"))) == ["", "n1"]
    api.create(_local("two", "n2", "6Gi"))
    _run(api, 60)
    assert sorted((_node_of(api, "pod-a"), _node_of(api, "pod-b"))) == ["n1", "n2"]


def test_a_volume_is_made_in_the_zone_of_the_pods_node(api: Api) -> None:
    api.create(_class("gp3", "ebs.csi.aws.com"))
    driver = {"attachRequired": True}
    api.create(_named("CSIDriver", "ebs.csi.aws.com", "storage.k8s.io/v1", spec=driver))
    for name in ("n1", "n2"):
        drivers = [{"name": "ebs.csi.aws.com", "nodeID": f"i-{name}", "topologyKeys": [ZONE]}]
        api.create(_named("CSINode", name, "storage.k8s.io/v1", spec={"drivers": drivers}))
    api.create(_claim("data", "gp3"))
    api.create(_pod("db", "data"))
    _run(api, 120)
    (volume,) = api.list("persistentvolumes")
    node = api.get("nodes", "", _node_of(api, "db"))
    assert node is not None
    term = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]
    assert node["metadata"]["labels"][ZONE] in term["matchExpressions"][0]["values"]
