"""A bare world for the kubelet: an engine, an API, its loops, and nodes made by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.server import Api
from minieks.kube.kubelet.kubelet import Kubelet
from minieks.kube.kubelet.nodes import NodeAgent
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

START = times.parse("2026-11-23T00:00:00Z")


class World:
    """One cluster with kubelets and nothing else; pods are bound by hand."""

    def __init__(
        self, version: str = "1.34", timings: Timings | None = None, **options: Any
    ) -> None:
        self.engine = Engine(VirtualClock(START))
        self.api = Api(self.engine, version)
        self.kubelet = Kubelet(self.api, timings or Timings(), **options)
        self.phases: list[str] = []
        for loop in (self.kubelet, NodeAgent(self.api, Timings())):
            Runner(self.engine, loop).attach(self.api.store)
        for space in ("default", "kube-node-lease"):
            self.make("Namespace", space)
        self.make("ServiceAccount", "default", namespace="default")

    def make(
        self, kind: str, name: str, api_version: str = "v1", namespace: str = "", **parts: Any
    ) -> Obj:
        meta = {"name": name} | ({"namespace": namespace} if namespace else {})
        meta |= parts.pop("metadata", {})
        return self.api.create({"apiVersion": api_version, "kind": kind, "metadata": meta, **parts})

    def node(self, name: str = "n1", ready: bool = True, **allocatable: str) -> Obj:
        amounts = {"cpu": "4", "memory": "16Gi", "pods": "58"} | allocatable
        status: Obj = {
            "capacity": amounts,
            "allocatable": amounts,
            "addresses": [{"type": "InternalIP", "address": "10.0.1.5"}],
        }
        if ready:
            status["conditions"] = [{"type": "Ready", "status": "True"}]
        return self.make("Node", name, status=status)

    def pod(self, name: str = "web", node: str = "n1", **spec: Any) -> Obj:
        """A pod bound to a node; ``notes`` become its minieks.dev annotations."""
        notes = {f"minieks.dev/{key}": value for key, value in spec.pop("notes", {}).items()}
        spec.setdefault("containers", [container("app")])
        self.make("Pod", name, namespace="default", metadata={"annotations": notes}, spec=spec)
        return self.api.bind("default", name, node) if node else self.get(name)

    def get(self, name: str = "web") -> Obj:
        found = self.api.get("pods", "default", name)
        assert found is not None, f"pod {name} is gone"
        return found

    def gone(self, name: str = "web") -> bool:
        return self.api.get("pods", "default", name) is None

    def run(self, seconds: float) -> None:
        self.engine.run(self.engine.now() + round(seconds * SECOND))

    def at(self, seconds: float) -> None:
        """Go to so many seconds after the start."""
        self.engine.run(START + round(seconds * SECOND))

    def status(self, name: str = "web") -> Obj:
        return self.get(name)["status"]  # type: ignore[no-any-return]

    def container(self, index: int = 0, name: str = "web", *, init: bool = False) -> Obj:
        field = "initContainerStatuses" if init else "containerStatuses"
        return self.status(name)[field][index]  # type: ignore[no-any-return]

    def condition(self, type_: str, name: str = "web") -> tuple[str, str, str]:
        for item in self.status(name)["conditions"]:
            if item["type"] == type_:
                return item["status"], item.get("reason", ""), item.get("message", "")
        return "", "", ""

    def is_ready(self, name: str = "web") -> bool:
        return self.condition("Ready", name)[0] == "True"

    def events(self, about: str = "web") -> list[str]:
        return [
            f"{event['type']} {event['reason']} {event['message']}"
            for event in self.api.list("events")
            if event["involvedObject"]["name"] == about
        ]

    def transcript(self, about: str = "web") -> str:
        """Events with the seconds since the start at which they were first seen."""
        lines = []
        for event in self.api.list("events"):
            if event["involvedObject"]["name"] == about:
                after = (times.parse(event["firstTimestamp"]) - START) // SECOND
                count = f" (x{event['count']})" if event["count"] > 1 else ""
                text = f"{event['type']} {event['reason']} {event['message']}"
                lines.append(f"{after}s {text}{count}")
        return "\n".join(lines)


def container(name: str, **fields: Any) -> Obj:
    return {"name": name, "image": "nginx:1.27", **fields}


@pytest.fixture
def world() -> World:
    made = World()
    made.node()
    return made


@pytest.fixture
def new_world() -> Callable[..., World]:
    return World


@pytest.fixture
def c() -> Callable[..., Obj]:
    """Makes a container spec."""
    return container
