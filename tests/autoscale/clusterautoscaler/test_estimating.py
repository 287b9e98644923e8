"""How many nodes pods need. Source: cluster-autoscaler/estimator/binpacking_estimator.go."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscale.clusterautoscaler.making import daemon_set, node, pod, pods, tainted, with_meta
from minieks.autoscale.clusterautoscaler import Estimate, estimate
from minieks.kube.words.objects import Obj

_HOST = "kubernetes.io/hostname"
_ANTI = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": _HOST}
        ]
    }
}
_SPREAD = [
    {
        "maxSkew": 1,
        "topologyKey": _HOST,
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }
]
_PORT = [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]

CASES: list[tuple[str, list[Obj], dict[str, Any], int]] = [
    ("as many as fit by cpu", pods(10, cpu="500m"), {}, 3),
    ("as many as fit by memory", pods(10, memory="3Gi"), {}, 5),
    ("as many as pod slots", pods(60, cpu="1m"), {}, 3),
    ("none of pods that fit on no empty node", pods(3, cpu="3"), {}, 0),
    ("the larger pods come first", [*pods(2, "a", cpu="400m"), *pods(2, "b", cpu="1600m")], {}, 2),
    ("one each with anti-affinity", pods(4, affinity=_ANTI), {}, 4),
    ("one each with a host port", pods(3, containers=_PORT), {}, 3),
    # maxSkew 1 over hosts: an empty node takes one pod, then they go round
    (
        "as many as fit when spread over hosts",
        pods(8, cpu="500m", topologySpreadConstraints=_SPREAD),
        {},
        2,
    ),
    ("not more than allowed", pods(10, cpu="1500m"), {"max_nodes": 4}, 4),
    (
        "pods of DaemonSets take their share",
        pods(4, cpu="900m"),
        {"daemon_sets": [daemon_set("d", "300m")]},
        4,
    ),
    (
        "pods of DaemonSets that run elsewhere take none",
        pods(4, cpu="900m"),
        {"daemon_sets": [daemon_set("d", "300m", nodeSelector={"disk": "ssd"})]},
        2,
    ),
    (
        "pods that every node has take their share",
        pods(4, cpu="1"),
        {"template_pods": [pod("m")]},
        4,
    ),
    ("none of pods that do not tolerate", pods(2), {"template": tainted(node(), "gpu")}, 0),
    ("none of pods that want others", pods(2, nodeSelector={"disk": "ssd"}), {}, 0),
]


@pytest.mark.parametrize(
    ("pending", "more", "count"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_nodes_needed(pending: list[Obj], more: dict[str, Any], count: int) -> None:
    template = more.pop("template", None) or node()
    assert estimate(pending, template, **more).nodes == count


def test_pods_without_controller_are_counted_one_by_one() -> None:
    assert estimate([pod(f"p{n}", cpu="1") for n in range(5)], node()).nodes == 3


def test_what_runs_already_repels() -> None:
    there = with_meta(node("there"), labels={_HOST: "there", "zone": "a"})
    term = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "zone"}
    anti = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    running = pod("web-9", owner="web", nodeName="there", affinity=anti)
    pending = pods(1, affinity=anti)
    assert estimate(pending, node(zone="a"), cluster=[there, running]).nodes == 0
    assert estimate(pending, node(zone="b"), cluster=[there, running]).nodes == 1


def test_pods_of_one_controller_with_other_specs_are_other_groups() -> None:
    mixed = [
        *pods(2, "web", cpu="1500m"),
        *(pod(f"web-s{n}", cpu="400m", owner="web") for n in range(2)),
    ]
    found = estimate(mixed, node())
    assert found.nodes == 2
    assert found.pods == ("default/web-0", "default/web-1", "default/web-s0", "default/web-s1")


sizes = st.lists(st.integers(50, 2500), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(sizes, st.integers(1, 6))
def test_no_node_is_overfull_and_no_more_are_added_than_allowed(
    found: list[int], most: int
) -> None:
    pending = [pod(f"p{n}", cpu=f"{size}m") for n, size in enumerate(found)]
    result: Estimate = estimate(pending, node(cpu="2"), max_nodes=most)
    by_key = {f"default/p{n}": size for n, size in enumerate(found)}
    assert result.nodes == len(result.placement) <= most
    for members in result.placement.values():
        assert sum(by_key[key] for key in members) <= 2000
    assert all(by_key[key] <= 2000 for key in result.pods)
