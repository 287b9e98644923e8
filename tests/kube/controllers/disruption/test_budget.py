"""The arithmetic of budgets: kubernetes pkg/controller/disruption/disruption.go."""

from typing import Any

import pytest

from minieks.engine.clock import MINUTE, SECOND
from minieks.kube.controllers.disruption.budget import (
    Expectation,
    expectation,
    healthy,
    status,
    still_disrupted,
)
from minieks.kube.words.times import rfc3339

NOW = 1_800_000_000 * SECOND


@pytest.mark.parametrize(
    ("spec", "scale", "matching", "expected"),
    [
        ({"minAvailable": 2}, 0, 3, (3, 2)),
        ({"minAvailable": "30%"}, 7, 7, (7, 3)),
        ({"maxUnavailable": 1}, 3, 2, (3, 2)),
        ({"maxUnavailable": "30%"}, 7, 7, (7, 4)),
        ({"maxUnavailable": "100%"}, 3, 3, (3, 0)),
        ({"maxUnavailable": 9}, 3, 3, (3, 0)),
    ],
)
def test_how_many_must_be_healthy(
    spec: dict[str, Any], scale: int, matching: int, expected: tuple[int, int]
) -> None:
    assert expectation(spec, scale, matching) == expected


def _pod(name: str, ready: bool = True, **meta: Any) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": str(ready)}]
    return {"metadata": {"name": name, **meta}, "status": {"conditions": conditions}}


def test_a_granted_eviction_counts_until_its_pod_goes_or_two_minutes_passed() -> None:
    granted = rfc3339(NOW - MINUTE)
    disrupted = {
        "a": granted,
        "gone": granted,
        "old": rfc3339(NOW - 2 * MINUTE),
        "going": granted,
    }
    going = _pod("going", deletionTimestamp="2027-01-01T00:00:00Z")
    pods = [_pod("a"), _pod("old"), going, _pod("b"), _pod("sick", ready=False)]
    left = still_disrupted(disrupted, pods, NOW)
    assert left == {"a": granted}
    assert healthy(pods, left) == 2


@pytest.mark.parametrize(
    ("expected", "current", "allowed"),
    [(Expectation(3, 2), 3, 1), (Expectation(3, 2), 1, 0), (Expectation(0, 0), 3, 0)],
)
def test_how_many_may_go(expected: Expectation, current: int, allowed: int) -> None:
    budget = {"metadata": {"generation": 1}}
    assert status(budget, expected, current, {})["disruptionsAllowed"] == allowed
