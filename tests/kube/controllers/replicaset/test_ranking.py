"""Which pods go first: kubernetes pkg/controller/controller_utils.go (ActivePodsWithRanks)."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.kube.controllers.replicaset.ranking import least_active_first, to_delete
from minieks.kube.words.times import rfc3339

NOW = 1_800_000_000 * SECOND


def _pod(name: str, **said: Any) -> dict[str, Any]:
    """A running, ready pod on a node of its own, unless said otherwise."""
    ready_for, age = said.get("ready_for", 1000), said.get("age", 2000)
    ready = {
        "type": "Ready",
        "status": "True" if said.get("ready", True) else "False",
        "lastTransitionTime": rfc3339(NOW - ready_for * SECOND),
    }
    restarts = {"name": "c", "restartCount": said.get("restarts", 0)}
    meta: dict[str, Any] = {"name": name, "uid": said.get("uid", name)}
    meta["creationTimestamp"] = rfc3339(NOW - age * SECOND)
    if "cost" in said:
        meta["annotations"] = {"controller.kubernetes.io/pod-deletion-cost": said["cost"]}
    return {
        "metadata": meta,
        "spec": {"nodeName": said.get("node", f"node-of-{name}"), "containers": []},
        "status": {
            "phase": said.get("phase", "Running"),
            "conditions": [ready],
            "containerStatuses": [restarts],
        },
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(_pod("a", node=""), _pod("b", phase="Pending"), id="unassigned"),
        pytest.param(_pod("a", phase="Pending"), _pod("b", phase="Unknown"), id="pending"),
        pytest.param(_pod("a", phase="Unknown"), _pod("b", ready=False), id="unknown"),
        pytest.param(_pod("a", ready=False), _pod("b", cost="-5"), id="not-ready"),
        pytest.param(_pod("a", cost="-5"), _pod("b", ready_for=1), id="cheap"),
        pytest.param(_pod("a", cost="x"), _pod("b", cost="1"), id="a-cost-that-is-none-is-zero"),
        pytest.param(_pod("a", ready_for=10), _pod("b", ready_for=100), id="ready-for-less"),
        pytest.param(_pod("a", ready_for=110, uid="1"), _pod("b", ready_for=100, uid="2"),
                     id="ages-of-the-same-power-of-two-by-uid"),
        pytest.param(_pod("a", restarts=3), _pod("b", restarts=1), id="more-restarts"),
        pytest.param(_pod("a", age=10), _pod("b", age=5000), id="younger"),
    ],
)  # fmt: skip
def test_the_first_of_two_goes(first: dict[str, Any], second: dict[str, Any]) -> None:
    for pods in ([first, second], [second, first]):
        assert to_delete(pods, 1, [], NOW) == [first]


def test_the_crowded_node_loses_first() -> None:
    alone, one, other = _pod("a", node="n1"), _pod("b", node="n2"), _pod("c", node="n2")
    assert to_delete([alone, one], 1, [alone, one, other], NOW) == [one]


def test_without_related_sets_spreading_plays_no_part() -> None:
    alone = _pod("a", node="n1", ready_for=1)
    assert to_delete([_pod("b", node="n2"), alone], 1, [], NOW) == [alone]


def test_jobs_remove_what_has_run_least() -> None:
    pods = [_pod("old", age=50), _pod("young", age=5), _pod("sick", ready=False)]
    assert [pod["metadata"]["name"] for pod in least_active_first(pods)] == ["sick", "young", "old"]
