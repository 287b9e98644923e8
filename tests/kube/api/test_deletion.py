"""What a DELETE leaves of an object."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.kube.api.deletion import DeleteOptions, grace_of_pod, marked
from minieks.kube.words.objects import Obj

NOW = 1_764_000_000 * SECOND
LATER = "2025-11-24T16:00:30Z"


def _pod(**spec: Any) -> Obj:
    return {"metadata": {"name": "p"}, "spec": {"terminationGracePeriodSeconds": 30, **spec}}


# kubernetes pkg/registry/core/pod/strategy.go, CheckGracefulDelete
@pytest.mark.parametrize(
    ("pod", "asked", "grace"),
    [
        pytest.param(_pod(nodeName="n"), None, 30, id="its own period"),
        pytest.param(_pod(nodeName="n"), 5, 5, id="the caller's period"),
        pytest.param(_pod(nodeName="n"), -1, 1, id="a negative period is one second"),
        pytest.param(_pod(), None, 0, id="not scheduled"),
        pytest.param(
            {**_pod(nodeName="n"), "status": {"phase": "Succeeded"}}, None, 0, id="has ended"
        ),
    ],
)
def test_grace_of_a_pod(pod: Obj, asked: int | None, grace: int) -> None:
    assert grace_of_pod(pod, asked) == grace


def test_a_running_pod_is_marked_and_stays_for_its_grace() -> None:
    left = marked("pods", _pod(nodeName="n"), DeleteOptions(), NOW)

    assert left is not None
    assert left["metadata"]["deletionTimestamp"] == LATER
    assert left["metadata"]["deletionGracePeriodSeconds"] == 30


@pytest.mark.parametrize(
    ("second", "left"),
    [
        pytest.param(60, 30, id="longer: no change"),
        pytest.param(10, 10, id="shorter: sooner"),
        pytest.param(0, None, id="none: gone"),
    ],
)
def test_a_second_delete_can_only_shorten_the_grace(second: int, left: int | None) -> None:
    first = marked("pods", _pod(nodeName="n"), DeleteOptions(), NOW)
    assert first is not None

    again = marked("pods", first, DeleteOptions(grace_seconds=second), NOW)

    assert (again and again["metadata"]["deletionGracePeriodSeconds"]) == left


def test_an_object_without_finalizers_goes_at_once() -> None:
    assert marked("configmaps", {"metadata": {"name": "c"}}, DeleteOptions(), NOW) is None


@pytest.mark.parametrize(
    ("collection", "propagation", "finalizers"),
    [
        ("deployments.apps", "Foreground", ["foregroundDeletion"]),
        ("deployments.apps", "Orphan", ["orphan"]),
        ("jobs.batch", None, ["orphan"]),
        ("jobs.batch", "Foreground", ["foregroundDeletion"]),
    ],
)
def test_the_propagation_policy_becomes_a_finalizer(
    collection: str, propagation: Any, finalizers: list[str]
) -> None:
    # kubernetes apiserver registry/generic/registry/store.go; batch/job/strategy.go
    options = DeleteOptions(propagation=propagation)

    left = marked(collection, {"metadata": {"name": "x"}}, options, NOW)

    assert left is not None
    assert left["metadata"]["finalizers"] == finalizers


def test_a_namespace_becomes_terminating() -> None:
    left = marked("namespaces", {"metadata": {"name": "n"}}, DeleteOptions(), NOW)

    assert left is not None
    assert left["status"] == {"phase": "Terminating"}
    assert "deletionTimestamp" in left["metadata"]
