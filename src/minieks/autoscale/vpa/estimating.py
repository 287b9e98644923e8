"""From what is remembered of a container to what it should request.

Per bound: a percentile, 15 % on top, a factor by how much history there is, and a minimum. Each
step cuts to whole millicores or bytes.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/logic/{recommender,
estimator}.go.
"""

import math
from dataclasses import dataclass
from typing import Final

from minieks.autoscale.vpa import gomath
from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.amounts import Amounts, amount, scaled
from minieks.autoscale.vpa.histogram import Histogram

_MARGIN: Final = 0.15
_PERCENTILES: Final = (0.9, 0.5, 0.95)
_POD_LEAST_CPU: Final = 25
_POD_LEAST_MEMORY: Final = 250 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a container should request, and the bounds between which its request may stay."""

    target: Amounts
    lower_bound: Amounts
    upper_bound: Amounts


def least(containers: int) -> Amounts:
    """The minimum for each of so many containers: that of a pod, divided equally."""
    share = 1.0 / containers
    return {"cpu": scaled(_POD_LEAST_CPU, share), "memory": scaled(_POD_LEAST_MEMORY, share)}


def estimate(of: Aggregate, minimum: Amounts) -> Estimate:
    """What a container with this history should request."""
    upper, lower = _factors(of.confidence())
    cpu = _bounds(of.cpu, 1000.0, upper, lower)
    memory = _bounds(of.memory, 1.0, upper, lower)
    target, low, high = (
        {"cpu": max(cores, minimum["cpu"]), "memory": max(byte, minimum["memory"])}
        for cores, byte in zip(cpu, memory, strict=True)
    )
    return Estimate(target, low, high)


def _factors(confidence: float) -> tuple[float, float]:
    """By what upper and lower bound are multiplied; the less history, the farther apart."""
    if confidence == 0:
        return math.inf, 0.0
    return 1.0 + 1.0 / confidence, gomath.power(1.0 + 0.001 / confidence, -2)


def _bounds(histogram: Histogram, unit: float, upper: float, lower: float) -> tuple[int, int, int]:
    """Target, lower and upper bound."""
    target, low, high = (
        _with_margin(amount(found * unit)) for found in histogram.percentiles(_PERCENTILES)
    )
    return target, scaled(low, lower), scaled(high, upper)


def _with_margin(base: int) -> int:
    return base + scaled(base, _MARGIN)
