"""Rules that several controllers share, or that need no folder of their own."""

from typing import Any

import pytest

from minieks.kube.api.errors import BadRequest
from minieks.kube.controllers import namespaces, podgc, revisions
from minieks.kube.controllers.slowstart import burst, slow_start


def test_creation_starts_slowly_and_stops_after_the_batch_that_fails() -> None:
    # kubernetes pkg/controller/replicaset/replica_set.go: batches of 1, 2, 4, ...
    tried: list[int] = []

    def create(number: int) -> None:
        tried.append(number)
        if number == 4:
            raise BadRequest("no")

    done, failure = slow_start(range(20), create)
    assert tried == [0, 1, 2, 3, 4, 5, 6]
    assert done == 6
    assert failure is not None
    assert slow_start([], create) == (0, None)


def test_of_what_begins_at_once_the_last_is_done_first() -> None:
    assert burst([1, 2, 3]) == [3, 1, 2]
    assert burst([]) == []


def _revision(number: int) -> dict[str, Any]:
    return {"metadata": {"name": f"r{number}"}, "revision": number}


def test_the_oldest_idle_revisions_go() -> None:
    found = [_revision(number) for number in (3, 1, 2, 4)]
    # A StatefulSet keeps as many idle ones as the limit says ...
    assert revisions.idle_surplus(found, {"r4"}, 2) == [_revision(1)]
    # ... a DaemonSet as many old ones, idle or not.
    assert revisions.old_surplus(found, "r4", {"r3"}, 2) == [_revision(1)]
    assert revisions.old_surplus(found, "r4", {"r1", "r2", "r3"}, 1) == []


def test_the_oldest_of_too_many_ended_pods_go() -> None:
    pods = [
        {"metadata": {"name": name, "creationTimestamp": f"2026-01-0{day}T00:00:00Z"}}
        for name, day in (("b", 2), ("a", 1), ("c", 3))
    ]
    assert [pod["metadata"]["name"] for pod in podgc.beyond_limit(pods, 1)] == ["a", "b"]
    assert podgc.beyond_limit(pods, 3) == []


_HELD = ("configmaps", {"metadata": {"finalizers": ["example.com/hold"]}})
_POD = ("pods", {"metadata": {}, "spec": {"terminationGracePeriodSeconds": 60}})


@pytest.mark.parametrize(
    ("left", "seconds"), [([], 0), ([_POD], 60), ([_HELD], 15), ([_POD, _HELD], 60)]
)
def test_how_long_a_namespace_is_expected_to_take(left: list[Any], seconds: int) -> None:
    assert namespaces.estimate(left) == seconds


def test_what_the_conditions_of_a_namespace_say() -> None:
    jobs: tuple[str, Any] = ("jobs.batch", {"metadata": {}})
    status = namespaces.conditions({}, [_HELD, jobs, jobs], "now")
    said = {one["type"]: (one["status"], one["message"]) for one in status["conditions"]}
    assert said["NamespaceContentRemaining"] == (
        "True",
        "Some resources are remaining: configmaps. has 1 resource instances,"
        " jobs.batch has 2 resource instances",
    )
    assert said["NamespaceFinalizersRemaining"][1] == (
        "Some content in the namespace has finalizers remaining:"
        " example.com/hold in 1 resource instances"
    )
