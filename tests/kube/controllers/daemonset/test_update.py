"""What a DaemonSet does: kubernetes pkg/controller/daemon/{daemon_controller,update}.go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import MINUTE, SECOND
from minieks.kube.controllers.daemonset.backoff import FailedPodBackoff
from minieks.kube.controllers.daemonset.placement import Fit
from minieks.kube.controllers.daemonset.update import (
    DaemonPod,
    Limits,
    limits,
    manage_node,
    rolling_update,
)

OLD = DaemonPod("old", updated=False, ready=True, available=True)
OLD_SICK = DaemonPod("old", updated=False)
NEW = DaemonPod("new", updated=True, ready=True, available=True)
NEW_SICK = DaemonPod("new", updated=True)
GOING = DaemonPod("going", updated=False, ready=True, available=True, terminating=True)
HERE = Fit(runs=True, stays=True)


@pytest.mark.parametrize(
    ("fit", "found", "surges", "delete", "create"),
    [
        pytest.param(HERE, [], False, [], ["n"], id="missing"),
        pytest.param(Fit(False, True), [OLD], False, [], [], id="may-stay"),
        pytest.param(Fit(False, False), [OLD, GOING], False, ["old"], [], id="must-go"),
        pytest.param(HERE, [OLD, NEW], False, ["new"], [], id="the-oldest-stays"),
        pytest.param(HERE, [GOING], False, [], [], id="wait-for-the-terminating"),
        pytest.param(HERE, [GOING], True, [], ["n"], id="surging-does-not-wait"),
        pytest.param(HERE, [OLD, NEW_SICK], True, [], [], id="two-while-the-new-one-starts"),
        pytest.param(HERE, [OLD, NEW], True, ["old"], [], id="old-goes-when-new-is-available"),
        pytest.param(HERE, [OLD_SICK, NEW_SICK], True, ["old"], [], id="of-two-sick-new-stays"),
    ],
)
def test_what_a_node_needs(
    fit: Fit, found: list[DaemonPod], surges: bool, delete: list[str], create: list[str]
) -> None:
    assert manage_node("n", fit, found, surges=surges) == (delete, create)


@pytest.mark.parametrize(
    ("allowed", "found", "delete", "create"),
    [
        pytest.param(Limits(0, 1), {"a": [OLD], "b": [OLD]}, 1, 0, id="one-at-a-time"),
        pytest.param(Limits(0, 1), {"a": [OLD], "b": [NEW_SICK]}, 0, 0, id="waits"),
        pytest.param(Limits(0, 1), {"a": [OLD_SICK], "b": [NEW_SICK]}, 1, 0, id="sick-are-free"),
        pytest.param(Limits(0, 1), {"a": [OLD], "b": []}, 0, 0, id="an-empty-node-counts"),
        pytest.param(Limits(1, 0), {"a": [OLD], "b": [OLD]}, 0, 1, id="surge-one"),
        pytest.param(Limits(1, 0), {"a": [OLD, NEW_SICK], "b": [OLD]}, 0, 0, id="surge-waits"),
        pytest.param(Limits(1, 0), {"a": [OLD, NEW], "b": [OLD]}, 1, 1, id="surge-goes-on"),
    ],
)
def test_one_step_of_an_update(
    allowed: Limits, found: dict[str, list[DaemonPod]], delete: int, create: int
) -> None:
    plan = rolling_update(allowed, found)
    assert (len(plan.delete), len(plan.create)) == (delete, create)


@pytest.mark.parametrize(
    ("rolling", "expected"),
    [
        ({}, (0, 1)),
        ({"maxUnavailable": "30%", "maxSurge": 0}, (0, 2)),  # rounded up
        ({"maxUnavailable": 0, "maxSurge": "10%"}, (1, 0)),
        ({"maxUnavailable": "0%", "maxSurge": 0}, (0, 1)),
    ],
)
def test_limits(rolling: dict[str, Any], expected: tuple[int, int]) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": rolling}
    assert limits({"spec": {"updateStrategy": strategy}}, 4) == expected


_NODE = st.sampled_from([[OLD], [OLD_SICK], [NEW], [NEW_SICK], [], [GOING]])


@given(st.integers(1, 5), st.lists(_NODE, min_size=1, max_size=8))
def test_no_more_available_pods_go_than_may_be_missed(
    unavailable: int, nodes: list[list[DaemonPod]]
) -> None:
    found = {f"n{number}": list(pods) for number, pods in enumerate(nodes)}
    missing = sum(not any(pod.available and not pod.terminating for pod in pods) for pods in nodes)
    plan = rolling_update(Limits(0, unavailable), found)
    sick = sum(pods == [OLD_SICK] for pods in nodes)
    assert len(plan.delete) - sick <= max(0, unavailable - missing)


def test_a_failed_pods_node_waits_longer_each_time() -> None:
    backoff, now = FailedPodBackoff(), 0
    waits = []
    for _ in range(12):
        assert backoff.remaining("k", now) == 0
        backoff.note("k", now)
        waits.append(backoff.remaining("k", now) // SECOND)
        now += waits[-1] * SECOND
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    backoff.note("k", now + 31 * MINUTE)
    assert backoff.remaining("k", now + 31 * MINUTE) == SECOND
