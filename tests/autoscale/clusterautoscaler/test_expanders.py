"""Which group grows. Source: cluster-autoscaler/expander/{mostpods,leastnodes,waste,priority}."""

from random import Random

import pytest

from autoscale.clusterautoscaler.making import node, pod
from minieks.autoscale.clusterautoscaler.expanders import Option, Priorities, best_option, waste
from minieks.autoscale.clusterautoscaler.provider import NodeGroup
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.podinfo import Compiler

COMPILER = Compiler(features_of("1.34"))


def option(name: str, count: int, pods: int, cpu: str = "2") -> Option:
    infos = [COMPILER.compile(pod(f"{name}{n}", cpu="1", memory="1Gi")) for n in range(pods)]
    return Option(NodeGroup(name, 0, 10, 0), count, infos, node(cpu=cpu))


OPTIONS = [option("small", 3, 4), option("large", 1, 4, "8"), option("few", 2, 2)]
RULES = "10:\n  - .*large.*\n50:\n  - small\n"
CASES = [
    (["most-pods", "least-nodes"], "large"),
    (["least-nodes"], "large"),
    (["least-waste"], "large"),
    (["most-pods", "least-waste"], "large"),
    (["priority"], "small"),
    (["priority", "least-nodes"], "small"),
]


def config(text: str) -> Priorities:
    return Priorities({"kind": "ConfigMap", "data": {"priorities": text}})


@pytest.mark.parametrize(("chain", "best"), CASES, ids=[",".join(one[0]) for one in CASES])
def test_the_chain_decides(chain: list[str], best: str) -> None:
    found = best_option(chain, OPTIONS, config(RULES), Random(1))
    assert found is not None
    assert found.group.id == best


def test_waste_is_the_unused_share_of_cpu_and_of_memory() -> None:
    # 3 nodes of 2 cpu and 8 Gi for 4 pods of 1 cpu and 1 Gi: 2/6 and 20/24
    assert waste(OPTIONS[0]) == pytest.approx(2 / 6 + 20 / 24)


def test_chance_decides_among_equals() -> None:
    same = [option("a", 1, 1), option("b", 1, 1)]
    found = [best_option(["most-pods"], same, Priorities(None), Random(n)) for n in range(20)]
    assert {one.group.id for one in found if one} == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "PriorityConfigMapInvalid"),
        ("10: [", "PriorityConfigMapInvalid"),
        ("ten:\n  - small\n", "PriorityConfigMapInvalid"),
        ("10:\n  - '['\n", "PriorityConfigMapInvalid"),
    ],
    ids=["empty", "no-yaml", "no-number", "no-expression"],
)
def test_without_priorities_that_can_be_read_nothing_grows(text: str, reason: str) -> None:
    priorities = config(text)
    assert best_option(["priority"], OPTIONS, priorities, Random(1)) is None
    assert [one[0] for one in priorities.warnings] == [reason]


def test_without_the_config_map_nothing_grows() -> None:
    assert best_option(["priority"], OPTIONS, Priorities(None), Random(1)) is None


def test_a_group_that_no_rule_names_is_not_used() -> None:
    priorities = config("50:\n  - small\n")
    found = best_option(["priority"], OPTIONS, priorities, Random(1))
    assert found is not None
    assert found.group.id == "small"
    assert {one[0] for one in priorities.warnings} == {"PriorityConfigMapNotMatchedGroup"}


def test_if_no_rule_names_any_group_all_are_used() -> None:
    priorities = config("50:\n  - other\n")
    assert best_option(["priority", "least-nodes"], OPTIONS, priorities, Random(1)) is OPTIONS[1]
    assert priorities.warnings[-1][0] == "PriorityConfigMapNoGroupMatched"
