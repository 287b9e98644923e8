"""How a node made by hand comes to be Ready, and what stands beside it."""

from typing import Any


def test_a_node_without_conditions_registers_and_becomes_ready(new_world: Any) -> None:
    world = new_world()
    world.node(ready=False)
    world.at(0)
    node = world.api.get("nodes", "", "n1")
    assert {item["type"]: item["status"] for item in node["status"]["conditions"]} == {
        "MemoryPressure": "False",
        "DiskPressure": "False",
        "PIDPressure": "False",
        "Ready": "False",
    }
    world.at(9)
    assert _ready(world) == "False"
    world.at(10)
    assert _ready(world) == "True"


def test_events_of_a_registration(new_world: Any) -> None:
    world = new_world()
    world.node(ready=False)
    world.at(60)
    assert world.transcript("n1") == (
        "0s Normal Starting Starting kubelet.\n"
        "0s Normal NodeAllocatableEnforced Updated Node Allocatable limit across pods\n"
        "0s Normal NodeHasSufficientMemory Node n1 status is now: NodeHasSufficientMemory\n"
        "0s Normal NodeHasNoDiskPressure Node n1 status is now: NodeHasNoDiskPressure\n"
        "0s Normal NodeHasSufficientPID Node n1 status is now: NodeHasSufficientPID\n"
        "10s Normal NodeReady Node n1 status is now: NodeReady"
    )


def test_a_node_whose_conditions_somebody_writes_is_left_to_them(new_world: Any) -> None:
    world = new_world()
    status = {"conditions": [{"type": "Ready", "status": "False", "reason": "KubeletNotReady"}]}
    world.make("Node", "n1", status=status)
    world.at(600)
    assert _ready(world) == "False"
    assert world.events("n1") == []


def test_every_node_has_a_lease_and_a_csi_node(world: Any) -> None:
    world.at(1)
    lease = world.api.get("leases.coordination.k8s.io", "kube-node-lease", "n1")
    assert lease["spec"]["holderIdentity"] == "n1"
    assert lease["spec"]["leaseDurationSeconds"] == 40
    csi_node = world.api.get("csinodes.storage.k8s.io", "", "n1")
    assert csi_node["spec"] == {"drivers": []}
    owner = csi_node["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("Node", "n1")


def _ready(world: Any) -> str:
    conditions = world.api.get("nodes", "", "n1")["status"]["conditions"]
    return next(str(item["status"]) for item in conditions if item["type"] == "Ready")
