"""A kubelet that begins goes on with what it finds."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.kube.kubelet import resuming
from minieks.kube.words import times

NOW = times.parse("2026-11-23T01:00:00Z")
STARTED = "2026-11-23T00:10:00Z"
RUNNING = {"running": {"startedAt": STARTED}}
ENDED = {
    "terminated": {
        "exitCode": 1,
        "reason": "Error",
        "startedAt": "2026-11-23T00:05:00Z",
        "finishedAt": "2026-11-23T00:06:00Z",
        "containerID": "containerd://old",
    }
}


def pod(*containers: dict[str, Any], inits: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A pod that a kubelet has told of."""
    spec: dict[str, Any] = {"containers": [{"name": one["name"]} for one in containers]}
    if inits:
        spec["initContainers"] = [{"name": one["name"]} for one in inits]
    return {
        "metadata": {"name": "p", "namespace": "default", "uid": "u"},
        "spec": spec,
        "status": {
            "phase": "Running",
            "startTime": "2026-11-23T00:00:00Z",
            "podIP": "10.0.0.7",
            "containerStatuses": list(containers),
            "initContainerStatuses": list(inits),
        },
    }


def told(name: str, state: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "containerID": f"containerd://{name}", **more}


def test_a_container_that_runs_goes_on() -> None:
    found = resuming.resumed(
        pod(told("c", RUNNING, ready=True, started=True, restartCount=2, lastState=ENDED)), NOW
    )

    (container,) = found.containers
    assert (found.phase, found.ip, found.initialized) == ("Running", "10.0.0.7", True)
    assert found.began == times.parse("2026-11-23T00:00:00Z")
    assert found.looked_at == NOW
    assert (container.state, container.ready, container.up) == ("running", True, True)
    assert container.started_at == times.parse(STARTED)
    assert container.restarts == 2
    assert container.ended is not None
    assert container.ended.finished_at - container.ended.started_at == 60 * SECOND


def test_a_container_that_has_ended_has_ended() -> None:
    (container,) = resuming.resumed(pod(told("c", ENDED)), NOW).containers

    assert container.state == "ended"
    assert container.ended is not None
    assert (container.ended.code, container.ended.reason) == (1, "Error")


def test_a_container_that_waits_waits() -> None:
    waiting = {"name": "c", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no"}}}

    (container,) = resuming.resumed(pod(waiting), NOW).containers

    assert (container.state, container.reason, container.message) == (
        *("waiting", "ImagePullBackOff"),
        "no",
    )
    assert container.starts == 0


def test_a_pod_whose_inits_have_succeeded_is_initialized() -> None:
    done = {"terminated": {**ENDED["terminated"], "exitCode": 0}}

    assert resuming.resumed(pod(told("c", RUNNING), inits=(told("i", done),)), NOW).initialized
    assert not resuming.resumed(pod({"name": "c"}, inits=(told("i", RUNNING),)), NOW).initialized


@pytest.mark.parametrize(
    ("status", "known"),
    [
        pytest.param({}, False, id="never seen by a kubelet"),
        pytest.param({"phase": "Pending"}, False, id="only accepted"),
        pytest.param({"phase": "Pending", "startTime": STARTED}, True, id="taken"),
        pytest.param({"phase": "Running", "startTime": STARTED}, True, id="running"),
        pytest.param({"phase": "Failed", "startTime": STARTED}, False, id="over"),
    ],
)
def test_a_kubelet_knows_what_it_has_told_of(status: dict[str, str], known: bool) -> None:
    assert resuming.is_known({"status": status}) is known
