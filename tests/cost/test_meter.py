"""The meter: which changes begin and end which use."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from minieks.cost.bill import price
from minieks.cost.meter import Meter
from minieks.cost.usage import (
    ControlPlaneUsage,
    FargatePodUsage,
    InstanceUsage,
    PodOnNodeUsage,
    Usage,
    VolumeUsage,
)
from minieks.data.prices import PriceList
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj, key
from minieks.kube.words.times import parse, rfc3339

START = parse("2026-11-23T00:00:00Z")


class World:
    """The two stores under the meter, and a clock that goes where it is told."""

    def __init__(self) -> None:
        self.engine = Engine(VirtualClock(START))
        self.store = Store()
        self.aws = Store()
        self.meter = Meter(self.engine, self.store, self.aws)

    def at(self, seconds: int) -> "World":
        self.engine.run(START + seconds * SECOND)
        return self

    def create(self, collection: str, obj: Obj, name: str = "") -> None:
        self._of(collection).create(collection, name or key(obj), obj)

    def update(self, collection: str, obj: Obj, name: str = "") -> None:
        self._of(collection).replace(collection, name or key(obj), obj)

    def delete(self, collection: str, name: str) -> None:
        self._of(collection).remove(collection, name)

    def _of(self, collection: str) -> Store:
        is_aws = collection.endswith((".ec2", ".eks", ".fargate"))
        return self.aws if is_aws else self.store

    def usages(self) -> list[Usage]:
        return self.meter.usages()


def seconds(at: int) -> int:
    return START + at * SECOND


INSTANCE: Obj = {
    "instanceId": "i-1",
    "instanceType": "m5.large",
    "placement": {"availabilityZone": "us-east-1b"},
    "state": "pending",
    "lifecycle": "spot",
    "nodegroup": "workers",
    "rootVolume": {"type": "gp3", "sizeGiB": 80, "iops": 3000, "throughput": 125},
}

NODE: Obj = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": "ip-1.ec2.internal"},
    "spec": {"providerID": "aws:///us-east-1b/i-1"},
    "status": {"allocatable": {"cpu": "1930m", "memory": "6903Mi", "pods": "29"}},
}


def pod(name: str = "web-1", **changes: Any) -> Obj:
    requests = {"cpu": "250m", "memory": "512Mi"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": "shop", "name": name, **changes.get("metadata", {})},
        "spec": {
            "containers": [{"name": "c", "resources": {"requests": requests}}],
            **changes.get("spec", {}),
        },
        "status": changes.get("status", {"phase": "Pending"}),
    }


MACHINE: Obj = {"profile": "fp", "vcpu": "0.25", "memoryGiB": "1", "ephemeralGiB": 45}


def fargate_pod(phase: str = "Pending", started: int | None = None) -> Obj:
    status = {"phase": phase}
    if started is not None:
        status["startTime"] = rfc3339(seconds(started))
    return pod(status=status, spec={"nodeName": "fargate-ip-1"})


def instance(state: str, **changes: Any) -> Obj:
    return {**INSTANCE, "state": state, **changes}


def test_an_instance_is_billed_while_it_runs_and_its_root_volume_while_it_is_there() -> None:
    world = World()
    world.create("instances.ec2", instance("pending"), "i-1")
    world.at(10).update("instances.ec2", instance("running"), "i-1")
    world.at(50).update("instances.ec2", instance("running", lifecycleState="InService"), "i-1")
    running, root = world.usages()
    assert running == InstanceUsage(
        instance_id="i-1",
        instance_type="m5.large",
        zone="us-east-1b",
        start=seconds(10),
        purchase="spot",
        node_group="workers",
    )
    assert root == VolumeUsage(
        volume_id="i-1-root",
        kind="root",
        volume_type="gp3",
        gib=80,
        iops=3000,
        throughput=125,
        start=START,
        instance_id="i-1",
    )
    world.at(600).update("instances.ec2", instance("shutting-down"), "i-1")
    world.at(630).update("instances.ec2", instance("terminated"), "i-1")
    ended = [replace(running, end=seconds(600)), replace(root, end=seconds(630))]
    assert world.usages() == ended
    # The record goes later; that changes nothing.
    world.at(4000).delete("instances.ec2", "i-1")
    assert world.usages() == ended


def test_a_record_that_goes_without_a_word_ends_the_instance() -> None:
    world = World()
    world.create("instances.ec2", instance("running", platform="windows"), "i-1")
    world.at(60).delete("instances.ec2", "i-1")
    machine, root = world.usages()
    assert isinstance(machine, InstanceUsage)
    assert machine.windows
    assert (machine.start, machine.end, root.end) == (START, seconds(60), seconds(60))


def test_an_instance_that_never_ran_costs_only_its_volume() -> None:
    world = World()
    world.create("instances.ec2", instance("pending"), "i-1")
    world.at(5).update("instances.ec2", instance("terminated"), "i-1")
    [root] = world.usages()
    assert isinstance(root, VolumeUsage)
    assert (root.start, root.end) == (START, seconds(5))


def test_an_instance_learns_what_its_node_can_give() -> None:
    world = World()
    world.create("instances.ec2", instance("running"), "i-1")
    world.create("nodes", {**NODE, "status": {}})
    world.at(60).update("nodes", NODE)
    world.at(90).delete("nodes", "ip-1.ec2.internal")
    machine = world.usages()[0]
    assert isinstance(machine, InstanceUsage)
    assert (machine.cpu_milli, machine.memory_bytes) == (1930, 6903 * 1024 * 1024)


@pytest.mark.parametrize("end", ["Succeeded", "Failed", "deleted"])
def test_a_pod_on_a_node_counts_from_binding_to_its_end(end: str) -> None:
    world = World()
    world.create("nodes", NODE)
    world.create("pods", pod())
    assert world.usages() == []
    bound: dict[str, Any] = {"spec": {"nodeName": "ip-1.ec2.internal"}}
    world.at(5).update("pods", pod(**bound))
    world.at(8).update("pods", pod(**bound, status={"phase": "Running"}))
    world.at(100)
    if end == "deleted":
        world.delete("pods", "shop/web-1")
    else:
        world.update("pods", pod(**bound, status={"phase": end}))
        world.at(200).delete("pods", "shop/web-1")
    assert world.usages() == [
        PodOnNodeUsage(
            namespace="shop",
            pod="web-1",
            workload="Pod/web-1",
            instance_id="i-1",
            cpu_milli=250,
            memory_bytes=512 * 1024 * 1024,
            start=seconds(5),
            end=seconds(100),
        )
    ]


def test_a_pod_of_the_same_name_is_another_use() -> None:
    world = World()
    world.create("nodes", NODE)
    for begun in (0, 50):
        world.at(begun).create("pods", pod("db-0", spec={"nodeName": "ip-1.ec2.internal"}))
        world.at(begun + 10).delete("pods", "shop/db-0")
    assert [(use.start, use.end) for use in world.usages()] == [
        (seconds(0), seconds(10)),
        (seconds(50), seconds(60)),
    ]


def test_a_fargate_pod_counts_from_its_start_until_it_is_deleted() -> None:
    world = World()
    world.create("nodes", {**NODE, "metadata": {"name": "fargate-ip-1"}, "spec": {}})
    world.create("pods", pod())
    world.create("microvms.fargate", MACHINE, "shop/web-1")
    world.at(39).update("pods", fargate_pod())
    assert world.usages() == []
    world.at(41).update("pods", fargate_pod(started=40))
    world.at(60).update("pods", fargate_pod("Running", 40))
    world.at(90).update("pods", fargate_pod("Succeeded", 40))
    [use] = world.usages()
    assert use == FargatePodUsage(
        namespace="shop",
        pod="web-1",
        workload="Pod/web-1",
        profile="fp",
        vcpu=Decimal("0.25"),
        memory_gib=Decimal(1),
        ephemeral_gib=Decimal(45),
        start=seconds(40),
    )
    world.at(3600).delete("pods", "shop/web-1")
    assert world.usages() == [replace(use, end=seconds(3600))]


def test_a_pod_is_counted_for_its_deployment() -> None:
    world = World()
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    replicas = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"namespace": "shop", "name": "web-abc", "ownerReferences": [owner]},
    }
    world.create("replicasets.apps", replicas)
    world.create("nodes", NODE)
    reference = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc"}
    metadata = {"ownerReferences": [{**reference, "controller": True, "uid": "1"}]}
    world.create("pods", pod(metadata=metadata, spec={"nodeName": "ip-1.ec2.internal"}))
    [use] = world.usages()
    assert isinstance(use, PodOnNodeUsage)
    assert use.workload == "Deployment/web"


def volume(storage: str = "10Gi", reclaim: str = "Delete", **source: Any) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "pvc-1"},
        "spec": {
            "capacity": {"storage": storage},
            "claimRef": {"namespace": "shop", "name": "data-db-0"},
            "persistentVolumeReclaimPolicy": reclaim,
            "storageClassName": "fast",
            **(source or {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-0a1b"}}),
        },
    }


CLASS: Obj = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "fast"},
    "parameters": {"type": "io2", "iops": "4000"},
}


def test_a_volume_has_the_type_of_its_class_and_the_owner_that_mounts_it() -> None:
    world = World()
    world.create("storageclasses.storage.k8s.io", CLASS)
    mount = {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "controller": True}
    metadata = {"ownerReferences": [owner]}
    world.create("pods", pod("db-0", metadata=metadata, spec={"volumes": [mount]}))
    world.at(3).create("persistentvolumes", volume())
    [use] = world.usages()
    assert use == VolumeUsage(
        volume_id="pvc-1",
        kind="pvc",
        volume_type="io2",
        gib=10,
        iops=4000,
        start=seconds(3),
        namespace="shop",
        owner="StatefulSet/db",
    )
    world.at(60).delete("persistentvolumes", "pvc-1")
    assert world.usages() == [replace(use, end=seconds(60))]


# aws-ebs-csi-driver docs/parameters.md.
@pytest.mark.parametrize(
    ("parameters", "iops"),
    [
        ({"type": "io1", "iopsPerGB": "50"}, 500),
        ({"type": "io1", "IOPS": "700", "iopsPerGB": "50"}, 700),
        ({"type": "io1", "iops": "many"}, 0),
        ({}, 0),
    ],
    ids=["by GiB", "absolute", "no number", "none"],
)
def test_provisioned_iops(parameters: dict[str, str], iops: int) -> None:
    world = World()
    world.create("storageclasses.storage.k8s.io", {**CLASS, "parameters": parameters})
    world.create("persistentvolumes", volume())
    [use] = world.usages()
    assert isinstance(use, VolumeUsage)
    assert use.iops == iops


def test_a_volume_that_nobody_mounts_is_its_claims() -> None:
    world = World()
    world.create("persistentvolumes", volume())
    [use] = world.usages()
    assert isinstance(use, VolumeUsage)
    assert use.owner == "PersistentVolumeClaim/data-db-0"
    assert use.volume_type == "gp3"


def test_a_grown_volume_costs_its_new_size_from_then_on() -> None:
    world = World()
    world.create("persistentvolumes", volume())
    world.at(100).update("persistentvolumes", volume("20Gi"))
    uses = [use for use in world.usages() if isinstance(use, VolumeUsage)]
    assert [(use.gib, use.start, use.end) for use in uses] == [
        (10, seconds(0), seconds(100)),
        (20, seconds(100), None),
    ]


def test_a_retained_volume_costs_on_without_its_object() -> None:
    world = World()
    world.create("persistentvolumes", volume(reclaim="Retain"))
    world.at(60).delete("persistentvolumes", "pvc-1")
    [use] = world.usages()
    assert use.end is None


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ({"awsElasticBlockStore": {"volumeID": "vol-1"}}, ["gp2"]),
        ({"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-0a1b::fsap-0c2d"}}, []),
        ({"hostPath": {"path": "/data"}}, []),
    ],
    ids=["in tree", "EFS", "hostPath"],
)
def test_only_ebs_volumes_are_metered(source: Obj, type_: list[str]) -> None:
    world = World()
    world.create("persistentvolumes", volume(**source))
    uses = [use for use in world.usages() if isinstance(use, VolumeUsage)]
    assert [use.volume_type for use in uses] == type_


def test_a_control_plane_is_metered_by_version() -> None:
    world = World()
    record = {"name": "shop", "version": "1.33", "createdAt": START, "status": "ACTIVE"}
    world.create("clusters.eks", record, "shop")
    world.at(50).update("clusters.eks", {**record, "status": "UPDATING"}, "shop")
    world.at(100).update("clusters.eks", {**record, "version": "1.34"}, "shop")
    world.at(900).delete("clusters.eks", "shop")
    first = ControlPlaneUsage(cluster="shop", version="1.33", start=START, end=seconds(100))
    assert world.usages() == [
        first,
        replace(first, version="1.34", start=seconds(100), end=seconds(900)),
    ]


def test_a_cluster_may_refuse_extended_support() -> None:
    world = World()
    policy = {"supportType": "STANDARD"}
    record = {"name": "c", "version": "1.33", "createdAt": START, "upgradePolicy": policy}
    world.create("clusters.eks", record, "c")
    [use] = world.usages()
    assert isinstance(use, ControlPlaneUsage)
    assert not use.extended_support


def test_from_what_happens_to_what_it_costs() -> None:
    world = World()
    record = {"name": "shop", "version": "1.34", "createdAt": START}
    world.create("clusters.eks", record, "shop")
    world.create("instances.ec2", instance("running", lifecycle="on-demand"), "i-1")
    world.create("nodes", NODE)
    half = {"cpu": "965m", "memory": "1Gi"}
    containers = [{"name": "c", "resources": {"requests": half}}]
    world.create(
        "pods", pod("api", spec={"nodeName": NODE["metadata"]["name"], "containers": containers})
    )
    world.create("microvms.fargate", {**MACHINE, "ephemeralGiB": 20}, "shop/web-1")
    world.create("pods", fargate_pod(started=0))
    world.at(1800).delete("pods", "shop/web-1")
    world.at(3600)
    bill = price(world.usages(), PriceList(), "us-east-1", START, seconds(3600))
    node = Decimal("0.096") + Decimal(80) * Decimal("0.08") / 730
    assert {name: round(amount, 9) for name, amount in bill.by_owner().items()} == {
        # half of the node, and half an hour of 0.25 vCPU and 1 GB
        "shop": round(node / 2 + Decimal("0.014565") / 2, 9),
        "(idle)": round(node / 2, 9),
        "(control plane)": Decimal("0.1"),
    }
    assert bill.by_workload().keys() == {("shop", "Pod/api"), ("shop", "Pod/web-1")}
