"""How a node made by hand comes to be Ready, and what stands beside it."""

from typing import Any

from minieks.kube.api import heartbeats


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


def test_a_node_that_comes_again_under_its_name_is_new(world: Any) -> None:
    world.pod("one")
    world.at(10)
    world.api.delete("pods", "default", "one")
    world.at(20)
    heartbeats.stopped(world.api, "n1", world.engine.now())
    world.api.delete("nodes", "", "n1")
    world.at(30)
    node = world.node()
    world.pod("two")
    world.at(60)
    lease = world.api.get("leases.coordination.k8s.io", "kube-node-lease", "n1")
    assert lease["metadata"]["ownerReferences"][0]["uid"] == node["metadata"]["uid"]
    assert world.events("two")[0] == 'Normal Pulling Pulling image "nginx:1.27"'
    assert world.is_ready("two")


class TestSilence:
    """A kubelet that is not heard from does nothing; when it is back, it looks at its pods."""

    def test_pods_on_a_silent_node_do_not_change(self, world: Any) -> None:
        world.at(1)
        heartbeats.stopped(world.api, "n1", world.engine.now())
        world.pod()
        world.at(60)
        assert "startTime" not in world.status()
        heartbeats.resumed(world.api, "n1")
        world.at(70)
        assert world.is_ready()

    def test_a_node_that_is_back_reports_ready_again(self, world: Any) -> None:
        world.at(1)
        heartbeats.stopped(world.api, "n1", world.engine.now())
        node = world.api.get("nodes", "", "n1")
        unknown = [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]
        world.api.update_status({**node, "status": {**node["status"], "conditions": unknown}})
        world.at(60)
        assert _ready(world) == "Unknown"
        heartbeats.resumed(world.api, "n1")
        world.at(61)
        assert _ready(world) == "True"
        assert world.events("n1") == ["Normal NodeReady Node n1 status is now: NodeReady"]

    def test_what_others_wrote_of_its_pods_is_set_right(self, world: Any) -> None:
        world.pod()
        world.at(10)
        heartbeats.stopped(world.api, "n1", world.engine.now())
        pod = world.get()
        conditions = [
            {**item, "status": "False"} if item["type"] == "Ready" else item
            for item in pod["status"]["conditions"]
        ]
        world.api.update_status({**pod, "status": {**pod["status"], "conditions": conditions}})
        world.at(60)
        assert not world.is_ready()
        heartbeats.resumed(world.api, "n1")
        world.at(61)
        assert world.is_ready()

    def test_pods_on_a_machine_that_has_stopped_stay_as_they_are(self, new_world: Any) -> None:
        machines = _Machines()
        world = new_world(machines=machines)
        world.node()
        world.pod()
        world.at(10)
        machines.running = False
        world.api.delete("pods", "default", "web")
        world.at(600)
        assert world.get()["metadata"]["deletionTimestamp"]


class _Machines:
    running = True

    def is_running(self, node_name: str) -> bool:
        return self.running
