"""Where daemon pods belong: kubernetes pkg/controller/daemon (NodeShouldRunDaemonPod)."""

from typing import Any

import pytest

from minieks.kube.controllers.daemonset.placement import Placement, pod_for, target_node


def _node(taints: list[str] = (), **labels: str) -> dict[str, Any]:  # type: ignore[assignment]
    parsed = [dict(zip(("key", "effect"), text.split(":"), strict=True)) for text in taints]
    return {"metadata": {"name": "n1", "labels": labels}, "spec": {"taints": parsed}}


@pytest.mark.parametrize(
    ("spec", "node", "expected"),
    [
        pytest.param({}, _node(), (True, True), id="anywhere"),
        pytest.param({"nodeSelector": {"a": "b"}}, _node(), (False, False), id="selector"),
        pytest.param({"nodeSelector": {"a": "b"}}, _node(a="b"), (True, True), id="selected"),
        pytest.param({"nodeName": "other"}, _node(), (False, False), id="another-node"),
        pytest.param({}, _node(["k:NoSchedule"]), (False, True), id="no-schedule-lets-stay"),
        pytest.param({}, _node(["k:NoExecute"]), (False, False), id="no-execute"),
        pytest.param({}, _node(["k:PreferNoSchedule"]), (True, True), id="a-preference"),
        pytest.param({}, _node(["node.kubernetes.io/unreachable:NoExecute",
                                "node.kubernetes.io/unschedulable:NoSchedule",
                                "node.kubernetes.io/disk-pressure:NoSchedule"]),
                     (True, True), id="tolerated-by-all-daemons"),
        pytest.param({}, _node(["node.kubernetes.io/network-unavailable:NoSchedule"]),
                     (False, True), id="network"),
        pytest.param({"hostNetwork": True},
                     _node(["node.kubernetes.io/network-unavailable:NoSchedule"]),
                     (True, True), id="host-network"),
    ],
)  # fmt: skip
def test_whether_a_pod_runs_and_stays(
    spec: dict[str, Any], node: dict[str, Any], expected: tuple[bool, bool]
) -> None:
    assert Placement({"spec": spec}).fit(node) == expected


def test_nodes_that_share_their_labels_are_told_apart_by_name() -> None:
    placement = Placement({"spec": {"nodeName": "n1"}})
    one = _node(zone="a")
    other = {**one, "metadata": {**one["metadata"], "name": "n2"}}
    assert placement.fit(one).runs
    assert not placement.fit(other).runs
    assert placement.fit(one).runs


def test_the_pod_is_pinned_to_its_node_whatever_its_affinity_was() -> None:
    required = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}
    affinity = {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required},
        "podAffinity": {"x": 1},
    }
    template = {"metadata": {"labels": {"app": "d"}}, "spec": {"affinity": affinity}}
    daemon_set = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "d", "namespace": "n", "uid": "u"},
        "spec": {"template": template},
    }
    pod = pod_for(daemon_set, "n7", "hash", "3")
    assert target_node(pod) == "n7"
    assert pod["spec"]["affinity"]["podAffinity"] == {"x": 1}
    assert pod["metadata"]["labels"] == {
        "app": "d",
        "controller-revision-hash": "hash",
        "pod-template-generation": "3",
    }
    assert len(pod["spec"]["tolerations"]) == 6
