"""Pods are resized in place.

Source: kubernetes pkg/kubelet/allocation (allocation_manager_test.go), KEP-1287.
"""

from collections.abc import Callable
from typing import Any

import pytest

from minieks.kube.api.options import WriteOptions
from minieks.kube.api.podparts import check_resize, with_resources
from minieks.kube.kinds import pods

MEBIBYTE = 1024 * 1024


def amounts(cpu: str, memory: str = "128Mi") -> dict[str, str]:
    return {"cpu": cpu, "memory": memory}


def sized(c: Callable[..., Any], cpu: str = "500m", name: str = "app", **more: Any) -> Any:
    return c(name, resources={"requests": amounts(cpu)}, **more)


def resize(world: Any, cpu: str, memory: str = "128Mi", name: str = "web", **limits: str) -> None:
    """What PUT pods/resize does."""
    pod = world.get(name)
    resources = {"requests": amounts(cpu, memory), **({"limits": limits} if limits else {})}
    first, *rest = pod["spec"]["containers"]
    asked = [{**first, "resources": resources}, *rest]
    sent = world.api.defaulted({**pod, "spec": {**pod["spec"], "containers": asked}}, pod)
    world.api.update_part(with_resources(sent, pod), pod, WriteOptions(), check_resize)


def reasons(world: Any, word: str = "Resize") -> list[str]:
    return [text for text in world.events() if word in text]


def test_a_running_container_tells_its_resources(world: Any, c: Callable[..., Any]) -> None:
    world.pod(containers=[sized(c), c("bare")])
    world.at(60)
    app, bare = world.status()["containerStatuses"]
    assert app["resources"] == {"requests": amounts("500m")}
    assert app["allocatedResources"] == amounts("500m")
    assert bare["resources"] == {}
    assert "allocatedResources" not in bare


def test_before_1_33_nothing_is_told_of_resources(
    new_world: Callable[..., Any], c: Callable[..., Any]
) -> None:
    world = new_world("1.32")
    world.node()
    world.pod(containers=[sized(c)])
    world.at(60)
    assert "resources" not in world.container()


def test_a_resize_is_allocated_at_once_and_in_force_soon(world: Any, c: Callable[..., Any]) -> None:
    world.pod(containers=[sized(c)])
    world.at(60)
    resize(world, "1")
    world.run(0.5)
    assert world.condition("PodResizeInProgress") == ("True", "", "")
    told = world.container()
    assert told["allocatedResources"] == amounts("1")
    assert told["resources"]["requests"] == amounts("500m")
    world.run(2)
    assert world.condition("PodResizeInProgress") == ("", "", "")
    assert world.container()["resources"]["requests"] == amounts("1")
    assert (world.container()["restartCount"], world.is_ready()) == (0, True)
    assert world.status()["observedGeneration"] == world.get()["metadata"]["generation"] == 2
    assert reasons(world) == [
        'Normal ResizeCompleted Pod resize completed: {"containers":[{"name":"app","resources":'
        '{"requests":{"cpu":"1","memory":"128Mi"}}}]}'
    ]


def test_what_a_node_never_has_is_infeasible(world: Any, c: Callable[..., Any]) -> None:
    world.pod(containers=[sized(c)])
    world.at(60)
    resize(world, "5")
    world.run(1)
    text = "Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"
    assert world.condition("PodResizePending") == ("True", "Infeasible", text)
    resize(world, "5", "32Gi")
    world.run(1)
    text = f"memory, requested: {32768 * MEBIBYTE}, capacity: {16384 * MEBIBYTE}"
    assert world.condition("PodResizePending")[2].endswith(text)
    assert world.container()["allocatedResources"] == amounts("500m")
    resize(world, "500m")
    world.run(1)
    assert world.condition("PodResizePending")[0] == ""
    assert world.status()["observedGeneration"] == 4


def test_what_a_node_has_not_now_waits_until_another_pod_goes(
    world: Any, c: Callable[..., Any]
) -> None:
    world.pod(containers=[sized(c)])
    world.pod("other", containers=[sized(c, "3")])
    world.at(60)
    resize(world, "2")
    world.run(1)
    text = "Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000"
    assert world.condition("PodResizePending") == ("True", "Deferred", text)
    world.api.delete("pods", "default", "other")
    world.run(60)
    assert world.gone("other")
    assert world.condition("PodResizePending")[0] == ""
    assert world.container()["resources"]["requests"] == amounts("2")


def test_what_waits_for_room_gets_what_another_pod_gives_back(
    world: Any, c: Callable[..., Any]
) -> None:
    world.pod(containers=[sized(c)])
    world.pod("other", containers=[sized(c, "3")])
    world.at(60)
    resize(world, "2")
    world.run(1)
    resize(world, "1", name="other")
    world.run(3)
    assert world.container()["resources"]["requests"] == amounts("2")


def test_the_pod_of_higher_priority_gets_the_room_first(world: Any, c: Callable[..., Any]) -> None:
    world.make("PriorityClass", "high", "scheduling.k8s.io/v1", value=1000)
    world.pod(containers=[sized(c, "500m")])
    world.pod("dear", containers=[sized(c, "500m")], priorityClassName="high")
    world.pod("other", containers=[sized(c, "3")])
    world.at(60)
    for name in ("web", "dear"):
        resize(world, "2500m", name=name)
        world.run(1)
    assert world.condition("PodResizePending", "dear")[1] == "Deferred"
    world.api.delete("pods", "default", "other")
    world.run(60)
    assert world.container(name="dear")["resources"]["requests"] == amounts("2500m")
    assert world.condition("PodResizePending")[1] == "Deferred"


def test_a_resize_policy_restarts_the_container(world: Any, c: Callable[..., Any]) -> None:
    policy = [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]
    world.pod(containers=[sized(c, resizePolicy=policy), c("other")])
    world.at(60)
    resize(world, "1")
    world.run(3)
    assert world.container()["restartCount"] == 0
    resize(world, "1", "256Mi")
    world.run(1.5)
    assert world.container()["resources"]["requests"]["memory"] == "128Mi"
    assert world.condition("PodResizeInProgress")[0] == "True"
    world.run(30)
    assert [one["restartCount"] for one in world.status()["containerStatuses"]] == [1, 0]
    assert world.container()["resources"]["requests"] == amounts("1", "256Mi")
    assert world.condition("PodResizeInProgress")[0] == ""
    assert "Normal Killing Container app resize requires restart" in world.events()
    assert len(reasons(world, "ResizeCompleted")) == 2


def test_a_container_that_starts_later_starts_with_what_is_allocated(
    world: Any, c: Callable[..., Any]
) -> None:
    world.pod(containers=[sized(c)], initContainers=[c("first")], notes={"run-duration": "20s"})
    world.at(10)
    resize(world, "1")
    world.at(120)
    assert world.container()["resources"]["requests"] == amounts("1")
    assert len(reasons(world, "ResizeCompleted")) == 1


# kubernetes 1.35 tells of each step.
def test_from_1_35_each_step_is_an_event(
    new_world: Callable[..., Any], c: Callable[..., Any]
) -> None:
    world = new_world("1.35")
    world.node()
    world.pod(containers=[sized(c)])
    world.at(60)
    resize(world, "5")
    world.run(1)
    resize(world, "1")
    world.run(3)
    asked = '{"containers":[{"name":"app","resources":{"requests":{"cpu":"%s","memory":"128Mi"}}}]'
    why = "Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"
    assert reasons(world) == [
        f'Warning ResizeInfeasible Pod resize Infeasible: {asked % 5},"generation":2,'
        f'"error":"{why}"}}',
        f'Normal ResizeStarted Pod resize started: {asked % 1},"generation":3}}',
        f'Normal ResizeCompleted Pod resize completed: {asked % 1},"generation":3}}',
    ]


def test_a_node_that_resizes_nothing_says_so(
    new_world: Callable[..., Any], c: Callable[..., Any]
) -> None:
    world = new_world(resizable=lambda node: "not here")
    world.node()
    world.pod(containers=[sized(c)])
    world.at(60)
    resize(world, "1")
    world.run(2)
    assert world.condition("PodResizePending") == ("True", "Infeasible", "not here")


def test_the_most_of_asked_allocated_and_in_force_counts(world: Any, c: Callable[..., Any]) -> None:
    world.pod(containers=[sized(c)])
    world.at(60)
    assert pods.resized(world.get()) == {}
    resize(world, "2")
    assert pods.requests(world.get())["cpu"] == 2000
    world.run(3)
    assert pods.resized(world.get()) == {}
    resize(world, "1")
    assert pods.requests(world.get())["cpu"] == 2000
    world.run(3)
    assert pods.requests(world.get())["cpu"] == 1000
    resize(world, "9")
    world.run(3)
    assert pods.requests(world.get())["cpu"] == 1000


@pytest.mark.parametrize("cpu", ["1", "3500m", "5"], ids=["done", "deferred", "infeasible"])
def test_a_kubelet_that_begins_goes_on_with_a_resize(
    world: Any, c: Callable[..., Any], cpu: str
) -> None:
    world.pod(containers=[sized(c)])
    world.pod("other", containers=[sized(c, "3")])
    world.at(60)
    resize(world, cpu)
    world.run(5)
    before = world.status()
    world.kubelet._forget("default/web")
    world.run(400)
    resize(world, "600m")
    world.run(5)
    assert world.container()["restartCount"] == 0
    assert world.container()["resources"]["requests"] == amounts("600m")
    assert world.condition("PodResizePending")[0] == ""
    assert before["containerStatuses"][0]["containerID"] == world.container()["containerID"]
