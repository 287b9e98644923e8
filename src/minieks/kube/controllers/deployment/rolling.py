"""One step of a rolling update: which ReplicaSets get which size.

Source: kubernetes pkg/controller/deployment/rolling.go.
"""

from collections.abc import Sequence
from typing import NamedTuple

from minieks.kube.controllers.deployment.bounds import Bounds


class Size(NamedTuple):
    """A ReplicaSet in numbers: replicas wanted, and pods available."""

    name: str
    replicas: int
    available: int


class Scale(NamedTuple):
    """A ReplicaSet that is to get another size."""

    name: str
    replicas: int


def new_size(bounds: Bounds, new: int, total: int) -> int:
    """What a new ReplicaSet with ``new`` of ``total`` pods grows to, within the surge."""
    if total >= bounds.most:
        return new
    return new + min(bounds.most - total, bounds.replicas - new)


def next_step(bounds: Bounds, new: Size, old: Sequence[Size]) -> list[Scale]:
    """What to scale now; nothing when the new ReplicaSet has all pods and the old ones none.

    ``old`` are the other ReplicaSets, oldest first. Growing the new one comes alone; the old ones
    shrink in a later step.
    """
    grown = _grown(bounds, new, new.replicas + sum(size.replicas for size in old))
    if grown != new.replicas:
        return [Scale(new.name, grown)]
    return _shrunk(bounds, new, [size for size in old if size.replicas > 0])


def _grown(bounds: Bounds, new: Size, total: int) -> int:
    if new.replicas > bounds.replicas:
        return bounds.replicas
    return new_size(bounds, new.replicas, total)


def _shrunk(bounds: Bounds, new: Size, old: Sequence[Size]) -> list[Scale]:
    """Old pods that are not available go first, then available ones that may be missed."""
    total = new.replicas + sum(size.replicas for size in old)
    most = total - bounds.min_available - (new.replicas - new.available)
    if most <= 0:
        return []
    healthy = _without_unhealthy(old, most)
    available = new.available + sum(size.available for size in old)
    final = _taken(healthy, available - bounds.min_available)
    return [
        Scale(size.name, replicas)
        for size, replicas in zip(old, final, strict=True)
        if replicas != size.replicas
    ]


def _without_unhealthy(old: Sequence[Size], most: int) -> list[int]:
    unhealthy = [max(0, size.replicas - size.available) for size in old]
    left = []
    for size, sick in zip(old, unhealthy, strict=True):
        gone = min(most, sick)
        most -= gone
        left.append(size.replicas - gone)
    return left


def _taken(sizes: Sequence[int], count: int) -> list[int]:
    """The sizes after taking ``count`` pods from the front."""
    left = []
    for size in sizes:
        gone = min(max(count, 0), size)
        count -= gone
        left.append(size - gone)
    return left
