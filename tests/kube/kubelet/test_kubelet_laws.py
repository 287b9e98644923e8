"""What holds for every pod, whatever its containers do."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.data.timings import Timing, Timings
from minieks.kube.kubelet.kubelet import GRID
from minieks.kube.words.objects import Obj

from .conftest import World

TERMINAL = ("Succeeded", "Failed")

_durations = st.sampled_from(["0s", "300ms", "4s", "31s", "3m", "11m"])
_notes = st.fixed_dictionaries(
    {},
    optional={
        "run-duration": _durations,
        "crash-after": _durations,
        "crash-after.prepare": _durations,
        "run-duration.proxy": _durations,
        "time-to-ready": st.sampled_from(["0s", "9s", "2m", "never"]),
        "liveness-fails-after": _durations,
        "termination-time": st.sampled_from(["0s", "3s", "never"]),
        "exit-code": st.sampled_from(["0", "1", "137"]),
        "pull-error": st.just("not found"),
    },
)
_probe = st.fixed_dictionaries(
    {"tcpSocket": st.just({"port": 80}), "periodSeconds": st.integers(1, 15)},
    optional={"initialDelaySeconds": st.integers(0, 20), "failureThreshold": st.integers(1, 4)},
)
_app = st.fixed_dictionaries(
    {"name": st.just("app"), "image": st.just("nginx")},
    optional={
        "readinessProbe": _probe,
        "livenessProbe": _probe,
        "startupProbe": _probe,
        "imagePullPolicy": st.sampled_from(["Always", "IfNotPresent", "Never"]),
    },
)
_INITS: tuple[list[dict[str, str]], ...] = (
    [],
    [{"name": "prepare", "image": "busybox"}],
    [{"name": "proxy", "image": "envoy", "restartPolicy": "Always"}],
    [
        {"name": "proxy", "image": "envoy", "restartPolicy": "Always"},
        {"name": "prepare", "image": "busybox"},
    ],
)
_spec = st.fixed_dictionaries(
    {
        "containers": st.lists(_app, min_size=1, max_size=1),
        "initContainers": st.sampled_from(_INITS),
        "restartPolicy": st.sampled_from(["Always", "OnFailure", "Never"]),
        "terminationGracePeriodSeconds": st.sampled_from([1, 5, 30]),
        "notes": _notes,
    },
    optional={"activeDeadlineSeconds": st.sampled_from([1, 20, 600])},
)


def _lived(spec: dict[str, Any], deleted_at: float | None, timings: Timings | None = None) -> Any:
    """The statuses that a pod of this spec has one after the other, and the world after 30 min."""
    world = World()
    world.node()
    seen: list[Obj] = []
    moments: list[int] = []

    def note(change: Any) -> None:
        if change.type == "MODIFIED" and change.value["spec"].get("nodeName"):
            seen.append(change.value["status"])
            moments.append(world.engine.now())

    world.api.store.subscribe("pods", note)
    world.pod(**spec)
    if deleted_at is not None:
        world.at(deleted_at)
        world.api.delete("pods", "default", "web")
    world.at(1800)
    return seen, moments, world


_deleted = st.one_of(st.none(), st.floats(0.05, 300))


@given(spec=_spec, deleted_at=_deleted)
def test_laws_of_a_pods_life(spec: dict[str, Any], deleted_at: float | None) -> None:
    seen, moments, world = _lived(spec, deleted_at)
    for before, after in pairwise(seen):
        _phase_never_goes_back(before["phase"], after["phase"])
        _restarts_never_shrink(before, after)
    for status in seen:
        _ready_means_running(status)
        _times_are_in_order(status)
    assert deleted_at is None or world.gone()
    # Binding and deletion are written by others, at any moment.
    assert sum(moment % GRID != 0 for moment in moments) <= 2


def _phase_never_goes_back(before: str, after: str) -> None:
    order = ("Pending", "Running", "Succeeded", "Failed")
    assert before not in TERMINAL or after == before
    assert order.index(after) >= order.index(before)


def _restarts_never_shrink(before: Obj, after: Obj) -> None:
    for old, new in zip(_containers(before), _containers(after), strict=False):
        assert 0 <= new["restartCount"] - old["restartCount"] <= 1


def _containers(status: Obj) -> list[Obj]:
    parts = ("initContainerStatuses", "containerStatuses")
    return [item for part in parts for item in status.get(part) or ()]


def _ready_means_running(status: Obj) -> None:
    ready = next((one for one in status["conditions"] if one["type"] == "Ready"), None)
    if ready is None or ready["status"] != "True":
        return
    assert status["phase"] == "Running"
    assert status["podIP"]
    assert all("running" in one["state"] for one in status["containerStatuses"])


def _times_are_in_order(status: Obj) -> None:
    for one in _containers(status):
        for state in (one["state"], one["lastState"]):
            ended = state.get("terminated")
            if ended:
                assert status["startTime"] <= ended["startedAt"] <= ended["finishedAt"]


@given(spec=_spec)
def test_a_crashing_container_waits_nothing_or_10_to_300_s(spec: dict[str, Any]) -> None:
    seen, _, _ = _lived(spec, None)
    for status in seen:
        for one in _containers(status):
            waiting = one["state"].get("waiting") or {}
            if waiting.get("reason") == "CrashLoopBackOff":
                wait = waiting["message"].split()[1]
                assert wait in ("10s", "20s", "40s", "1m20s", "2m40s", "5m0s")


@given(spec=_spec, deleted_at=_deleted)
def test_the_same_pod_lives_the_same_life(spec: dict[str, Any], deleted_at: float | None) -> None:
    lives = [_lived(spec, deleted_at) for _ in range(2)]
    first, second = (
        json.dumps([seen, world.api.list("events")], sort_keys=True) for seen, _, world in lives
    )
    assert first == second


def test_statuses_are_written_on_a_grid_of_100_ms(new_world: Callable[..., Any]) -> None:
    world = new_world()
    moments: list[int] = []
    world.api.store.subscribe("pods", lambda change: moments.append(world.engine.now()))
    for number in range(200):
        world.node(f"n{number}")
        world.pod(f"web-{number}", node=f"n{number}", notes={"image-size": f"{100 + number}Mi"})
    world.at(60)
    assert all(moment % GRID == 0 for moment in moments)
    # 200 images of different size: pulls end at 200 moments, statuses at a few dozen.
    assert len(set(moments)) < 60


def test_timings_with_chance_are_drawn_from_the_engine(new_world: Callable[..., Any]) -> None:
    def starts() -> list[str]:
        world = World(timings=Timings({"container_start": Timing(5, 20)}))
        world.node()
        for number in range(5):
            world.pod(f"web-{number}")
        world.at(120)
        return [
            world.container(0, f"web-{number}")["state"]["running"]["startedAt"]
            for number in range(5)
        ]

    first = starts()
    assert first == starts()
    assert len(set(first)) > 1


@pytest.mark.slow
def test_a_thousand_pods_run_in_a_second_of_cpu(new_world: Callable[..., Any]) -> None:
    """Bound pods to Ready on 100 nodes; a wide margin, for machines that do other things too."""
    world = new_world()
    for number in range(100):
        world.node(f"n{number}")
    world.at(1)
    for number in range(1000):
        world.pod(f"web-{number}", node=f"n{number % 100}")
    began = time.process_time()
    world.at(60)
    assert time.process_time() - began < 3
    assert all(pod["status"]["phase"] == "Running" for pod in world.api.list("pods"))
