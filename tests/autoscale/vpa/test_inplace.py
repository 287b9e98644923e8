"""Resizes in place, and when pods are evicted instead.

Source: kubernetes/autoscaler vertical-pod-autoscaler
pkg/updater/restriction/pods_inplace_restriction.go.
"""

import pytest

from minieks.autoscale.vpa.inplace import attempt
from minieks.autoscale.vpa.updating import Group
from minieks.engine.clock import HOUR, MINUTE
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

T0 = times.parse("2026-11-23T00:00:00Z")


def pod(condition: str = "", reason: str = "", phase: str = "Running") -> Obj:
    said = {"type": condition, "status": "True", "lastTransitionTime": times.rfc3339(T0)}
    if reason:
        said["reason"] = reason
    return {"status": {"phase": phase, "conditions": [said] if condition else []}}


@pytest.mark.parametrize(
    ("of", "after", "expected"),
    [
        (pod(), 0, "resize"),
        (pod(phase="Pending"), 0, "wait"),
        (pod("PodResizePending", "Infeasible"), 0, "evict"),
        (pod("PodResizePending", "Deferred"), 5 * MINUTE, "wait"),
        (pod("PodResizePending", "Deferred"), 5 * MINUTE + 1, "evict"),
        (pod("PodResizeInProgress"), HOUR, "wait"),
        (pod("PodResizeInProgress"), HOUR + 1, "evict"),
        (pod("PodResizeInProgress", "Error"), 0, "evict"),
    ],
)
def test_what_is_done_about_a_pod(of: Obj, after: int, expected: str) -> None:
    assert attempt(of, Group(4, 4), T0 + after) == expected


@pytest.mark.parametrize("group", [None, Group(4, 2)], ids=["too few replicas", "enough are gone"])
def test_a_group_that_can_lose_none_waits(group: Group | None) -> None:
    assert attempt(pod(), group, T0) == "wait"
    assert attempt(pod("PodResizePending", "Infeasible"), group, T0) == "wait"
