"""One word for a pod's state, and how many of its containers are ready."""

from typing import Any

import pytest

from minieks.kube.rest.tables import pods
from minieks.kube.words import times

NOW = times.parse("2026-11-23T00:05:00Z")


def _pod(status: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "a"}], **more.pop("spec", {})}
    meta = {"name": "p", "creationTimestamp": "2026-11-23T00:00:00Z", **more}
    return {"kind": "Pod", "metadata": meta, "spec": spec, "status": status}


def _containers(*states: dict[str, Any]) -> dict[str, Any]:
    return {"phase": "Running", "containerStatuses": [{"name": "a", **one} for one in states]}


WAITING = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}}
RUNNING = {"ready": True, "state": {"running": {}}}
DONE = {"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
SIDECAR = {"name": "s", "restartPolicy": "Always"}
DELETING = {"deletionTimestamp": "2026-11-23T00:04:00Z"}


# Source: kubernetes pkg/printers/internalversion/printers_test.go TestPrintPod.
@pytest.mark.parametrize(
    ("pod", "ready", "word"),
    [
        pytest.param(_pod({"phase": "Pending"}), "0/1", "Pending", id="phase"),
        pytest.param(_pod({"phase": "Failed", "reason": "Evicted"}), "0/1", "Evicted", id="reason"),
        pytest.param(_pod(_containers(RUNNING)), "1/1", "Running", id="running"),
        pytest.param(_pod(_containers(WAITING)), "0/1", "CrashLoopBackOff", id="waiting"),
        pytest.param(
            _pod(_containers({"state": {"terminated": {"exitCode": 2}}})),
            "0/1",
            "ExitCode:2",
            id="exit code",
        ),
        pytest.param(
            _pod(_containers({"state": {"terminated": {"exitCode": 1, "signal": 9}}})),
            "0/1",
            "Signal:9",
            id="signal",
        ),
        pytest.param(_pod(_containers(RUNNING, WAITING)), "1/1", "CrashLoopBackOff", id="any"),
        pytest.param(_pod(_containers(DONE, RUNNING)), "1/1", "NotReady", id="one has ended"),
        pytest.param(
            _pod(
                {
                    "phase": "Pending",
                    "conditions": [
                        {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
                    ],
                }
            ),
            "0/1",
            "SchedulingGated",
            id="gated",
        ),
        pytest.param(
            _pod(
                {"phase": "Pending", "initContainerStatuses": [{"name": "i", **DONE}, WAITING]},
                spec={"initContainers": [{"name": "i"}, {"name": "j"}]},
            ),
            "0/1",
            "Init:CrashLoopBackOff",
            id="init waiting",
        ),
        pytest.param(
            _pod(
                {"phase": "Pending", "initContainerStatuses": [{"name": "i", "state": {}}]},
                spec={"initContainers": [{"name": "i"}, {"name": "j"}]},
            ),
            "0/1",
            "Init:0/2",
            id="init running",
        ),
        pytest.param(
            _pod(
                {
                    **_containers(RUNNING),
                    "initContainerStatuses": [{"name": "s", "started": True, **RUNNING}],
                },
                spec={"initContainers": [SIDECAR]},
            ),
            "2/2",
            "Running",
            id="sidecar",
        ),
        pytest.param(_pod(_containers(RUNNING), **DELETING), "1/1", "Terminating", id="deleting"),
        pytest.param(
            _pod({**_containers(DONE), "phase": "Succeeded"}, **DELETING),
            "0/1",
            "Completed",
            id="deleting after its end",
        ),
        pytest.param(
            _pod({"phase": "Running", "reason": "NodeLost"}, **DELETING),
            "0/1",
            "Unknown",
            id="node lost",
        ),
    ],
)
def test_a_pod_is_told_in_one_word(pod: dict[str, Any], ready: str, word: str) -> None:
    cells = pods.cells(pod, NOW)
    assert (cells[1], cells[2]) == (ready, word)


def test_restarts_tell_when_the_last_one_was() -> None:
    ended = {"terminated": {"finishedAt": "2026-11-23T00:00:00Z"}}
    pod = _pod(_containers({**RUNNING, "restartCount": 3, "lastState": ended}))
    assert pods.cells(pod, NOW)[3] == "3 (5m ago)"


def test_restarts_before_the_end_of_initialization_do_not_count_afterwards() -> None:
    status = {
        **_containers(RUNNING),
        "initContainerStatuses": [{"name": "i", "restartCount": 2, **DONE}],
    }
    assert pods.cells(_pod(status, spec={"initContainers": [{"name": "i"}]}), NOW)[3] == "0"


@pytest.mark.parametrize(("phase", "said"), [("Succeeded", 1), ("Failed", 1), ("Running", 0)])
def test_the_row_of_a_pod_that_has_ended_is_complete(phase: str, said: int) -> None:
    assert len(pods.conditions(_pod({"phase": phase}))) == said
