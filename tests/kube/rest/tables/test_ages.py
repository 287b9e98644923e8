"""Ages in two units at most, as kubectl shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import SECOND
from minieks.kube.rest.tables import ages

MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY


# Source: kubernetes apimachinery pkg/util/duration/duration_test.go.
@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (70, "70s"),
        (119, "119s"),
        (2 * MINUTE, "2m"),
        (9 * MINUTE + 59, "9m59s"),
        (10 * MINUTE + 30, "10m"),
        (3 * HOUR - 1, "179m"),
        (3 * HOUR, "3h"),
        (7 * HOUR + 59 * MINUTE, "7h59m"),
        (8 * HOUR, "8h"),
        (48 * HOUR - 1, "47h"),
        (2 * DAY, "2d"),
        (7 * DAY + 23 * HOUR, "7d23h"),
        (8 * DAY, "8d"),
        (2 * YEAR - 1, "729d"),
        (2 * YEAR, "2y"),
        (6 * YEAR + 327 * DAY, "6y327d"),
        (8 * YEAR, "8y"),
        (-1, "0s"),
        (-2, "<invalid>"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(seconds: int, text: str) -> None:
    assert ages.human_duration(seconds * SECOND) == text


def test_a_moment_that_is_not_set_has_no_age() -> None:
    assert ages.since(None, 0) == "<unknown>"


@given(st.integers(min_value=0, max_value=20 * YEAR))
def test_every_age_is_a_number_and_a_unit(seconds: int) -> None:
    text = ages.human_duration(seconds * SECOND)
    assert text[0].isdigit()
    assert text[-1] in "smhdy"
