"""Time specifications: what matches, what is refused, and when that changes.

Source: README of kube-downscaler ("Format of the time specification"), its helper.py.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.workinghours.boundaries import next_change, state
from minieks.autoscale.workinghours.timespec import Defaults, InvalidTimeSpec, matches
from minieks.engine.clock import DAY, HOUR, MINUTE, Micros


def at(text: str) -> Micros:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


# 2026-11-23 is a Monday; Berlin is an hour ahead of UTC in winter, two in summer.
@pytest.mark.parametrize(
    ("spec", "moment", "expected"),
    [
        ("always", "2026-11-23T03:00", True),
        ("NEVER", "2026-11-23T03:00", False),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-23T06:29:59", False),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-23T06:30", True),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-23T19:29:59", True),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-23T19:30", False),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-06-22T05:30", True),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-22T12:00", False),
        ("Sat-Sun 00:00-24:00 CET", "2026-11-22T22:59", True),
        ("Sat-Sun 00:00-24:00 CET", "2026-11-22T23:00", False),
        ("Fri-Mon 08:00-18:00 UTC", "2026-11-22T12:00", True),
        ("Fri-Mon 08:00-18:00 UTC", "2026-11-25T12:00", False),
        ("Mon-Mon 08:00-18:00 UTC", "2026-11-23T12:00", True),
        ("mon-FRI 08:00-18:00 utc", "2026-11-23T12:00", True),
        ("Mon-Fri 08:00-18:00 europe/berlin", "2026-11-23T12:00", True),
        ("Mon-Sun 20:00-06:00 UTC", "2026-11-23T22:00", False),
        ("Mon-Sun 20:00-24:00 UTC, Mon-Sun 00:00-06:00 UTC", "2026-11-23T22:00", True),
        ("Mon-Sun 20:00-24:00 UTC, Mon-Sun 00:00-06:00 UTC", "2026-11-23T05:59", True),
        # 2026-03-29 02:00 to 03:00 does not exist in Berlin; 2026-10-25 02:00 to 03:00 is twice.
        ("Sun-Sun 02:30-04:00 Europe/Berlin", "2026-03-29T00:59", False),
        ("Sun-Sun 02:30-04:00 Europe/Berlin", "2026-03-29T01:00", True),
        ("Sun-Sun 02:30-03:00 Europe/Berlin", "2026-10-25T00:30", True),
        ("Sun-Sun 02:30-03:00 Europe/Berlin", "2026-10-25T01:00", False),
        ("Sun-Sun 02:30-03:00 Europe/Berlin", "2026-10-25T01:30", True),
    ],
)
def test_recurring(spec: str, moment: str, expected: bool) -> None:
    assert matches(spec, at(moment)) is expected


_ABSOLUTE = "2026-12-24T00:00:00+01:00-2026-12-26T00:00:00+01:00"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-23T22:59:59", False),
        ("2026-12-23T23:00", True),
        ("2026-12-25T23:00", True),
        ("2026-12-25T23:00:01", False),
    ],
)
def test_absolute_includes_both_ends(moment: str, expected: bool) -> None:
    assert matches(_ABSOLUTE, at(moment)) is expected


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("", 'Time spec value "" does not match format'),
        ("Mon-Fri", "does not match format"),
        (" always", 'Time spec value "always" does not match'),
        ("never,Mon-Fri 08:00-18:00 UTC", 'Time spec value "never"'),
        ("Mon-Fri 8:00-18:00 UTC", "does not match format"),
        ("Mon-Fri 08:00-18:00 Etc/GMT-1", "does not match format"),
        ("Mon-Fri 08:00-18:00 America/Port-au-Prince", "does not match format"),
        ("Mon-Fri 08:00-18:00", "No default timezone defined"),
        ("08:00-18:00 UTC", "No default week frame defined"),
        ("Mon-Fry 08:00-18:00 UTC", "'FRY' is not in list"),
        ("Mon-Fri 08:00-18:00 Mars/Olympus", "Mars/Olympus"),
        ("2026-12-24T00:00:00Z-2026-12-26T00:00:00Z", "does not match format"),
        ("2026-13-24T00:00:00+00:00-2026-12-26T00:00:00+00:00", "month must be in 1..12"),
    ],
)
def test_what_is_no_specification_is_refused(spec: str, words: str) -> None:
    with pytest.raises(InvalidTimeSpec, match=words.replace("..", r"\.\.")):
        matches(spec, at("2026-11-23T12:00"))


def test_an_earlier_match_hides_what_is_wrong_behind_it() -> None:
    spec = "Mon-Fri 08:00-18:00 UTC,nonsense"
    assert matches(spec, at("2026-11-23T12:00"))
    assert "nonsense" in str(state(spec, at("2026-11-23T19:00")))


@pytest.mark.parametrize(
    "spec", ["Mon-Fri 08:00-18:00", "08:00-18:00 CET", "08:00-18:00"], ids=["zone", "days", "both"]
)
def test_defaults_stand_in(spec: str) -> None:
    defaults = Defaults("CET", "Mon-Fri")
    assert matches(spec, at("2026-11-23T07:00"), defaults)
    assert not matches(spec, at("2026-11-23T17:00"), defaults)


@pytest.mark.parametrize(
    ("spec", "now", "then"),
    [
        ("always", "2026-11-23T12:00", None),
        ("nonsense", "2026-11-23T12:00", None),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-23T12:00", "2026-11-23T19:30"),
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "2026-11-27T20:00", "2026-11-30T06:30"),
        ("Sun-Sun 02:30-04:00 Europe/Berlin", "2026-03-29T00:00", "2026-03-29T01:00"),
        (_ABSOLUTE, "2026-11-23T12:00", "2026-12-23T23:00"),
        (_ABSOLUTE, "2026-12-27T12:00", None),
    ],
)
def test_the_next_change(spec: str, now: str, then: str | None) -> None:
    assert next_change(spec, at(now)) == (None if then is None else at(then))


_ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
)
_DAY = st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
_TIME = st.tuples(st.integers(0, 24), st.sampled_from([0, 15, 30, 59]))


@st.composite
def specs(draw: st.DrawFn) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 2))):
        (h1, m1), (h2, m2) = draw(_TIME), draw(_TIME)
        days = f"{draw(_DAY)}-{draw(_DAY)}"
        parts.append(f"{days} {h1:02}:{m1:02}-{h2:02}:{m2:02} {draw(_ZONES)}")
    return ",".join(parts)


# Around both changes of the clocks in Berlin, New York and on Lord Howe Island.
_STARTS = st.sampled_from(["2026-03-28", "2026-10-24", "2026-10-31", "2026-03-07", "2026-04-04"])


@given(specs(), _STARTS, st.integers(0, 2 * 24 * 60))
def test_nothing_changes_before_the_next_change(spec: str, start: str, minutes: int) -> None:
    now = at(start) + minutes * MINUTE
    then = next_change(spec, now)
    assert then is not None
    assert then > now
    until = min(then, now + 2 * DAY)
    assert all(state(spec, one) == state(spec, now) for one in range(now, until, 5 * MINUTE))
    assert then - now <= 9 * DAY + HOUR
