"""Which pods the updater replaces.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/updater/priority, pkg/updater/restriction.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.autoscale.vpa.updating import Group, is_candidate, priority
from minieks.engine.clock import HOUR, MINUTE
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

T0 = times.parse("2026-11-23T00:00:00Z")


def pod(cpu: str | None = "100m", **status: Any) -> Obj:
    requests = {"cpu": cpu} if cpu else {}
    return {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "app", "resources": {"requests": requests}}]},
        "status": {"startTime": times.rfc3339(T0), **status},
    }


def recommended(target: int, low: int = 50, high: int = 200) -> dict[str, ContainerRecommendation]:
    found = ContainerRecommendation({"cpu": target}, {"cpu": low}, {"cpu": high}, {})
    return {"app": found}


def killed(after: int) -> Obj:
    ended = {
        "reason": "OOMKilled",
        "startedAt": times.rfc3339(T0),
        "finishedAt": times.rfc3339(T0 + after),
    }
    return {"containerStatuses": [{"name": "app", "lastState": {"terminated": ended}}]}


@pytest.mark.parametrize(
    ("of", "found", "age", "expected"),
    [
        (pod(), recommended(100), 24 * HOUR, False),
        (pod(), recommended(109), 24 * HOUR, False),
        (pod(), recommended(110), 24 * HOUR, True),
        (pod(), recommended(90), 24 * HOUR, True),
        (pod(), recommended(150), 12 * HOUR, True),
        (pod(), recommended(150), 12 * HOUR - 1, False),
        (pod(), recommended(150, low=101), MINUTE, True),
        (pod(), recommended(60, high=99), MINUTE, True),
        (pod(None), recommended(100), MINUTE, True),
        (pod(**killed(9 * MINUTE)), recommended(101), 10 * MINUTE, True),
        (pod(**killed(9 * MINUTE)), recommended(100), 10 * MINUTE, False),
        (pod(**killed(10 * MINUTE)), recommended(101), 11 * MINUTE, False),
        (pod(), {}, 24 * HOUR, False),
    ],
    ids=[
        *("right", "little", "tenth more", "tenth less", "old enough", "too young"),
        *("below", "above", "no request", "quick OOM", "quick OOM but right", "slow OOM"),
        "nothing recommended",
    ],
)
def test_candidates(
    of: Obj, found: dict[str, ContainerRecommendation], age: int, expected: bool
) -> None:
    wants = priority(of, found)
    assert is_candidate(of, wants, T0 + age, scaled=frozenset({"app"})) is expected


def test_those_that_grow_go_first_then_those_that_change_most() -> None:
    wants = [priority(pod(), recommended(target)) for target in (20, 110, 150)]
    assert sorted(range(3), key=lambda one: wants[one].order()) == [2, 1, 0]


def test_containers_that_the_admission_controller_did_not_see_do_not_count() -> None:
    of = pod()
    of["metadata"]["annotations"] = {"vpaObservedContainers": "other"}
    assert priority(of, recommended(1000, low=900)).difference == 0


@pytest.mark.parametrize(
    ("configured", "running", "may_go"),
    [(1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 2), (5, 5, 2), (4, 3, 1), (4, 2, 0), (1, 0, 0)],
)
def test_how_many_of_a_group_may_go_at_once(configured: int, running: int, may_go: int) -> None:
    group = Group(configured, running)
    while group.may_lose_one():
        group.disrupted += 1
    assert group.disrupted == may_go


@given(st.integers(1, 50), st.integers(0, 50))
def test_half_of_a_group_stays(configured: int, running: int) -> None:
    group = Group(configured, running)
    while group.may_lose_one():
        group.disrupted += 1
    left = running - group.disrupted
    assert left >= min(running, configured - configured // 2 - (configured == 1))
