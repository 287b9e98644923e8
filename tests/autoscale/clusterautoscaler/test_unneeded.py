"""Which nodes go, and when. Source: cluster-autoscaler/core/scaledown."""

import pytest

from autoscale.clusterautoscaler.making import node, pod, with_meta
from minieks.autoscale.clusterautoscaler import limits
from minieks.autoscale.clusterautoscaler.budgets import Budgets
from minieks.autoscale.clusterautoscaler.drainability import Context
from minieks.autoscale.clusterautoscaler.removal import Rescheduling
from minieks.autoscale.clusterautoscaler.snapshot import Snapshot
from minieks.autoscale.clusterautoscaler.unneeded import (
    Candidate,
    DownRules,
    GroupRules,
    Removable,
    Size,
    Unneeded,
    cropped,
    ineligible,
    soft_taint_changes,
)
from minieks.autoscale.clusterautoscaler.utilization import Utilization, utilization
from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.podinfo import Compiler, PodInfo
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words.objects import Obj

COMPILER = Compiler(features_of("1.34"))


def info(name: str, cpu: str, on: str, owner: str = "web") -> PodInfo:
    return COMPILER.compile(pod(name, cpu=cpu, owner=owner, nodeName=on))


def candidate(name: str, used: float = 0.1, *, ready: bool = True, note: bool = False) -> Candidate:
    made = node(name)
    if note:
        key = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
        made = with_meta(made, annotations={key: "true"})
    return Candidate(made, "g", ready, Utilization(value=used), GroupRules())


ELIGIBLE = [
    ("used by less than half", candidate("n", 0.49), ""),
    ("used by half", candidate("n", 0.5), "NotUnderutilized"),
    ("kept by its annotation", candidate("n", note=True), "ScaleDownDisabledAnnotation"),
    ("not ready", candidate("n", ready=False), ""),
]


@pytest.mark.parametrize(("one", "reason"), [c[1:] for c in ELIGIBLE], ids=[c[0] for c in ELIGIBLE])
def test_a_node_is_eligible(one: Candidate, reason: str) -> None:
    assert ineligible(one, unready_too=True) == reason


def test_unready_nodes_can_be_left_alone() -> None:
    found = ineligible(candidate("n", ready=False), unready_too=False)
    assert found == "ScaleDownUnreadyDisabled"


# Utilization ---------------------------------------------------------------------------------


def daemon(cpu: str) -> PodInfo:
    one = pod("d", cpu=cpu, owner="d", nodeName="n")
    reference = {**one["metadata"]["ownerReferences"][0], "kind": "DaemonSet"}
    return COMPILER.compile(with_meta(one, ownerReferences=[reference]))


def test_the_fuller_resource_decides() -> None:
    found = utilization(node(cpu="4", memory="16Gi"), [info("p", "900m", "n")], 0)
    assert (found.cpu, found.resource, found.value) == (0.225, "cpu", 0.225)
    assert str(found) == "{0.225 0 0 0 cpu 0.225}"


def test_an_empty_node_is_told_by_its_memory() -> None:
    assert utilization(node(), [], 0) == Utilization(resource="memory")


def test_daemons_can_be_taken_from_both_sides() -> None:
    members = [daemon("1"), info("p", "500m", "n")]
    assert utilization(node(cpu="2"), members, 0).value == 0.75
    assert utilization(node(cpu="2"), members, 0, skip_daemons=True).value == 0.5


def test_a_node_with_gpus_is_told_by_them() -> None:
    made = node(cpu="8")
    made["status"]["allocatable"] = {**made["status"]["allocatable"], "nvidia.com/gpu": "4"}
    found = utilization(made, [info("p", "8", "n")], 0)
    assert (found.resource, found.value) == ("nvidia.com/gpu", 0.0)


# The trial -----------------------------------------------------------------------------------


def situation(nodes: list[Obj], infos: list[PodInfo]) -> Rescheduling:
    state = ClusterState(features_of("1.34"))
    for one in nodes:
        state.put_node(one)
    for each in infos:
        state.add_pod(each, each.pod["spec"]["nodeName"])
    return Rescheduling(Snapshot(state))


def found_unneeded(
    nodes: dict[str, str], now: Micros = 0, budgets: Budgets | None = None, most: int = 10
) -> list[str]:
    """The unneeded among nodes of 2 cpu, each with one pod of a size, or none."""
    made = [node(name) for name in nodes]
    infos = [info(f"p-{name}", cpu, name) for name, cpu in nodes.items() if cpu]
    unneeded = Unneeded(DownRules(parallelism=most))
    context = Context(now, budgets=budgets or Budgets())
    candidates = [candidate(name) for name in nodes]
    unneeded.update(candidates, list(nodes), situation(made, infos), context)
    return list(unneeded.nodes)


def test_nodes_go_as_long_as_their_pods_find_a_place() -> None:
    # n3 takes the pods of n1 and n2, but not both after its own
    assert found_unneeded({"n1": "900m", "n2": "900m", "n3": "900m"}) == ["n1"]
    assert found_unneeded({"n1": "600m", "n2": "600m", "n3": "600m"}) == ["n1", "n2"]
    assert found_unneeded({"n1": "", "n2": "", "n3": "1500m"}) == ["n1", "n2"]


def test_a_trial_leaves_nothing_behind() -> None:
    rescheduling = situation(
        [node("n1"), node("n2")], [info("p", "1500m", "n1"), info("q", "1", "n2")]
    )
    state = rescheduling.snapshot.state
    rescheduling.snapshot.fork()
    unneeded = Unneeded(DownRules())
    unneeded.update([candidate("n1"), candidate("n2")], ["n1", "n2"], rescheduling, Context(0))
    rescheduling.snapshot.revert()
    assert not unneeded.nodes
    assert state.node_of("default/p") == "n1"
    assert state.nodes.resource("cpu").used[state.nodes.slots["n1"]] == 1500
    assert unneeded.why_not["n1"].reason == "NoPlaceToMovePods"


def test_a_node_that_cannot_go_is_not_tried_again_for_five_minutes() -> None:
    rescheduling = situation([node("n1")], [info("p", "100m", "n1")])
    unneeded = Unneeded(DownRules())
    unneeded.update([candidate("n1")], ["n1"], rescheduling, Context(0))
    assert unneeded.is_recent("n1", 5 * MINUTE - 1)
    assert not unneeded.is_recent("n1", 5 * MINUTE)


def test_the_time_counts_from_the_first_round_without_a_break() -> None:
    rescheduling = situation([node("n1"), node("n2")], [])
    unneeded = Unneeded(DownRules())
    for now in (0, 10 * SECOND):
        rescheduling.snapshot.fork()
        unneeded.update([candidate("n1")], ["n1", "n2"], rescheduling, Context(now))
        rescheduling.snapshot.revert()
    assert unneeded.nodes["n1"].since == 0
    unneeded.update([], ["n1", "n2"], rescheduling, Context(20 * SECOND))
    unneeded.update([candidate("n1")], ["n1", "n2"], rescheduling, Context(30 * SECOND))
    assert unneeded.nodes["n1"].since == 30 * SECOND


# The choice ----------------------------------------------------------------------------------


def choice(now: Micros, size: Size, least_cores: int = 0, *, ready: bool = True) -> list[str]:
    rules = DownRules(resources=limits.Limits({"cpu": least_cores, "memory": 0}, {}))
    unneeded = Unneeded(rules)
    unneeded.nodes = {f"n{n}": Removable(f"n{n}", [], 0) for n in range(3)}
    candidates = {one: candidate(one, ready=ready) for one in unneeded.nodes}
    has = {"cpu": 6, "memory": 1}
    found, _ = unneeded.removable_at(
        now, candidates, {"g": size}, has, lambda _: {"cpu": 2, "memory": 0}
    )
    return [one.name for one in found]


LATER = 10 * MINUTE + 1
CHOICES = [
    ("not after ten minutes", choice(10 * MINUTE, Size(3, 0, 0)), []),
    ("after more than ten minutes", choice(LATER, Size(3, 0, 0)), ["n0", "n1", "n2"]),
    ("unready ones after more than twenty", choice(LATER, Size(3, 0, 0), ready=False), []),
    ("not below the minimum", choice(LATER, Size(3, 2, 0)), ["n0"]),
    ("not below it with those that go", choice(LATER, Size(3, 1, 1)), ["n0"]),
    ("not below the cluster's cores", choice(LATER, Size(3, 0, 0), 4), ["n0"]),
]


@pytest.mark.parametrize(("got", "wanted"), [c[1:] for c in CHOICES], ids=[c[0] for c in CHOICES])
def test_nodes_go(got: list[str], wanted: list[str]) -> None:
    assert got == wanted


def test_not_too_many_go_at_once() -> None:
    empty = [Removable(f"e{n}", [], 0) for n in range(12)]
    drained = [Removable(f"d{n}", [info("p", "1", "d")], 0) for n in range(3)]
    assert [len(one) for one in cropped(empty, drained, (0, 0), DownRules())] == [10, 0]
    assert [len(one) for one in cropped(empty[:4], drained, (0, 0), DownRules())] == [4, 1]
    assert [len(one) for one in cropped(empty[:4], drained, (2, 1), DownRules())] == [4, 0]
    assert [len(one) for one in cropped(empty, drained, (10, 0), DownRules())] == [0, 0]


def test_soft_taints_change_ten_at_a_time() -> None:
    clean, add = soft_taint_changes(["a", "b"], ["a", "x", "y"], ["x", "y", "z"], 3)
    assert (clean, add) == (["x", "y"], ["b"])
    assert soft_taint_changes(["b"], ["x", "y"], ["x", "y"], 1) == (["x"], [])
