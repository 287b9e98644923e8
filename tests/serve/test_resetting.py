"""The AWS side is emptied."""

from typing import Any

import pytest

from minieks.eks.operations.regional import Services
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.rest.http import Request
from minieks.serve.resetting import Resetting


class Clusters:
    """Notes which clusters are stopped."""

    def __init__(self) -> None:
        self.stopped: list[Any] = []

    def stop(self, running: Any) -> None:
        self.stopped.append(running)


class World:
    """A service with one cluster, and moto."""

    def __init__(self) -> None:
        self.clusters = Clusters()
        nobody: Any = None
        clusters: Any = self.clusters
        self.store = Store()
        self.services = Services(Engine(), self.store, nobody, nobody, clusters)
        self.store.create("clusters.eks", "1/eu-west-1/a", {"name": "a"})
        running: Any = "a"
        self.services.running["1/eu-west-1/a"] = running
        self.resets = 0
        self.resetting = Resetting(self.services, self._reset)

    def _reset(self) -> None:
        self.resets += 1


@pytest.mark.parametrize("path", ["/_minieks/reset", "/moto-api/reset"])
def test_everything_is_gone(path: str) -> None:
    world = World()

    found = world.resetting(Request("POST", path))

    assert found is not None
    assert found.status == 200
    assert (world.clusters.stopped, world.services.running, world.resets) == (["a"], {}, 1)
    assert world.store.keys("clusters.eks") == []


def test_only_a_post_empties() -> None:
    world = World()

    found = world.resetting(Request("GET", "/_minieks/reset"))

    assert found is not None
    assert (found.status, world.resets) == (405, 0)
    assert world.resetting(Request("POST", "/clusters")) is None
