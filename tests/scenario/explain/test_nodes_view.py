"""What is told of a default-scheduler's decision agrees with the decision, node by node."""

import re
from collections import Counter
from typing import Any

import pytest

from minieks.engine.clock import SECOND, Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.server import Api
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words import conditions, times
from minieks.scenario.explain.explanation import NodesView
from minieks.scenario.explain.nodes import nodes_view

Json = dict[str, Any]
_NOT_SEEN = NodesView(0, 0, (), (), (), (), "", None)
START = times.parse("2026-11-23T00:00:00Z")


class World:
    """An API with the scheduler at work, and the view of each pod's last decision."""

    def __init__(self, *, observed: bool = True) -> None:
        self.engine = Engine(VirtualClock(START), seed=1)
        self.api = Api(self.engine, "1.34")
        self.views: dict[str, NodesView] = {}
        self.create("v1", "Namespace", "default", space="")
        self.create("v1", "Namespace", "kube-system", space="")
        self.create("v1", "ServiceAccount", "default")
        scheduler = DefaultScheduler(self.api, self._observe if observed else None)
        Runner(self.engine, scheduler).attach(self.api.store)

    def _observe(self, at: Micros, state: ClusterState, info: PodInfo, decision: Decision) -> None:
        self.views[info.key.removeprefix("default/")] = nodes_view(state, info, decision)

    def create(
        self, version: str, kind: str, name: str, space: str = "default", **more: Any
    ) -> Json:
        meta = {"name": name, "labels": {"app": name}}
        if space:
            meta["namespace"] = space
        return self.api.create({"apiVersion": version, "kind": kind, "metadata": meta, **more})

    def node(self, name: str, cpu: str = "2", **spec: Any) -> None:
        status = {"allocatable": {"cpu": cpu, "memory": "4Gi", "pods": "10"}}
        made = self.create("v1", "Node", name, space="", status=status)
        # admission taints every new node as not ready; here it is ready at once
        self.api.update({**made, "spec": spec})

    def pod(self, name: str, cpu: str = "1", **spec: Any) -> NodesView:
        """Create a pod and let the scheduler try it; the view of its decision."""
        container = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}
        self.create("v1", "Pod", name, spec={"containers": [container], **spec})
        self.engine.run(self.engine.now() + SECOND)
        return self.views.get(name, _NOT_SEEN)

    def message(self, name: str) -> str:
        pod = self.api.get("pods", "default", name)
        assert pod is not None
        found = conditions.find(pod["status"], "PodScheduled")
        assert found is not None
        return str(found.get("message", ""))


def _told(message: str) -> Counter[str]:
    """The reasons with their counts in a FailedScheduling text."""
    text = re.sub(r"^0/\d+ nodes are available: ", "", message).split(". ", maxsplit=1)[0]
    parts = (part.split(" ", maxsplit=1) for part in text.split(", "))
    return Counter({reason: int(count) for count, reason in parts})


@pytest.fixture
def mixed() -> World:
    """Three nodes, each unfit for large pods in its own way."""
    world = World()
    world.node("small", cpu="1")
    world.node("tainted", taints=[{"key": "gpu", "value": "yes", "effect": "NoSchedule"}])
    world.node("closed", unschedulable=True)
    return world


def test_the_reasons_with_their_counts_are_those_of_the_failed_scheduling_text(
    mixed: World,
) -> None:
    view = mixed.pod("large", cpu="3")

    counts = Counter({one.reason: len(one.nodes) for one in view.rejected})
    assert counts == _told(mixed.message("large"))
    assert {one.nodes for one in view.rejected} == {("small",), ("tainted",), ("closed",)}
    assert (view.chosen, view.feasible, view.best) == ("", (), ())


@pytest.mark.parametrize(
    ("node", "plugin", "final"),
    [
        pytest.param("small", "NodeResourcesFit", True, id="larger than the node"),
        pytest.param("tainted", "TaintToleration", True, id="taint"),
        pytest.param("closed", "NodeUnschedulable", True, id="cordoned"),
    ],
)
def test_each_reason_has_its_plugin(mixed: World, node: str, plugin: str, final: bool) -> None:
    rejected = {one.nodes: one for one in mixed.pod("large", cpu="3").rejected}
    assert (rejected[node,].plugin, rejected[node,].final) == (plugin, final)


def test_a_placed_pod_is_told_why_not_the_other_nodes_as_well(mixed: World) -> None:
    view = mixed.pod("little", cpu="100m")

    assert view.chosen == "small"
    assert {one.nodes for one in view.rejected} == {("tainted",), ("closed",)}


def test_the_only_node_that_fits_is_not_scored(mixed: World) -> None:
    (only,) = mixed.pod("little", cpu="100m").feasible
    assert (only.node, only.total, only.scores, only.chosen) == ("small", None, {}, True)


def test_the_scores_of_the_plugins_add_up_to_the_total() -> None:
    world = World()
    for number, cpu in enumerate(("2", "4", "8")):
        world.node(f"n{number}", cpu=cpu)

    view = world.pod("web")

    assert len(view.feasible) == 3
    assert [sum(one.scores.values()) for one in view.feasible] == [
        one.total for one in view.feasible
    ]
    totals = [one.total or 0 for one in view.feasible]
    assert totals == sorted(totals, reverse=True)
    assert view.chosen == view.feasible[0].node


def test_of_nodes_with_the_highest_total_chance_picks_one() -> None:
    world = World()
    for name in ("a", "b", "c"):
        world.node(name)
    world.node("full", cpu="100m")

    view = world.pod("web")

    assert sorted(view.best) == ["a", "b", "c"]
    assert view.chosen in view.best
    assert [one.node for one in view.feasible if one.chosen] == [view.chosen]
    assert view.feasible[0].node == view.chosen
    assert {one.node for one in view.feasible if one.best} == set(view.best)


def test_what_is_wrong_with_the_pod_itself_holds_for_all_nodes() -> None:
    world = World()
    world.node("a")
    world.node("b")
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "absent"}}

    view = world.pod("web", volumes=[claim])

    (one,) = view.rejected
    assert one.reason == 'persistentvolumeclaim "absent" not found'
    assert sorted(one.nodes) == ["a", "b"]
    assert one.reason in world.message("web")
    assert view.evaluated == 0


# pkg/scheduler/schedule_one.go numFeasibleNodesToFind: of 200 nodes, 100 are enough.
def test_nodes_beyond_enough_are_passed_over() -> None:
    world = World()
    for number in range(200):
        world.node(f"n{number}")

    view = world.pod("web")

    assert (view.nodes, view.evaluated) == (200, 100)
    assert (len(view.feasible), len(view.passed_over)) == (100, 100)
    assert not set(view.passed_over) & {one.node for one in view.feasible}


# --- preemption ---


@pytest.fixture
def full() -> World:
    """Two nodes that are full, one of them with a pod that is less important than others."""
    world = World()
    for name, value in (("low", 1), ("high", 10), ("highest", 100)):
        world.create("scheduling.k8s.io/v1", "PriorityClass", name, space="", value=value)
    world.node("a")
    world.pod("one", cpu="2", priorityClassName="low")
    world.node("b")
    world.pod("two", cpu="2", priorityClassName="high")
    return world


def test_the_nodes_that_could_be_freed_are_all_told(full: World) -> None:
    views: list[NodesView] = []

    class Kept(dict[str, NodesView]):
        def __setitem__(self, key: str, view: NodesView) -> None:
            views.append(view)
            super().__setitem__(key, view)

    full.views = Kept()
    full.pod("important", cpu="2", priorityClassName="highest")

    preemption = views[0].preemption
    assert preemption is not None
    assert preemption.message == ""
    found = {one.node: (one.pods, one.violations, one.chosen) for one in preemption.candidates}
    assert found == {"a": (("default/one",), 0, True), "b": (("default/two",), 0, False)}


def test_where_nobody_may_go_each_node_says_why(full: World) -> None:
    full.node("tainted", taints=[{"key": "gpu", "value": "yes", "effect": "NoSchedule"}])

    view = full.pod("humble", cpu="1")

    assert view.preemption is not None
    (one,) = view.preemption.beyond_help
    assert one.reason == "No preemption victims found for incoming pod"
    assert sorted(one.nodes) == ["a", "b"]
    assert view.preemption.message in full.message("humble")
    assert view.preemption.candidates == ()


def test_a_pod_that_may_not_preempt_says_so(full: World) -> None:
    made = {"value": 100, "preemptionPolicy": "Never"}
    full.create("scheduling.k8s.io/v1", "PriorityClass", "polite", space="", **made)

    view = full.pod("polite", cpu="2", priorityClassName="polite")

    assert view.preemption is not None
    assert view.preemption.message == "not eligible due to preemptionPolicy=Never."
    assert (view.preemption.candidates, view.preemption.beyond_help) == ((), ())


def test_looking_changes_nothing() -> None:
    """The same pods land on the same nodes whether somebody looks or not."""
    seen, unseen = World(), World(observed=False)
    for world in (seen, unseen):
        for name in ("a", "b", "c"):
            world.node(name, cpu="8")
        for number in range(6):
            world.pod(f"p{number}")
    places = [
        {pod["metadata"]["name"]: pod["spec"].get("nodeName") for pod in world.api.list("pods")}
        for world in (seen, unseen)
    ]
    assert places[0] == places[1]
