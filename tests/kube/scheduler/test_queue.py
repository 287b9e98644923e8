"""The scheduling queue, after kubernetes pkg/scheduler/backend/queue/scheduling_queue_test.go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import SECOND
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.hints import Event
from minieks.kube.scheduler.podinfo import Compiler, PodInfo
from minieks.kube.scheduler.queue import SchedulingQueue, backoff

COMPILER = Compiler(features_of("1.34"))


def _pod(name: str, priority: int = 0, cpu: str = "1", **spec: Any) -> PodInfo:
    container = {"name": "c", "image": "x", "resources": {"requests": {"cpu": cpu}}}
    return COMPILER.compile(
        {
            "metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}},
            "spec": {"containers": [container], "priority": priority, **spec},
        }
    )


def _node(cpu: str = "2", **spec: Any) -> dict[str, Any]:
    offered = {"cpu": cpu, "pods": "10"}
    return {"metadata": {"name": "n"}, "spec": spec, "status": {"allocatable": offered}}


def _popped(queue: SchedulingQueue, now: int) -> list[str]:
    found = []
    while (waiting := queue.pop(now)) is not None:
        found.append(waiting.info.key.removeprefix("default/"))
    return found


def _reject(queue: SchedulingQueue, info: PodInfo, plugin: str, now: int) -> None:
    queue.add(info, now)
    waiting = queue.pop(now)
    assert waiting is not None
    queue.rejected(waiting, [plugin], now)


def test_priority_goes_before_age() -> None:
    queue = SchedulingQueue(0, pop_early=True)
    for moment, (name, priority) in enumerate([("a", 0), ("b", 5), ("c", 0), ("d", 5)]):
        queue.add(_pod(name, priority), moment)
    assert _popped(queue, 10) == ["b", "d", "a", "c"]


def test_back_off_doubles_up_to_ten_seconds() -> None:
    assert [backoff(n) // SECOND for n in range(1, 8)] == [1, 2, 4, 8, 10, 10, 10]


DELETED = Event("pods", "DELETED", _pod("gone").pod)


@pytest.mark.parametrize(
    ("plugin", "event", "helps"),
    [
        ("NodeResourcesFit", DELETED, True),
        ("NodeResourcesFit", Event("nodes", "ADDED", _node("2")), True),
        ("NodeResourcesFit", Event("nodes", "ADDED", _node("500m")), False),
        ("NodeResourcesFit", Event("nodes", "MODIFIED", _node("2"), _node("2")), False),
        ("NodeResourcesFit", Event("nodes", "MODIFIED", _node("2"), _node("1")), True),
        ("TaintToleration", DELETED, False),
        (
            "TaintToleration",
            Event("nodes", "ADDED", _node(taints=[{"key": "k", "effect": "NoSchedule"}])),
            False,
        ),
        (
            "TaintToleration",
            Event(
                "nodes",
                "MODIFIED",
                _node(),
                _node(taints=[{"key": "k", "effect": "NoSchedule"}]),
            ),
            True,
        ),
        (
            "NodeUnschedulable",
            Event("nodes", "MODIFIED", _node(), _node(unschedulable=True)),
            True,
        ),
        ("NodeAffinity", Event("nodes", "MODIFIED", _node("4"), _node("2")), False),
        ("VolumeBinding", Event("persistentvolumes", "ADDED", {"metadata": {}}), True),
        ("InterPodAffinity", Event("nodes", "ADDED", _node()), True),
        ("PodTopologySpread", DELETED, False),
    ],
)
def test_only_an_event_that_may_help_brings_a_pod_back(
    plugin: str, event: Event, helps: bool
) -> None:
    queue = SchedulingQueue(0, pop_early=True)
    _reject(queue, _pod("p"), plugin, 0)
    queue.happened(event, 20 * SECOND)
    assert _popped(queue, 20 * SECOND) == (["p"] if helps else [])


def test_an_idle_scheduler_takes_a_pod_before_its_back_off_ends_from_1_33() -> None:
    for pop_early, expected in ((True, ["p"]), (False, [])):
        queue = SchedulingQueue(0, pop_early=pop_early)
        _reject(queue, _pod("p"), "NodeResourcesFit", 0)
        queue.happened(DELETED, SECOND // 2)
        assert _popped(queue, SECOND // 2) == expected
        assert _popped(queue, SECOND) == ([] if expected else ["p"])


def test_after_an_error_a_pod_waits_for_its_back_off() -> None:
    queue = SchedulingQueue(0, pop_early=True)
    queue.add(_pod("p"), 0)
    waiting = queue.pop(0)
    assert waiting is not None
    queue.failed(waiting, 0)
    assert _popped(queue, SECOND - 1) == []
    assert queue.next_due() == SECOND
    assert _popped(queue, SECOND) == ["p"]


def test_a_pod_is_flushed_at_the_first_look_after_more_than_five_minutes() -> None:
    queue = SchedulingQueue(0, pop_early=True)
    _reject(queue, _pod("p"), "NodeAffinity", 10 * SECOND)
    assert queue.next_due() == 330 * SECOND
    assert _popped(queue, 329 * SECOND) == []
    assert _popped(queue, 330 * SECOND) == ["p"]


def test_a_removed_pod_does_not_come_back() -> None:
    queue = SchedulingQueue(0, pop_early=True)
    _reject(queue, _pod("p"), "NodeResourcesFit", 0)
    queue.remove("default/p")
    queue.happened(DELETED, 20 * SECOND)
    assert _popped(queue, 3600 * SECOND) == []
    assert queue.next_due() is None


def test_a_changed_pod_is_tried_again() -> None:
    queue = SchedulingQueue(0, pop_early=True)
    _reject(queue, _pod("p"), "NodeResourcesFit", 0)
    queue.changed(_pod("p", cpu="100m"), 20 * SECOND)
    assert _popped(queue, 20 * SECOND) == ["p"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("ADRFH")), max_size=40))
def test_a_pod_is_in_the_queue_once_and_none_is_lost(steps: list[tuple[str, str]]) -> None:
    queue = SchedulingQueue(0, pop_early=True)
    inside: set[str] = set()
    for moment, (name, step) in enumerate(steps):
        now = moment * SECOND
        if step == "A":
            queue.add(_pod(name), now)
            inside.add(name)
        elif step == "D":
            queue.remove(f"default/{name}")
            inside.discard(name)
        elif step == "H":
            queue.happened(DELETED, now)
        elif (waiting := queue.pop(now)) is not None:
            if step == "R":
                queue.rejected(waiting, ["NodeResourcesFit"], now)
            else:
                queue.failed(waiting, now)
        assert len(queue) == len(inside)
    assert sorted(_popped(queue, 10**6 * SECOND)) == sorted(inside)
