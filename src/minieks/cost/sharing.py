"""Sharing a node's cost among its pods; what nobody asked for is idle.

A pod's share at a moment is the larger of its part of the node's allocatable CPU and of its
memory. Where shares add up to more than the node, each is cut in proportion.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from minieks.cost.billed_time import Period
from minieks.cost.money import STEP
from minieks.cost.usage import InstanceUsage, PodOnNodeUsage
from minieks.engine.clock import Micros

_FINE = Decimal("1e-15")  # shares have a fixed scale, so running sums come back to exactly zero
_ONE = Decimal(1)
_NONE = Decimal(0)


def share(pod: PodOnNodeUsage, node: InstanceUsage) -> Decimal:
    """The part of the node that the pod asks for: 0 to 1, 0 on a node that never joined."""
    if node.cpu_milli <= 0 or node.memory_bytes <= 0:
        return _NONE
    cpu = Decimal(pod.cpu_milli) / node.cpu_milli
    memory = Decimal(pod.memory_bytes) / node.memory_bytes
    return min(_ONE, max(cpu, memory)).quantize(_FINE, rounding=ROUND_DOWN)


def split(
    amount: Decimal, node: InstanceUsage, pods: Sequence[PodOnNodeUsage], period: Period
) -> list[Decimal]:
    """What each of the pods pays of a node's cost in the period; the rest of it is idle.

    The results never add up to more than ``amount``.
    """
    # The cost is spread over the node's life, not over billed seconds: a minute that is charged
    # for ten seconds of use belongs to who was there in those ten.
    life = Period(*period.clip(node.start, node.end))
    length = life.end - life.start
    if length == 0:
        return [_NONE for _ in pods]
    spans = [life.clip(pod.start, pod.end) for pod in pods]
    shares = [share(pod, node) for pod in pods]
    weight = _weight_at(spans, shares)
    return [
        (amount * part * (weight[end] - weight[start]) / length).quantize(STEP, ROUND_DOWN)
        for part, (start, end) in zip(shares, spans, strict=True)
    ]


def _weight_at(
    spans: Sequence[tuple[Micros, Micros]], shares: Sequence[Decimal]
) -> dict[Micros, Decimal]:
    """For each moment at which a span starts or ends, the time until then that a share buys.

    Time counts fully while the shares leave room, and less the more they overfill the node: a
    pod pays its share times the difference between its two ends. One pass, whatever overlaps.
    """
    steps: dict[Micros, Decimal] = {}
    for (start, end), part in zip(spans, shares, strict=True):
        steps[start] = steps.get(start, _NONE) + part
        steps[end] = steps.get(end, _NONE) - part
    weights: dict[Micros, Decimal] = {}
    weight, total, before = _NONE, _NONE, min(steps, default=0)
    for moment in sorted(steps):
        # The shares in force until this moment decide how much the time since the last one counts.
        weight += (moment - before) / max(_ONE, total)
        weights[moment] = weight
        total += steps[moment]
        before = moment
    return weights
