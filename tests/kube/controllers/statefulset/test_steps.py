"""The order of a StatefulSet's actions: kubernetes pkg/controller/statefulset."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.controllers.statefulset.steps import (
    Seen,
    Step,
    Wanted,
    next_steps,
    revision_for,
)

OK = Seen("r1", ready=True, available=True)
SICK = Seen("r1")
GOING = Seen("r1", ready=True, available=True, terminating=True)
ENDED = Seen("r1", ended=True)
NEW = Seen("r2", ready=True, available=True)


def _wanted(replicas: int, **said: Any) -> Wanted:
    return Wanted(**{"start": 0, "replicas": replicas, "update_revision": "r1", **said})


@pytest.mark.parametrize(
    ("wanted", "pods", "expected"),
    [
        pytest.param(_wanted(3), {}, ["create 0"], id="one-at-a-time"),
        pytest.param(_wanted(3), {0: SICK}, [], id="waits-for-ready"),
        pytest.param(_wanted(3), {0: Seen("r1", ready=True)}, [], id="waits-for-available"),
        pytest.param(_wanted(3), {0: OK}, ["create 1"], id="next"),
        pytest.param(_wanted(2), {0: ENDED}, ["delete 0"], id="ended-is-replaced"),
        pytest.param(_wanted(2), {0: GOING, 1: OK}, [], id="waits-for-terminating"),
        pytest.param(_wanted(3, ordered=False), {1: SICK}, ["create 0", "create 2"], id="parallel"),
        pytest.param(_wanted(1), {0: OK, 1: OK, 2: OK}, ["delete 2"], id="highest-goes-first"),
        pytest.param(_wanted(1), {0: OK, 1: OK, 2: GOING}, [], id="one-goes-at-a-time"),
        pytest.param(_wanted(1), {0: OK, 1: SICK, 2: SICK}, [], id="the-first-sick-one-blocks"),
        pytest.param(_wanted(1), {0: OK, 1: OK, 2: SICK}, ["delete 2"], id="the-only-sick-one"),
        pytest.param(_wanted(1, ordered=False), {0: OK, 1: SICK, 2: SICK},
                     ["delete 2", "delete 1"], id="parallel-down"),
        pytest.param(_wanted(3, update_revision="r2"), {0: OK, 1: OK, 2: OK}, ["delete 2"],
                     id="update-from-the-top"),
        pytest.param(_wanted(3, update_revision="r2"), {0: OK, 1: OK, 2: NEW}, ["delete 1"],
                     id="update-goes-on"),
        pytest.param(_wanted(3, update_revision="r2", partition=1), {0: OK, 1: NEW, 2: NEW}, [],
                     id="update-stops-at-the-partition"),
        pytest.param(_wanted(3, update_revision="r2", rolling=False), {0: OK, 1: OK, 2: OK}, [],
                     id="on-delete"),
        pytest.param(_wanted(2, update_revision="r2"), {0: OK, 1: Seen("r3")}, [],
                     id="a-broken-ordered-rollout-does-not-heal-itself"),
        pytest.param(_wanted(2, update_revision="r2", ordered=False), {0: OK, 1: Seen("r3")},
                     ["delete 1"], id="a-broken-parallel-one-does"),
        pytest.param(_wanted(2, start=5), {5: OK}, ["create 6"], id="start-ordinal"),
    ],
)  # fmt: skip
def test_what_is_next(wanted: Wanted, pods: Mapping[int, Seen], expected: list[str]) -> None:
    assert [f"{step.action} {step.number}" for step in next_steps(wanted, pods)] == expected


def test_below_the_partition_pods_keep_the_current_revision() -> None:
    wanted = _wanted(4, start=2, partition=2, update_revision="r2")
    assert [revision_for(wanted, number, "r1") for number in range(2, 6)] == [
        "r1",
        "r1",
        "r2",
        "r2",
    ]


_SEEN = st.sampled_from([OK, SICK, GOING, ENDED, NEW])


@given(st.integers(0, 5), st.dictionaries(st.integers(0, 7), _SEEN))
def test_an_ordered_set_does_one_thing_at_a_time(replicas: int, pods: dict[int, Seen]) -> None:
    steps = next_steps(_wanted(replicas, update_revision="r2"), pods)
    assert len(steps) <= 1
    assert all(isinstance(step, Step) for step in steps)
    assert all((step.number in pods) == (step.action == "delete") for step in steps)
