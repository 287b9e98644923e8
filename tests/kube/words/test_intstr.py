"""Numbers or percentages, after kubernetes apimachinery pkg/util/intstr."""

import pytest

from minieks.kube.words import intstr


@pytest.mark.parametrize(
    ("value", "total", "up", "down"),
    [(3, 10, 3, 3), ("25%", 10, 3, 2), ("0%", 10, 0, 0), ("100%", 7, 7, 7), ("33%", 3, 1, 0)],
)
def test_a_percentage_is_rounded_as_asked(
    value: intstr.IntOrString, total: int, up: int, down: int
) -> None:
    assert intstr.scaled_up(value, total) == up
    assert intstr.scaled_down(value, total) == down


@pytest.mark.parametrize("value", ["3", "%", "-1%", "1.5%", "three"])
def test_another_text_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a percentage"):
        intstr.scaled_up(value, 10)
