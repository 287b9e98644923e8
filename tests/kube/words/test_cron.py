"""Cron schedules: robfig/cron v3 parser.go and spec.go, as kube-controller-manager uses them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import MINUTE, SECOND
from minieks.kube.words import cron


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * SECOND


def _runs(schedule: str, after: str, zone: str, count: int) -> list[str]:
    found, moment = [], _at(after)
    for _ in range(count):
        following = cron.parse(schedule).next_after(moment, zone)
        assert following is not None
        moment = following
        found.append(datetime.fromtimestamp(moment // SECOND).astimezone().isoformat())
    return [_utc(text) for text in found]


def _utc(text: str) -> str:
    return datetime.fromtimestamp(datetime.fromisoformat(text).timestamp(), _UTC).strftime(
        "%m-%dT%H:%M"
    )


_UTC = datetime.fromisoformat("2026-01-01T00:00:00+00:00").tzinfo


@pytest.mark.parametrize(
    ("schedule", "after", "zone", "runs"),
    [
        pytest.param("*/15 * * * *", "2026-01-01T00:07:00+00:00", "UTC",
                     ["01-01T00:15", "01-01T00:30"], id="steps"),
        pytest.param("0 9-17/4 * * mon-fri", "2026-01-02T14:00:00+00:00", "UTC",
                     ["01-02T17:00", "01-05T09:00"], id="range-with-step-and-names"),
        pytest.param("5/20 * * * *", "2026-01-01T00:00:00+00:00", "UTC",
                     ["01-01T00:05", "01-01T00:25", "01-01T00:45"], id="start-with-step"),
        pytest.param("0 0 13 * fri", "2026-01-01T00:00:00+00:00", "UTC",
                     ["01-02T00:00", "01-09T00:00", "01-13T00:00"], id="day-or-weekday"),
        pytest.param("0 0 */2 * mon", "2026-01-04T12:00:00+00:00", "UTC",
                     ["01-05T00:00", "01-07T00:00"], id="a-stepped-star-is-no-star"),
        pytest.param("0 0 29 2 *", "2026-01-01T00:00:00+00:00", "UTC",
                     ["02-29T00:00"], id="leap-day"),
        pytest.param("@hourly", "2026-01-01T00:59:59+00:00", "UTC",
                     ["01-01T01:00"], id="descriptor"),
        pytest.param("@every 90m", "2026-01-01T00:00:10+00:00", "UTC",
                     ["01-01T01:30", "01-01T03:00"], id="every"),
        pytest.param("0 8 * * *", "2026-01-01T00:00:00+00:00", "Asia/Kolkata",
                     ["01-01T02:30"], id="half-hour-zone"),
        # The clock jumps from 2 to 3 on 8 March: the hour has no runs that day.
        pytest.param("30 2 * * *", "2026-03-07T12:00:00+00:00", "America/New_York",
                     ["03-09T06:30", "03-10T06:30"], id="skipped-hour"),
        # The clock is set back from 2 to 1 on 1 November: the hour comes twice.
        pytest.param("30 1 * * *", "2026-10-31T12:00:00+00:00", "America/New_York",
                     ["11-01T05:30", "11-01T06:30", "11-02T06:30"], id="doubled-hour"),
        pytest.param("0 * * * *", "2026-03-29T00:30:00+00:00", "Europe/Berlin",
                     ["03-29T01:00", "03-29T02:00"], id="hourly-over-a-jump"),
        # Midnight does not exist on this day in this zone.
        pytest.param("0 0 * * *", "2018-11-03T12:00:00+00:00", "America/Sao_Paulo",
                     ["11-05T02:00"], id="no-midnight"),
    ],
)  # fmt: skip
def test_the_next_run(schedule: str, after: str, zone: str, runs: list[str]) -> None:
    assert _runs(schedule, after, zone, len(runs)) == runs


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ("", "empty spec string"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("1/2/3 * * * *", "too many slashes: 1/2/3"),
        ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
        ("@never", "unrecognized descriptor: @never"),
    ],
)
def test_what_is_no_schedule_is_refused(schedule: str, why: str) -> None:
    with pytest.raises(cron.InvalidSchedule) as refusal:
        cron.parse(schedule)
    assert str(refusal.value) == why


@pytest.mark.parametrize(
    ("schedule", "never"),
    [
        ("0 0 30 2 *", True),
        ("0 0 31 2,4,6,9,11 *", True),
        ("0 0 29 2 *", False),
        ("0 0 31 4,5 *", False),
        ("0 0 30 2 mon", False),  # the day of the week is enough
        ("@yearly", False),
    ],
)
def test_a_schedule_that_never_fires_is_known_beforehand(schedule: str, never: bool) -> None:
    assert cron.never_fires(schedule) is never
    assert (cron.parse(schedule).next_after(_at("2026-01-01T00:00:00+00:00")) is None) is never


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    start=st.integers(1_700_000_000, 1_900_000_000),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney"]),
)
def test_a_run_is_later_and_on_a_full_minute_and_none_is_between(
    minute: int, hour: int, start: int, zone: str
) -> None:
    schedule = cron.parse(f"{minute} {hour} * * *")
    following = schedule.next_after(start * SECOND, zone)
    assert following is not None
    assert following > start * SECOND
    assert following % MINUTE == 0
    # Asking from a moment in between gives the same run.
    assert schedule.next_after((start * SECOND + following) // 2, zone) == following
