"""Go's floats: powers by squaring, exponentials and logarithms within a bit of the right ones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.vpa import gomath


@given(st.floats(-900, 900))
def test_exp2_is_within_a_bit(exponent: float) -> None:
    right = math.pow(2, exponent)
    assert abs(gomath.exp2(exponent) - right) <= math.ulp(right)


@given(st.floats(1e-300, 1e300))
def test_log_is_within_a_bit(value: float) -> None:
    right = math.log(value)
    assert abs(gomath.log(value) - right) <= math.ulp(right)


@given(st.floats(1.0, 2.0), st.integers(-200, 200))
def test_power_is_right_but_for_the_last_bits(base: float, exponent: int) -> None:
    assert gomath.power(base, exponent) == pytest.approx(base**exponent, rel=1e-12)


@pytest.mark.parametrize(
    ("base", "exponent", "power"),
    [(math.inf, 1, math.inf), (math.inf, -2, 0.0), (1.05, 0, 1.0), (1.05, 1, 1.05)],
    ids=["infinite", "one by infinite", "nothing", "itself"],
)
def test_special_powers(base: float, exponent: int, power: float) -> None:
    assert gomath.power(base, exponent) == power


def test_whole_exponents_give_powers_of_two() -> None:
    assert [gomath.exp2(float(one)) for one in (-1, 0, 1, 10)] == [0.5, 1.0, 2.0, 1024.0]
