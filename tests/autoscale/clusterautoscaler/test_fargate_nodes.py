"""Fargate's nodes have no group: they are never removed nor planned with, but they count.

Source: cluster-autoscaler cloudprovider/aws/aws_cloud_provider.go (NodeGroupForNode, HasInstance),
core/static_autoscaler.go (max-nodes-total), core/scaleup/resource/manager.go (nodes of no group),
clusterstate/clusterstate.go (updateReadinessStats: all nodes are in the total).
"""

from typing import Any

import pytest
import yaml

from golden.clusterautoscaler.world import World
from minieks.eks.labels import is_fargate_node
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, name

FLAGS = [
    "--scan-interval=1s",
    "--scale-down-delay-after-add=1s",
    "--scale-down-unneeded-time=4s",
]
SIZE = {"cpu": "4", "memory": "16Gi", "pods": "29"}
FARGATE = "eks.amazonaws.com/compute-type"


def group(size: int) -> dict[str, Any]:
    template = {"capacity": SIZE, "allocatable": SIZE, "labels": {}, "taints": []}
    names = [f"g-{number}" for number in range(size)]
    return {"name": "g", "min": 0, "max": 9, "initial_nodes": names, "template": template}


def world(on_fargate: int, *, size: int = 1, flags: tuple[str, ...] = ()) -> World:
    """A group of nodes, and as many of Fargate as there are pods there."""
    found = World({"flags": [*FLAGS, *flags], "node_groups": [group(size)]})
    for number in range(on_fargate):
        fargate_node(found, f"fargate-ip-10-0-0-{number}.eu-central-1.compute.internal")
    found.pass_time(2)
    return found


def fargate_node(found: World, node_name: str) -> None:
    taint = {"key": FARGATE, "value": "fargate", "effect": "NoSchedule"}
    provider = f"aws:///eu-central-1a/0123456789-0123456789abcdef/{node_name}"
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node_name, "labels": {FARGATE: "fargate"}},
        "spec": {"providerID": provider, "taints": [taint]},
        "status": {"capacity": SIZE, "allocatable": SIZE},
    }
    found.api.update_status({**found.api.create(node), "status": node["status"]})


def web(found: World, replicas: int, cpu: str) -> None:
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": cpu}}}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    meta = {"name": "web"}
    found.create({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec})


def of_fargate(found: World) -> list[Obj]:
    return [one for one in found.api.list("nodes") if is_fargate_node(one)]


def status(found: World) -> Any:
    config = found.api.get("configmaps", "kube-system", "cluster-autoscaler-status")
    assert config is not None
    return yaml.safe_load(config["data"]["status"])


def test_they_are_neither_candidates_nor_removed_however_empty() -> None:
    found = world(3, size=2)
    before = [(name(one), nodes.taints(one)) for one in of_fargate(found)]
    found.pass_time(60)
    assert found.provider.removed == [("g", "g-0"), ("g", "g-1")], "the group's own, and only them"
    assert [(name(one), nodes.taints(one)) for one in of_fargate(found)] == before


def test_no_pod_is_planned_onto_them() -> None:
    found = world(3, size=1)
    web(found, 2, "3")
    found.pass_time(20)
    assert found.provider.scale_ups == [("g", 1, 2)]
    placed = {pods.node_name(one) for one in found.api.list("pods", "default")}
    assert placed == {"g-0", "g-new-1"}


@pytest.mark.parametrize(
    ("flag", "grows"),
    [
        ("--max-nodes-total=4", False),
        ("--max-nodes-total=5", True),
        ("--cores-total=0:16", False),
        ("--cores-total=0:20", True),
    ],
)
def test_they_count_where_the_whole_cluster_is_bounded(flag: str, grows: bool) -> None:
    found = world(3, size=1, flags=(flag,))
    web(found, 2, "3")
    found.pass_time(20)
    assert bool(found.provider.scale_ups) is grows


def test_those_that_are_not_ready_count_in_the_whole_and_in_no_group() -> None:
    found = world(4, size=4)
    web(found, 4, "3")
    for one in of_fargate(found):
        unready = {
            "type": "Ready",
            "status": "Unknown",
            "lastTransitionTime": "2026-11-23T00:00:05Z",
        }
        found.api.update_status({**one, "status": {**one["status"], "conditions": [unready]}})
    found.pass_time(16 * 60)
    told = status(found)
    whole, of_group = told["clusterWide"]["health"], told["nodeGroups"][0]["health"]
    assert whole["nodeCounts"]["registered"] == {
        "total": 8,
        "ready": 4,
        "notStarted": 0,
        "unready": {"total": 4, "resourceUnready": 0},
    }
    assert whole["status"] == "Unhealthy", "as for the real program: half of the nodes"
    assert (of_group["nodeCounts"]["registered"]["total"], of_group["status"]) == (4, "Healthy")
