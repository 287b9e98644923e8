"""A scheduler that takes few pods at a time places the same ones at the same moment."""

import sys
from typing import Any

import pytest

from minieks.engine.clock import VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.server import Api
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.words import times

START = times.parse("2026-11-23T00:00:00Z")


def named(kind: str, name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}


def placed(at_once: int) -> tuple[list[str], int]:
    """The nodes of five pods after no time has passed, and how many events that took."""
    engine = Engine(VirtualClock(START), seed=1)
    api = Api(engine, "1.34")
    scheduler = DefaultScheduler(api)
    scheduler.at_once = at_once
    Runner(engine, scheduler).attach(api.store)
    api.create(named("Namespace", "default"))
    api.create(
        {"apiVersion": "v1", "kind": "ServiceAccount"}
        | {"metadata": {"name": "default", "namespace": "default"}}
    )
    for name in ("n1", "n2"):
        status = {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "10"}}
        api.update({**api.create({**named("Node", name), "status": status}), "spec": {}})
    for number in range(5):
        meta = {"name": f"p{number}", "namespace": "default"}
        spec = {"containers": [{"name": "app", "image": "registry.example.com/app:1"}]}
        api.create({**named("Pod", ""), "metadata": meta, "spec": spec})
    engine.run(START)
    return [pod["spec"].get("nodeName", "") for pod in api.list("pods")], engine.events_run


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_pods_that_wait_for_their_turn_are_placed_at_the_same_moment(at_once: int) -> None:
    all_at_once, events = placed(sys.maxsize)
    nodes, more_events = placed(at_once)
    assert "" not in all_at_once
    assert nodes == all_at_once
    assert more_events >= events + (at_once < 5)
