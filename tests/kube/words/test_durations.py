"""Go's durations: read as time.ParseDuration does, printed as Duration.String does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.words import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("12m", 720),
        ("1h30m", 5400),
        ("1h1m1s", 3661),
        ("300ms", 0.3),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("10us", 0.00001),
        ("10µs", 0.00001),
        ("0", 0),
        ("0s", 0),
    ],
)
def test_texts_that_are_durations(text: str, seconds: float) -> None:
    assert durations.seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "90", "1d", "1h 30m", "-5s", "s", "1.2.3s", "5S", "1hm", "٣s", "1e3s"]
)
def test_texts_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as 90s, 12m or 1h30m"):
        durations.seconds(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.0004, "0s"),
        (0.543, "543ms"),
        (1, "1s"),
        (4.8333, "4.833s"),
        (4.5, "4.5s"),
        (60, "1m0s"),
        (64.5, "1m4.5s"),
        (3600, "1h0m0s"),
        (5461.02, "1h31m1.02s"),
    ],
)
def test_how_go_prints_them(seconds: float, text: str) -> None:
    assert durations.go_text(seconds) == text


@given(st.integers(0, 10**9))
def test_what_is_printed_is_read_as_the_same(millis: int) -> None:
    assert durations.seconds(durations.go_text(millis / 1000)) == pytest.approx(millis / 1000)
