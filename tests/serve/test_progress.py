"""What is under way, so that time may jump."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Store
from minieks.serve.progress import Progress, lasts

READY = {"conditions": [{"type": "Ready", "status": "True"}]}


def pod(phase: str = "Pending", *, node: str = "", ready: bool = False, **meta: Any) -> Any:
    status = {"phase": phase, **(READY if ready else {})}
    spec = {"nodeName": node} if node else {}
    return {"metadata": {"name": "a", **meta}, "spec": spec, "status": status}


BOOTING = {"state": "running", "lifecycleState": "Pending"}
FARGATE = {"eks.amazonaws.com/fargate-profile": "fp"}


@pytest.mark.parametrize(
    ("collection", "value", "under_way"),
    [
        pytest.param("clusters.eks", {"status": "CREATING"}, True, id="a cluster comes"),
        pytest.param("clusters.eks", {"status": "ACTIVE"}, False, id="a cluster is there"),
        pytest.param("registrations.eks", {"status": "PENDING"}, False, id="a registration waits"),
        pytest.param("nodegroups.eks", {"status": "DELETING"}, True, id="a group goes"),
        pytest.param("updates.eks", {"status": "InProgress"}, True, id="an update runs"),
        pytest.param("updates.eks", {"status": "Failed"}, False, id="an update has failed"),
        pytest.param(
            *("insightrefreshes.eks", {"status": "IN_PROGRESS"}, True), id="insights are refreshed"
        ),
        pytest.param("instances.ec2", {"state": "pending"}, True, id="an instance boots"),
        pytest.param("instances.ec2", BOOTING, True, id="an instance is no node yet"),
        pytest.param(
            *("instances.ec2", {**BOOTING, "lifecycleState": "InService"}, False),
            id="an instance runs",
        ),
        pytest.param("nodes", {"status": {}}, True, id="a node joins"),
        pytest.param("nodes", {"status": READY}, False, id="a node is ready"),
        pytest.param("pods", pod(), False, id="a pod has no node"),
        pytest.param("pods", pod(labels=FARGATE), True, id="a pod waits for Fargate"),
        pytest.param("pods", pod(node="n"), True, id="a pod starts"),
        pytest.param("pods", pod("Running", node="n"), True, id="a pod is not ready"),
        pytest.param("pods", pod("Running", node="n", ready=True), False, id="a pod is ready"),
        pytest.param("pods", pod("Succeeded", node="n"), False, id="a pod is done"),
        pytest.param(
            "pods", pod("Running", ready=True, deletionTimestamp="x"), True, id="a pod goes"
        ),
        pytest.param("configmaps", {"metadata": {}}, False, id="something that takes no time"),
    ],
)
def test_under_way_is(collection: str, value: Any, under_way: bool) -> None:
    assert bool(lasts(collection, value)) is under_way


class World:
    """A store, and time."""

    def __init__(self) -> None:
        self.now: Micros = 0
        self.store = Store()
        self.progress = Progress(lambda: self.now)


def test_what_takes_too_long_counts_no_more() -> None:
    world = World()
    world.progress.watch(world.store)
    world.store.create("pods", "d/a", pod(node="n"))
    assert world.progress.is_under_way()

    world.now = 601 * SECOND
    assert not world.progress.is_under_way()
    world.store.replace("pods", "d/a", pod("Running", node="n"))
    assert not world.progress.is_under_way()

    world.store.replace("pods", "d/a", pod("Running", node="n", ready=True))
    world.store.replace("pods", "d/a", pod("Running", node="n"))
    assert world.progress.is_under_way()


def test_what_was_there_before_counts_and_what_is_gone_does_not() -> None:
    world = World()
    world.store.create("pods", "d/a", pod(node="n"))
    world.progress.watch(world.store)
    assert world.progress.is_under_way()

    world.store.remove("pods", "d/a")
    assert not world.progress.is_under_way()


def test_a_store_that_is_left_out_counts_no_more() -> None:
    world = World()
    stop = world.progress.watch(world.store)
    world.store.create("pods", "d/a", pod(node="n"))

    stop()
    world.store.create("pods", "d/b", pod(node="n"))

    assert not world.progress.is_under_way()
