"""A distribution that forgets: the weight of a sample halves with each day that it is older.

Weights grow into the future instead of shrinking into the past: a sample weighs
2^((its time - reference) / half-life). The order of the additions is that of the real program, so
that sums agree to the last bit.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/util/{histogram,
decaying_histogram}.go.
"""

import math
from bisect import bisect_left
from itertools import accumulate
from typing import Final

from minieks.autoscale.vpa import gomath
from minieks.autoscale.vpa.buckets import EPSILON, Buckets
from minieks.engine.clock import DAY, Micros

HALF_LIFE: Final[Micros] = DAY
_LARGEST_EXPONENT: Final = 100
"""Half-lives after the reference at which it is moved, so that weights stay floats."""


class Histogram:
    """Weights of samples by bucket; ``reference`` is None before the first sample."""

    __slots__ = ("buckets", "highest", "lowest", "reference", "total", "weights")

    def __init__(self, buckets: Buckets) -> None:
        self.buckets = buckets
        self.weights = [0.0] * buckets.count
        self.total = 0.0
        self.lowest = buckets.count - 1
        self.highest = 0
        self.reference: Micros | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no bucket has a weight worth mentioning."""
        return self.weights[self.lowest] < EPSILON

    def add(self, value: float, weight: float, at: Micros) -> None:
        """Take in a sample of the time ``at``."""
        weight *= self._growth(at)
        bucket = self.buckets.find(value)
        self.weights[bucket] += weight
        self.total += weight
        if self.weights[bucket] >= EPSILON:
            self.lowest = min(self.lowest, bucket)
            self.highest = max(self.highest, bucket)

    def add_series(
        self, value: float, weight: float, first: Micros, step: Micros, count: int
    ) -> None:
        """Take in equal samples at regular times; as `add` for each, but for rounding."""
        self._growth(first + step * (count - 1))
        growth = math.log(2) * (step / HALF_LIFE)
        self.add(value, weight * math.expm1(growth * count) / math.expm1(growth), first)

    def subtract(self, value: float, weight: float, at: Micros) -> None:
        """Take out a sample that was added; a rest that is nothing goes with it."""
        weight *= self._growth(at)
        bucket = self.buckets.find(value)
        if weight > self.weights[bucket] - EPSILON:
            weight = self.weights[bucket]
        self.total -= weight
        self.weights[bucket] -= weight
        self._narrow()

    def merge(self, other: "Histogram") -> None:
        """Take in all samples of another; the older reference of the two moves to the younger."""
        if other.reference is None:
            return
        if self.reference is None or self.reference < other.reference:
            self._move(other.reference)
        elif other.reference < self.reference:
            other._move(self.reference)
        for bucket in range(other.lowest, other.highest + 1):
            self.weights[bucket] += other.weights[bucket]
        self.total += other.total
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)

    def percentiles(self, fractions: tuple[float, ...]) -> list[float]:
        """For each fraction, the end of the bucket up to which it is; 0 without samples."""
        if self.is_empty:
            return [0.0] * len(fractions)
        sums = list(accumulate(self.weights[self.lowest : self.highest]))
        starts, last = self.buckets.starts, self.buckets.count - 1
        return [
            starts[min(self.lowest + bisect_left(sums, fraction * self.total) + 1, last)]
            for fraction in fractions
        ]

    def copy(self) -> "Histogram":
        """The same again."""
        made = Histogram(self.buckets)
        made.weights = list(self.weights)
        made.total, made.reference = self.total, self.reference
        made.lowest, made.highest = self.lowest, self.highest
        return made

    def _growth(self, at: Micros) -> float:
        """What a sample of this time weighs more than one of the reference time."""
        if self.reference is None or at > self.reference + HALF_LIFE * _LARGEST_EXPONENT:
            self._move(at)
        assert self.reference is not None, "it was just moved"
        return gomath.exp2((at - self.reference) / HALF_LIFE)

    def _move(self, to: Micros) -> None:
        """Count from another time, rounded to the nearest multiple of the half-life."""
        to = (to + HALF_LIFE // 2) // HALF_LIFE * HALF_LIFE
        if self.reference is not None:
            self._scale(math.ldexp(1.0, (self.reference - to) // HALF_LIFE))
        self.reference = to

    def _scale(self, factor: float) -> None:
        for bucket in range(self.lowest, self.highest + 1):
            self.weights[bucket] *= factor
        self.total *= factor
        self._narrow()

    def _narrow(self) -> None:
        """Leave out buckets at both ends that have become empty."""
        last = self.buckets.count - 1
        while self.weights[self.lowest] < EPSILON and self.lowest < last:
            self.lowest += 1
        while self.weights[self.highest] < EPSILON and self.highest > 0:
            self.highest -= 1
