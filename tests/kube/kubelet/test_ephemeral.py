"""Ephemeral containers: added to a pod that is there, run once, and no part of its readiness."""

from typing import Any

import pytest

from minieks.kube.api.options import WriteOptions
from minieks.kube.api.podparts import check_ephemeral, with_ephemeral


def _debug(world: Any, *names: str) -> None:
    pod = world.get()
    asked = [{"name": name, "image": "busybox:1"} for name in names]
    sent = {**pod, "spec": {**pod["spec"], "ephemeralContainers": asked}}
    sent = world.api.defaulted(sent, pod)
    world.api.update_part(with_ephemeral(sent, pod), pod, WriteOptions(), check_ephemeral)


def _states(world: Any) -> dict[str, str]:
    found = world.status().get("ephemeralContainerStatuses") or ()
    return {one["name"]: next(iter(one["state"])) for one in found}


# pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod starts them without waiting for others.
def test_a_container_that_is_added_runs(world: Any) -> None:
    world.pod()
    world.at(60)
    _debug(world, "d")
    world.at(61)
    assert _states(world) == {"d": "waiting"}
    world.at(120)
    assert _states(world) == {"d": "running"}
    assert "Started container d" in world.transcript()


def test_it_is_never_ready_and_does_not_make_the_pod_unready(world: Any) -> None:
    world.pod()
    world.at(60)
    _debug(world, "d")
    world.at(61)
    assert world.is_ready()
    world.at(120)
    (told,) = world.status()["ephemeralContainerStatuses"]
    assert told["ready"] is False
    assert "started" not in told
    assert len(world.status()["containerStatuses"]) == 1


def test_another_one_leaves_the_first_as_it_is(world: Any) -> None:
    world.pod()
    world.at(60)
    _debug(world, "d")
    world.at(120)
    (before,) = world.status()["ephemeralContainerStatuses"]
    _debug(world, "d", "e")
    world.at(180)
    assert world.status()["ephemeralContainerStatuses"][0] == before
    assert _states(world) == {"d": "running", "e": "running"}


# pkg/kubelet/kubelet_pods.go getPhase looks at the other containers only.
def test_one_that_ends_is_not_started_again(world: Any) -> None:
    world.pod(notes={"run-duration.d": "5s", "exit-code.d": "1"})
    world.at(60)
    _debug(world, "d")
    world.at(300)
    (told,) = world.status()["ephemeralContainerStatuses"]
    assert told["state"]["terminated"]["exitCode"] == 1
    assert told["restartCount"] == 0
    assert world.status()["phase"] == "Running"


@pytest.mark.parametrize("code", ["0", "1"])
def test_a_pod_whose_work_is_done_ends_with_it(world: Any, code: str) -> None:
    notes = {"run-duration.app": "100s", "exit-code.app": code}
    world.pod(restartPolicy="Never", notes=notes)
    world.at(60)
    _debug(world, "d")
    world.at(300)
    assert world.status()["phase"] == ("Failed" if code == "1" else "Succeeded")
    assert _states(world) == {"d": "terminated"}


def test_it_ends_with_its_pod(world: Any) -> None:
    world.pod()
    world.at(60)
    _debug(world, "d")
    world.at(120)
    world.api.delete("pods", "default", "web")
    world.at(200)
    assert world.gone()
