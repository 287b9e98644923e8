"""Amounts of resources as the recommender has them: whole, cut, and within bounds.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/model/types.go.
"""

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

Amounts: TypeAlias = Mapping[str, int]
"""By resource: ``cpu`` in millicores, ``memory`` in bytes."""

RESOURCES: Final = ("cpu", "memory")
MOST: Final = 10**14
"""The largest amount of anything."""


def amount(value: float) -> int:
    """A float as an amount: cut, not rounded, and at most `MOST`.

    Of nothing known it is the least number, so that any minimum replaces it.
    """
    if math.isnan(value):
        return -(2**63)
    return 0 if value < 0 else MOST if value > MOST else int(value)


def scaled(base: int, factor: float) -> int:
    """An amount times a factor."""
    if base == 0 and math.isinf(factor):
        return amount(math.nan)
    return amount(base * factor)
