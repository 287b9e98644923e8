"""Memory that is not enough: containers are killed, and nodes evict."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Runner
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.podparts import check_resize, with_resources
from minieks.kube.kubelet.pressure import PressureLoop, Use, message, rank
from minieks.kube.usage import Usage
from minieks.kube.words.objects import Obj, name

MI = 1024 * 1024


class Memory:
    """What pods need, by name, from a moment on."""

    def __init__(self, at: Micros, needs: Mapping[str, int]) -> None:
        self._at, self._needs = at, needs

    def used(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        limit = (container.get("resources") or {}).get("limits")
        needed = self.needed(pod, container, at)
        return needed if not limit else Usage(0, min(needed.memory, 512 * MI))

    def needed(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        return Usage(0, self._needs.get(name(pod), 10) * MI if at >= self._at else MI)

    def unchanged_since(self, pod: Obj, at: Micros) -> Micros:
        return self._at if at >= self._at else 0

    def group(self, pod: Obj) -> str:
        return "all"

    def members(self, group: str) -> list[str]:
        return [f"default/{one}" for one in self._needs]

    def twins(self, pod: Obj) -> str:
        return ""

    def is_moving(self, group: str) -> bool:
        return False


@pytest.fixture
def loaded(new_world: Callable[..., Any]) -> Callable[..., Any]:
    """A node whose pods need what they are said to need, after a minute."""

    def make(**needs: int) -> Any:
        world = new_world()
        world.node(memory="2Gi")
        moment = world.engine.now() + 60 * SECOND
        world.api.usage.demand = Memory(moment, needs)
        Runner(world.engine, world.kubelet).attach(world.api.usage.changes)
        pressure = Runner(world.engine, PressureLoop(world.api))
        pressure.attach(world.api.store)
        pressure.attach(world.api.usage.changes)
        world.engine.at(moment, lambda: world.api.usage.changed("all"))
        return world

    return make


def test_a_container_above_its_limit_is_killed_and_backed_off(
    loaded: Callable[..., Any], c: Callable[..., Obj]
) -> None:
    world = loaded(web=600)
    world.pod(containers=[c("app", resources={"limits": {"memory": "512Mi"}})])
    world.at(59)
    assert world.is_ready()
    world.at(72)
    assert world.container()["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert world.container()["lastState"]["terminated"]["exitCode"] == 137
    assert world.container()["restartCount"] >= 1


def test_a_container_within_its_limit_lives(
    loaded: Callable[..., Any], c: Callable[..., Obj]
) -> None:
    world = loaded(web=500)
    world.pod(containers=[c("app", resources={"limits": {"memory": "512Mi"}})])
    world.at(600)
    assert world.container()["restartCount"] == 0


def test_a_container_whose_limit_is_resized_below_what_it_needs_is_killed(
    loaded: Callable[..., Any], c: Callable[..., Obj]
) -> None:
    # The real kubelet leaves the old limit until less is used; docs/guides/serving.md says so.
    world = loaded(web=400)
    world.pod(containers=[c("app", resources={"limits": {"memory": "512Mi"}})])
    world.at(100)
    pod = world.get("web")
    lower = {part: {"memory": "256Mi"} for part in ("limits", "requests")}
    asked = [{**one, "resources": lower} for one in pod["spec"]["containers"]]
    made = with_resources({**pod, "spec": {**pod["spec"], "containers": asked}}, pod)
    world.api.update_part(made, pod, WriteOptions(), check_resize)
    world.at(120)
    assert world.container()["lastState"]["terminated"]["exitCode"] == 137


def test_a_node_short_of_memory_tells_it_and_evicts(
    loaded: Callable[..., Any], c: Callable[..., Obj]
) -> None:
    world = loaded(modest=800, greedy=900)
    for pod, request in (("modest", "1Gi"), ("greedy", "100Mi")):
        world.pod(pod, containers=[c("app", resources={"requests": {"memory": request}})])
    world.at(59)
    assert world.is_ready("modest")
    assert world.is_ready("greedy")
    world.at(75)
    node = world.api.get("nodes", "", "n1")
    found = {one["type"]: one["status"] for one in node["status"]["conditions"]}
    assert found["MemoryPressure"] == "True"
    assert (world.status("greedy")["phase"], world.status("greedy")["reason"]) == (
        "Failed",
        "Evicted",
    )
    assert world.status("greedy")["message"] == (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 48Mi. "
        "Container app was using 900Mi, request is 100Mi, has larger consumption of memory. "
    )
    assert world.is_ready("modest")
    assert any(line.startswith("Warning Evicted") for line in world.events("greedy"))
    world.at(75 + 400)
    node = world.api.get("nodes", "", "n1")
    found = {one["type"]: one["status"] for one in node["status"]["conditions"]}
    assert found["MemoryPressure"] == "False"


def _use(pod: str, used: int, requested: int, priority: int = 0) -> Use:
    meta = {"name": pod, "namespace": "default"}
    return Use({"metadata": meta, "spec": {"priority": priority}}, used * MI, requested * MI)


@pytest.mark.parametrize(
    ("uses", "order"),
    [
        ((_use("a", 100, 200), _use("b", 100, 50)), "ba"),
        ((_use("a", 300, 50, 10), _use("b", 100, 50, 5)), "ba"),
        ((_use("a", 100, 50), _use("b", 300, 50)), "ba"),
        ((_use("a", 100, 50), _use("b", 300, 50, 2_000_000_000)), "a"),
    ],
    ids=["beyond its request", "lower priority", "more beyond", "critical never"],
)
def test_who_is_evicted_first(uses: tuple[Use, ...], order: str) -> None:
    # kubernetes pkg/kubelet/eviction/helpers.go rankMemoryPressure
    assert "".join(name(one.pod) for one in rank(uses)) == order


def test_what_an_eviction_says_of_a_container_without_request() -> None:
    assert message(-5, [("app", 10 * MI, "0")]).endswith(
        "available: 0. Container app was using 10Mi, request is 0, "
        "has larger consumption of memory. "
    )
