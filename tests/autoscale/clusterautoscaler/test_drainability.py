"""Which pods keep their node. Source: cluster-autoscaler/simulator/drainability/rules."""

from typing import Any

import pytest

from autoscale.clusterautoscaler.making import pod, with_meta
from minieks.autoscale.clusterautoscaler.budgets import Budget, Budgets
from minieks.autoscale.clusterautoscaler.drainability import Context, DrainRules, drainable
from minieks.engine.clock import MINUTE, SECOND
from minieks.kube.words import times
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import compile_selector

NOW = times.parse("2026-11-23T12:00:00Z")
SAFE = "cluster-autoscaler.kubernetes.io/safe-to-evict"


def owned(kind: str = "ReplicaSet", **changes: Any) -> Obj:
    found = pod("web-0", owner="web")
    reference = {**found["metadata"]["ownerReferences"][0], "kind": kind}
    return with_meta(found, ownerReferences=[reference], **changes)


def noted(value: str, **more: str) -> Obj:
    return owned(annotations={SAFE: value, **more})


def stored(volume: dict[str, Any], **annotations: str) -> Obj:
    found = owned(annotations=annotations)
    return {**found, "spec": {**found["spec"], "volumes": [{"name": "v", **volume}]}}


def system(minutes: int) -> Obj:
    started = times.rfc3339(NOW - minutes * MINUTE)
    return {**owned(namespace="kube-system"), "status": {"startTime": started}}


def ended(phase: str, restarts: str) -> Obj:
    bare = pod("job")
    return {**bare, "spec": {**bare["spec"], "restartPolicy": restarts}, "status": {"phase": phase}}


def deleted(seconds: int) -> Obj:
    return with_meta(pod("old"), deletionTimestamp=times.rfc3339(NOW - seconds * SECOND))


LOCAL = {"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "v, w"}
CASES: list[tuple[str, Obj, str, str]] = [
    ("of a ReplicaSet", owned(), "move", ""),
    ("of a StatefulSet", owned("StatefulSet"), "move", ""),
    ("of a Job", owned("Job"), "move", ""),
    ("of a DaemonSet", owned("DaemonSet"), "move", ""),
    ("of a custom controller", owned("Rollout"), "block", "NotReplicated"),
    ("of nobody", pod("bare"), "block", "NotReplicated"),
    ("of nobody, safe to evict", with_meta(pod("bare"), annotations={SAFE: "true"}), "move", ""),
    ("a mirror", with_meta(pod("m"), annotations={"kubernetes.io/config.mirror": "x"}), "skip", ""),
    # deletionTimestamp + 30 s grace + 30 s
    ("that should be gone", deleted(61), "skip", ""),
    ("that is going", deleted(59), "block", "NotReplicated"),
    ("that succeeded and does not restart", ended("Succeeded", "Never"), "move", ""),
    ("that failed and does not restart", ended("Failed", "Never"), "move", ""),
    ("that failed and restarts on failure", ended("Failed", "OnFailure"), "block", "NotReplicated"),
    ("of kube-system, 59 minutes old", system(59), "block", "UnmovableKubeSystemPod"),
    ("of kube-system, an hour old", system(60), "move", ""),
    ("not safe to evict", noted("false"), "block", "NotSafeToEvictAnnotation"),
    ("with an emptyDir", stored({"emptyDir": {}}), "block", "LocalStorageRequested"),
    ("with an emptyDir in memory", stored({"emptyDir": {"medium": "Memory"}}), "move", ""),
    (
        "with a host's folder",
        stored({"hostPath": {"path": "/x"}}),
        "block",
        "LocalStorageRequested",
    ),
    ("with a harmless emptyDir", stored({"emptyDir": {}}, **LOCAL), "move", ""),
    ("with an emptyDir, safe to evict", stored({"emptyDir": {}}, **{SAFE: "true"}), "move", ""),
    ("with a ConfigMap", stored({"configMap": {"name": "c"}}), "move", ""),
]


@pytest.mark.parametrize(
    ("one", "outcome", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_pod(one: Obj, outcome: str, reason: str) -> None:
    assert drainable(one, Context(NOW))[:2] == (outcome, reason)


FLAGS = [
    ("custom controllers", DrainRules(skip_custom_controllers=False), owned("Rollout")),
    ("system pods", DrainRules(skip_system_pods=False), system(1)),
    ("system pods for less long", DrainRules(system_pods_block_for=MINUTE), system(2)),
    ("local storage", DrainRules(skip_local_storage=False), stored({"emptyDir": {}})),
]


@pytest.mark.parametrize(("rules", "one"), [c[1:] for c in FLAGS], ids=[c[0] for c in FLAGS])
def test_a_flag_lets_go(rules: DrainRules, one: Obj) -> None:
    assert drainable(one, Context(NOW, rules)).outcome == "move"


def budgets(allowed: int, namespace: str = "default") -> Budgets:
    return Budgets([Budget(namespace, compile_selector({"matchLabels": {"app": "web"}}), allowed)])


@pytest.mark.parametrize(("allowed", "outcome"), [(0, "block"), (1, "move")])
def test_a_budget_must_allow_it(allowed: int, outcome: str) -> None:
    assert drainable(owned(), Context(NOW, budgets=budgets(allowed))).outcome == outcome


def test_a_budget_frees_a_pod_of_kube_system() -> None:
    context = Context(NOW, budgets=budgets(1, "kube-system"))
    assert drainable(system(1), context).outcome == "move"


def test_a_controller_that_is_gone_blocks() -> None:
    found = drainable(owned(), Context(NOW, find=lambda *_: None))
    assert found.reason == "ControllerNotFound"


def test_a_controller_with_too_few_replicas_blocks() -> None:
    context = Context(
        NOW, DrainRules(min_replica_count=2), find=lambda *_: {"spec": {"replicas": 1}}
    )
    assert drainable(owned(), context).reason == "MinReplicasReached"


def test_what_several_nodes_take_from_a_budget_is_counted() -> None:
    found = budgets(1)
    found.take([owned()])
    assert not found.allow_at_once([owned()])
    assert drainable(owned(), Context(NOW, budgets=found)).reason == "NotEnoughPdb"
