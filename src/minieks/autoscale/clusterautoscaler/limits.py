"""Limits of the whole cluster: ``--cores-total`` and ``--memory-total``.

Source: kubernetes/autoscaler cluster-autoscaler/core/scaleup/resource/manager.go and
core/scaledown/resource/limits.go.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj

GIB = 1 << 30


class Limits(NamedTuple):
    """The least and the most of each resource; cores for cpu, bytes for memory."""

    least: Mapping[str, int]
    most: Mapping[str, int]


DEFAULTS = Limits({"cpu": 0, "memory": 0}, {"cpu": 5000 * 64, "memory": 5000 * 64 * 20 * GIB})
"""5000 nodes of 64 cores and 20 GiB a core."""


def size(node: Obj) -> dict[str, int]:
    """Cores, a part counting as one, and bytes of memory of a node's capacity."""
    has = nodes.capacity(node)
    return {"cpu": -(-has.get("cpu", 0) // 1000), "memory": has.get("memory", 0)}


def total(sizes: Iterable[tuple[Mapping[str, int], int]]) -> dict[str, int]:
    """Cores and bytes of so many nodes of these sizes."""
    found = {"cpu": 0, "memory": 0}
    for one, count in sizes:
        for resource in found:
            found[resource] += one[resource] * count
    return found


def left(limits: Limits, has: Mapping[str, int]) -> dict[str, int]:
    """How much more of each resource the cluster may have."""
    return {key: max(most - has.get(key, 0), 0) for key, most in limits.most.items()}


def exceeded(room: Mapping[str, int], node_size: Mapping[str, int], count: int = 1) -> list[str]:
    """The resources of which there is no room for so many nodes, by name."""
    return sorted(key for key, amount in room.items() if node_size.get(key, 0) * count > amount)


def allowed(room: Mapping[str, int], node_size: Mapping[str, int], count: int) -> int:
    """How many of ``count`` nodes the room allows."""
    fitting = [room[key] // amount for key, amount in node_size.items() if amount > 0]
    return min([count, *fitting])


def spare(limits: Limits, has: Mapping[str, int]) -> dict[str, int]:
    """How much of each resource the cluster may lose."""
    return {key: max(has.get(key, 0) - least, 0) for key, least in limits.least.items()}
