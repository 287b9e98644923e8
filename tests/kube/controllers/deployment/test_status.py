"""A Deployment's conditions: kubernetes pkg/controller/deployment/progress.go."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.kube.controllers.deployment import status
from minieks.kube.words.conditions import find
from minieks.kube.words.times import rfc3339

NOW = 1_800_000_000 * SECOND


def _deployment(before: dict[str, Any], **spec: Any) -> dict[str, Any]:
    defaults = {"replicas": 3, "progressDeadlineSeconds": 60}
    meta = {"name": "web", "generation": 1}
    return {"metadata": meta, "spec": {**defaults, **spec}, "status": before}


_NEW = {"metadata": {"name": "web-1"}}
_COUNTS = {"updatedReplicas": 3, "replicas": 3, "availableReplicas": 3, "observedGeneration": 1}


def _progressing(reason: str, ago: int) -> dict[str, Any]:
    moment = rfc3339(NOW - ago * SECOND)
    return {
        "conditions": [
            {
                "type": "Progressing",
                "status": "True",
                "reason": reason,
                "message": "m",
                "lastUpdateTime": moment,
                "lastTransitionTime": moment,
            }
        ]
    }


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        pytest.param({}, _COUNTS, "NewReplicaSetAvailable", id="complete"),
        pytest.param({}, {"updatedReplicas": 1}, "ReplicaSetUpdated", id="progress"),
        pytest.param(_progressing("ReplicaSetUpdated", 59), {}, "ReplicaSetUpdated", id="in-time"),
        pytest.param(_progressing("ReplicaSetUpdated", 61), {}, "ProgressDeadlineExceeded",
                     id="stuck"),
        pytest.param(_progressing("NewReplicaSetAvailable", 999), {"replicas": 3,
                     "updatedReplicas": 3}, "NewReplicaSetAvailable", id="done-is-not-judged"),
    ],
)  # fmt: skip
def test_what_progressing_says(before: dict[str, Any], after: dict[str, Any], reason: str) -> None:
    now = {"conditions": before.get("conditions", []), **after}
    found = status.rollout(_deployment(before), now, _NEW, NOW)
    condition = find(found, "Progressing")
    assert condition is not None
    assert condition["reason"] == reason


def test_progress_moves_the_update_time_and_keeps_the_transition_time() -> None:
    before = _progressing("ReplicaSetUpdated", 30)
    after = {**before, "readyReplicas": 1}
    condition = find(status.rollout(_deployment(before), after, _NEW, NOW), "Progressing")
    assert condition is not None
    assert condition["lastTransitionTime"] == before["conditions"][0]["lastTransitionTime"]
    assert condition["lastUpdateTime"] > condition["lastTransitionTime"]


def test_without_a_deadline_there_is_no_condition() -> None:
    before = _progressing("ReplicaSetUpdated", 30)
    deployment = _deployment(before, progressDeadlineSeconds=2**31 - 1)
    assert find(status.rollout(deployment, before, _NEW, NOW), "Progressing") is None
