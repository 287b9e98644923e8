"""Exponential buckets: each is 5 % wider than the one before it.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/util/histogram_options.go,
pkg/recommender/model/aggregations_config.go.
"""

import math
from functools import lru_cache
from typing import Final

from minieks.autoscale.vpa import gomath

_RATIO: Final = 1.0 + 0.05
_GROWTH: Final = _RATIO - 1  # 0.050000000000000044, and the real program counts with just that
_LOG_RATIO: Final = gomath.log(_RATIO)

EPSILON: Final = 0.001 * 0.1
"""A bucket of less weight than this is taken for empty."""


class Buckets:
    """A scheme of buckets from 0 to ``largest``, the first of which is ``first`` wide."""

    def __init__(self, largest: float, first: float) -> None:
        self.first = first
        self.count = math.ceil(_log_ratio(largest * _GROWTH / first + 1)) + 1
        starts = [0.0]
        starts += [
            first * (gomath.power(_RATIO, number) - 1) / _GROWTH for number in range(1, self.count)
        ]
        self.starts: Final = tuple(starts)
        """Where each bucket begins."""
        self.find = lru_cache(maxsize=65536)(self._find)
        """The number of the bucket that a value falls into."""

    def _find(self, value: float) -> int:
        if value < self.first:
            return 0
        return min(int(_log_ratio(value * _GROWTH / self.first + 1)), self.count - 1)


def _log_ratio(value: float) -> float:
    return gomath.log(value) / _LOG_RATIO


CPU: Final = Buckets(1000.0, 0.01)
"""Cores."""
MEMORY: Final = Buckets(1e12, 1e7)
"""Bytes."""
