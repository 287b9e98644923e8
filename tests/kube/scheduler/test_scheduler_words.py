"""Small rules of the scheduler, each against the figures of its source."""

from typing import Any

import numpy as np
import pytest

from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.filtering import Diagnosis, numbers_to_find
from minieks.kube.scheduler.framework import Status
from minieks.kube.scheduler.messages import fit_error
from minieks.kube.scheduler.nodeorder import NodeOrder
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.preemption import least_harm
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.scheduler.victims import Candidate, by_budget

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("nodes", "percentage", "expected"),
    [
        (99, 0, 99),
        (100, 0, 100),
        (200, 0, 100),
        (250, 0, 120),
        (500, 0, 230),
        (1000, 0, 420),
        (5000, 0, 500),
        (6000, 0, 300),
        (1000, 100, 1000),
        (1000, 30, 300),
    ],
)
def test_how_many_nodes_are_enough(nodes: int, percentage: int, expected: int) -> None:
    # kubernetes pkg/scheduler/schedule_one_test.go TestNumFeasibleNodesToFind
    assert numbers_to_find(nodes, percentage) == expected


def test_nodes_are_looked_at_one_of_each_zone_in_turn() -> None:
    order = NodeOrder()
    for slot, zone in enumerate("aaabc"):
        order.add(slot, zone)
    assert order.slots().tolist() == [0, 3, 4, 1, 2]
    order.remove(3, "b")
    order.add(5, "b")
    assert order.slots().tolist() == [0, 4, 5, 1, 2]


def test_reasons_are_sorted_as_texts() -> None:
    groups = [
        (Status(("Insufficient cpu",), False), np.arange(3)),
        (Status(("node(s) had untolerated taint(s)",), True), np.arange(10)),
    ]
    assert fit_error(Diagnosis(groups=groups), 13, "preemption: …") == (
        "0/13 nodes are available: 10 node(s) had untolerated taint(s), 3 Insufficient cpu. "
        "preemption: …"
    )


def test_a_refusal_before_any_node_was_looked_at_stands_alone() -> None:
    status = Status(("pod has unbound immediate PersistentVolumeClaims",), True)
    assert fit_error(Diagnosis(everywhere=status), 5, "not found") == (
        "0/5 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    )


@pytest.mark.parametrize(
    ("version", "one_count", "dynamic", "pod_level", "resize"),
    [
        ("1.31", False, False, False, False),
        ("1.32", False, False, False, False),
        ("1.33", False, False, False, True),
        ("1.34.1", False, True, True, True),
        ("1.34", True, True, True, True),
        ("v1.34.9-eks-1", True, True, True, True),
        ("1.35", True, True, True, True),
        ("1.40", True, True, True, True),
    ],
)
def test_versions_differ(
    version: str, one_count: bool, dynamic: bool, pod_level: bool, resize: bool
) -> None:
    found = features_of(version)
    assert found.taints_in_one_count is one_count
    assert found.dynamic_resources is dynamic
    assert found.pod_level_resources is pod_level
    assert found.in_place_resize is resize


STATE = ClusterState(features_of("1.34"))


def _info(name: str, priority: int = 0, start: int = 0, **labels: str) -> PodInfo:
    return STATE.compiler.compile(
        {
            "metadata": {"name": name, "namespace": "default", "labels": labels},
            "spec": {"containers": [], "priority": priority},
            "status": {"startTime": f"2026-01-01T00:00:{start:02d}Z"},
        }
    )


def _candidate(node: str, *victims: PodInfo, violations: int = 0) -> Candidate:
    return Candidate(node, victims, violations)


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([_candidate("a", _info("1"), violations=1), _candidate("b", _info("2", 9))], ["b"]),
        ([_candidate("a", _info("1", 5)), _candidate("b", _info("2", 4))], ["b"]),
        ([_candidate("a", _info("1", 5), _info("2")), _candidate("b", _info("3", 5))], ["b"]),
        (
            [_candidate("a", _info("1", 5, start=1)), _candidate("b", _info("2", 5, start=2))],
            ["b"],
        ),
        ([_candidate("a", _info("1")), _candidate("b", _info("2"))], ["a", "b"]),
    ],
    ids=["budgets", "highest-priority", "sum", "latest-start", "equal"],
)
def test_the_node_with_the_least_harm_is_taken(
    candidates: list[Candidate], expected: list[str]
) -> None:
    # kubernetes pkg/scheduler/framework/preemption pickOneNodeForPreemption
    assert [candidate.node for candidate in least_harm(candidates)] == expected


def test_a_budget_protects_the_pods_beyond_what_it_allows() -> None:
    budget = {
        "metadata": {"name": "b", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
        "status": {"disruptionsAllowed": 1, "disruptedPods": {"c": "2026-01-01T00:00:00Z"}},
    }
    pods = [_info("a", app="web"), _info("b", app="web"), _info("c", app="web"), _info("d")]
    violating, others = by_budget(pods, [budget])
    assert [info.key for info in violating] == ["default/b"]
    assert [info.key for info in others] == ["default/a", "default/c", "default/d"]


def _node(name: str, cpu: str = "2") -> Json:
    labels = {"kubernetes.io/hostname": name}
    status = {"allocatable": {"cpu": cpu, "pods": "10"}}
    return {"metadata": {"name": name, "labels": labels}, "status": status}


def _bound(name: str, node: str) -> Json:
    container = {"name": "c", "image": "x", "resources": {"requests": {"cpu": "500m"}}}
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [container], "nodeName": node},
    }


def test_a_pod_bound_before_its_node_came_counts_when_it_comes() -> None:
    state = ClusterState(features_of("1.34"))
    feed.put(state, "pods", _bound("early", "n1"))
    feed.put(state, "nodes", _node("n1"))
    assert state.nodes.resource("cpu").free[state.nodes.slots["n1"]] == 1500


def test_a_slot_is_used_again_and_starts_empty() -> None:
    state = ClusterState(features_of("1.34"))
    feed.put(state, "nodes", _node("n1"))
    feed.put(state, "pods", _bound("p", "n1"))
    feed.remove(state, "nodes", "n1")
    feed.put(state, "nodes", _node("n2", "4"))
    assert state.nodes.slots == {"n2": 0}
    assert state.nodes.resource("cpu").free[0] == 4000
    assert state.pod_counts[0] == 0
    feed.put(state, "nodes", _node("n1"))
    assert state.nodes.resource("cpu").free[1] == 1500


def test_a_pod_that_has_ended_holds_nothing() -> None:
    state = ClusterState(features_of("1.34"))
    feed.put(state, "nodes", _node("n1"))
    pod = _bound("p", "n1")
    feed.put(state, "pods", pod)
    feed.put(state, "pods", {**pod, "status": {"phase": "Succeeded"}})
    assert state.nodes.resource("cpu").free[0] == 2000


def test_a_heartbeat_leaves_what_is_remembered_of_nodes() -> None:
    state = ClusterState(features_of("1.34"))
    node = _node("n1")
    feed.put(state, "nodes", node)
    version = state.nodes.version
    beat = {**node["status"], "conditions": [{"type": "Ready", "status": "True"}]}
    feed.put(state, "nodes", {**node, "status": beat})
    assert state.nodes.version == version
