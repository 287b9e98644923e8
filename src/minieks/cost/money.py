"""Amounts of money: kept finer than any price, rounded to cents once, for the eye."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

STEP = Decimal("1e-12")
"""Every amount is a whole number of these, so sums are exact in any order and grouping."""

_CENT = Decimal("0.01")


def exact(amount: Decimal) -> Decimal:
    """The nearest amount that a bill can hold, a trillionth of a dollar apart."""
    return amount.quantize(STEP, rounding=ROUND_HALF_EVEN)


def cents(amount: Decimal) -> Decimal:
    """Rounded to whole cents, half a cent up, as on an invoice."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)
