"""Arithmetic as Go compiles it for amd64, where the HorizontalPodAutoscaler's results depend on it.

A float that fits no integer becomes the smallest one; integers wrap; division cuts toward zero.
Source: the Go specification, "Conversions between numeric types" and "Integer overflow".
"""

import math
from typing import Final

_LEAST_32: Final = -(2**31)
_LEAST_64: Final = -(2**63)


def int32(number: float) -> int:
    """``int32(number)``: cut toward zero."""
    return int(number) if _LEAST_32 - 1 < number < -_LEAST_32 else _LEAST_32


def int64(number: float) -> int:
    """``int64(number)``: cut toward zero."""
    return int(number) if _LEAST_64 <= number < -_LEAST_64 else _LEAST_64


def wrapped32(number: int) -> int:
    """The lowest 32 bits of an integer, with their sign."""
    return (number - _LEAST_32) % 2**32 + _LEAST_32


def wrapped64(number: int) -> int:
    """The lowest 64 bits of an integer, with their sign."""
    return (number - _LEAST_64) % 2**64 + _LEAST_64


def quotient(number: int, divisor: int) -> int:
    """``number / divisor`` of integers; raises ZeroDivisionError."""
    found = abs(number) // abs(divisor)
    return found if (number < 0) == (divisor < 0) else -found


def ratio(number: float, divisor: float) -> float:
    """``number / divisor`` of floats: infinite or not a number where the divisor is 0."""
    if divisor:
        return number / divisor
    return math.copysign(math.inf, number) if number else math.nan


def ceiling(number: float) -> float:
    """``math.Ceil``, which leaves alone what is infinite or not a number."""
    return float(math.ceil(number)) if math.isfinite(number) else number
