"""The rules of Jobs: kubernetes pkg/controller/job."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import MINUTE, SECOND
from minieks.kube.controllers.job import backoff, failurepolicy, intervals, successpolicy, verdict
from minieks.kube.words.times import rfc3339

NOW = 1_800_000_000 * SECOND


# Indexes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indexes", "text"),
    [
        ({0}, "0"),
        ({0, 1}, "0,1"),
        ({0, 1, 2, 5}, "0-2,5"),
        ({3, 4, 5, 7, 8}, "3-5,7,8"),
        (set(), ""),
    ],
)
def test_indexes_in_their_shortest_form(indexes: set[int], text: str) -> None:
    assert intervals.render(indexes) == text
    assert intervals.parse(text, 10) == indexes


@given(st.sets(st.integers(0, 60)))
def test_indexes_survive_being_written(indexes: set[int]) -> None:
    assert intervals.parse(intervals.render(indexes), 61) == indexes


def test_the_lowest_free_indexes_come_first() -> None:
    assert intervals.first_free({0, 2}, 3, 5) == [1, 3, 4]
    assert intervals.first_free({0, 2}, 3, 4) == [1, 3]


# Policies --------------------------------------------------------------------------------------


def _failed(code: int, *conditions: str, container: str = "c") -> dict[str, Any]:
    state = {"terminated": {"exitCode": code}}
    return {
        "metadata": {"name": "job-x", "namespace": "ns"},
        "status": {
            "phase": "Failed",
            "containerStatuses": [{"name": container, "state": state}],
            "conditions": [{"type": type_, "status": "True"} for type_ in conditions],
        },
    }


def _exit(action: str, operator: str, *values: int, **more: str) -> dict[str, Any]:
    codes = {"operator": operator, "values": list(values), **more}
    return {"action": action, "onExitCodes": codes}


_DISRUPTED = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}


@pytest.mark.parametrize(
    ("rules", "pod", "action"),
    [
        ([_exit("FailJob", "In", 42)], _failed(42), "FailJob"),
        ([_exit("FailJob", "In", 42)], _failed(1), "Count"),
        ([_exit("FailJob", "NotIn", 42)], _failed(1), "FailJob"),
        ([_exit("FailJob", "NotIn", 42)], _failed(0), "Count"),
        ([_exit("FailIndex", "In", 1, containerName="other")], _failed(1), "Count"),
        ([_DISRUPTED, _exit("FailJob", "In", 1)], _failed(1, "DisruptionTarget"), "Ignore"),
        ([], _failed(1), "Count"),
    ],
)
def test_what_a_failure_means(rules: list[Any], pod: dict[str, Any], action: str) -> None:
    job = {"spec": {"podFailurePolicy": {"rules": rules}}}
    assert failurepolicy.match(job, pod).action == action


def test_the_message_names_pod_code_and_rule() -> None:
    job = {"spec": {"podFailurePolicy": {"rules": [_DISRUPTED, _exit("FailJob", "In", 7)]}}}
    assert failurepolicy.fail_job_message(job, [_failed(7)]) == (
        "Container c for pod ns/job-x failed with exit code 7 matching FailJob rule at index 1"
    )


@pytest.mark.parametrize(
    ("rule", "succeeded", "is_met"),
    [
        ({"succeededIndexes": "0,2"}, {0, 2, 3}, True),
        ({"succeededIndexes": "0,2"}, {0, 3}, False),
        ({"succeededCount": 2}, {1, 3}, True),
        ({"succeededIndexes": "0-3", "succeededCount": 2}, {1, 3}, True),
        ({"succeededIndexes": "0-3", "succeededCount": 2}, {3, 4, 5}, False),
    ],
)
def test_when_a_success_policy_is_met(
    rule: dict[str, Any], succeeded: set[int], is_met: bool
) -> None:
    found = successpolicy.met({"rules": [rule]}, 6, succeeded)
    assert found == ("Matched rules at index 0" if is_met else None)


# Back-off --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (99, 600)]
)
def test_the_wait_doubles_to_ten_minutes(failures: int, seconds: int) -> None:
    assert backoff.remaining(failures, NOW, NOW) == seconds * SECOND
    assert backoff.remaining(failures, NOW - 10 * MINUTE, NOW) == 0


def test_a_success_forgets_the_failures_before_it() -> None:
    record = backoff.Record().after([], [1, 2, 3])
    assert record == backoff.Record(3, 3)
    assert record.after([10], [9]) == backoff.Record(0, 0)
    assert record.after([10], [9, 11]) == backoff.Record(1, 11)
    assert record.after([], []) == record


# Verdicts --------------------------------------------------------------------------------------


def _job(status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    template = {"spec": {"restartPolicy": spec.pop("restartPolicy", "Never")}}
    return {"spec": {"template": template, **spec}, "status": status or {}}


def _running(restarts: int) -> dict[str, Any]:
    containers = [{"name": "c", "restartCount": restarts}]
    return {"metadata": {}, "status": {"phase": "Running", "containerStatuses": containers}}


@pytest.mark.parametrize(
    ("job", "failed", "restarts", "expected"),
    [
        pytest.param(_job(backoffLimit=2), 2, 0, None, id="as-many-as-allowed"),
        pytest.param(_job(backoffLimit=2), 3, 0, verdict.BACKOFF, id="one-too-many"),
        pytest.param(_job(backoffLimit=2), 0, 9, None, id="restarts-of-never-do-not-count"),
        pytest.param(_job(backoffLimit=2, restartPolicy="OnFailure"), 0, 2, verdict.BACKOFF,
                     id="restarts"),
        pytest.param(_job(backoffLimit=0, restartPolicy="OnFailure"), 0, 0, None, id="none-yet"),
        pytest.param(_job({"startTime": rfc3339(NOW - 9 * SECOND)}, activeDeadlineSeconds=10), 0, 0,
                     None, id="in-time"),
        pytest.param(_job({"startTime": rfc3339(NOW - 10 * SECOND)}, activeDeadlineSeconds=10), 0,
                     0, verdict.DEADLINE, id="too-long"),
        pytest.param(_job({"startTime": rfc3339(0)}, activeDeadlineSeconds=10, suspend=True), 0, 0,
                     None, id="a-suspended-job-has-time"),
    ],
)  # fmt: skip
def test_limits_of_a_job(
    job: dict[str, Any], failed: int, restarts: int, expected: verdict.Verdict | None
) -> None:
    assert verdict.by_limits(job, failed, [_running(restarts)], NOW) == expected


@pytest.mark.parametrize(
    ("most", "succeeded", "failed", "expected"),
    [
        (1, 0, 1, None),
        (1, 0, 2, verdict.TOO_MANY_INDEXES),
        (None, 3, 1, verdict.FAILED_INDEXES),
        (None, 4, 0, None),
    ],
)
def test_failed_indexes(
    most: int | None, succeeded: int, failed: int, expected: verdict.Verdict | None
) -> None:
    spec = {"completions": 4, **({"maxFailedIndexes": most} if most is not None else {})}
    assert verdict.by_indexes({"spec": spec}, succeeded, failed) == expected


@pytest.mark.parametrize(
    ("spec", "succeeded", "active", "expected"),
    [
        ({"completions": 5, "parallelism": 3}, 0, 0, 3),
        ({"completions": 5, "parallelism": 3}, 4, 1, 1),
        ({"completions": 5, "parallelism": 3}, 6, 0, 0),
        ({"parallelism": 3}, 0, 1, 3),
        ({"parallelism": 3}, 1, 2, 2),  # after the first success nothing new starts
    ],
)
def test_how_many_pods_should_be_active(
    spec: dict[str, int], succeeded: int, active: int, expected: int
) -> None:
    assert verdict.wanted_active({"spec": spec}, succeeded, active) == expected
