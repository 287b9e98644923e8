"""Which run is due: kubernetes pkg/controller/cronjob/utils.go."""

import pytest

from minieks.engine.clock import HOUR, MINUTE, SECOND
from minieks.kube.controllers.cronjob.runs import Missed, Plan, is_too_late, missed, wait
from minieks.kube.words import cron

MIDNIGHT = 1_795_392_000 * SECOND  # 2026-11-23T00:00:00Z


def _plan(schedule: str, deadline: int | None = None) -> Plan:
    return Plan(cron.parse(schedule), "UTC", MIDNIGHT, deadline)


@pytest.mark.parametrize(
    ("schedule", "deadline", "later", "expected"),
    [
        pytest.param("*/10 * * * *", None, 9 * MINUTE, Missed(None, 0), id="not-yet"),
        pytest.param("*/10 * * * *", None, 10 * MINUTE, Missed(10 * MINUTE, 1), id="now"),
        pytest.param("*/10 * * * *", None, 59 * MINUTE, Missed(50 * MINUTE, 5), id="the-latest"),
        pytest.param("*/10 * * * *", 120, 59 * MINUTE, Missed(None, 0), id="beyond-the-deadline"),
        pytest.param("*/10 * * * *", 600, 59 * MINUTE, Missed(50 * MINUTE, 1), id="within-it"),
        pytest.param(
            "0 6,7,18 * * *",
            None,
            19 * HOUR,
            Missed(18 * HOUR, 14),
            id="uneven-intervals-are-counted-roughly",
        ),
        pytest.param("0 0 30 2 *", None, 19 * HOUR, Missed(None, 0), id="never"),
    ],
)
def test_what_was_missed(schedule: str, deadline: int | None, later: int, expected: Missed) -> None:
    found = missed(_plan(schedule, deadline), MIDNIGHT + later)
    latest = None if expected.latest is None else MIDNIGHT + expected.latest
    assert found == (latest, expected.times)


def test_a_run_may_start_until_its_deadline() -> None:
    plan = _plan("0 * * * *", 30)
    assert not is_too_late(plan, MIDNIGHT, MIDNIGHT + 30 * SECOND)
    assert is_too_late(plan, MIDNIGHT, MIDNIGHT + 31 * SECOND)
    assert not is_too_late(_plan("0 * * * *"), MIDNIGHT, MIDNIGHT + HOUR)


def test_the_next_look_is_a_moment_after_the_next_time() -> None:
    assert wait(_plan("*/10 * * * *"), MIDNIGHT + 4 * MINUTE) == pytest.approx(360.1)
    assert wait(_plan("0 0 30 2 *"), MIDNIGHT) is None
