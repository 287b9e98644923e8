"""The order in which nodes are looked at: one of each zone in turn.

Source: kubernetes pkg/scheduler/backend/cache/node_tree.go.
"""

from itertools import chain

import numpy as np

from minieks.kube.kinds import nodes
from minieks.kube.scheduler.arrays import Ints
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj


def zone_key(node: Obj) -> str:
    """Region and zone of a node in one text; the former label spellings win."""
    labels = objects.labels(node)
    zone = labels.get(nodes.ZONE_OLD) or labels.get(nodes.ZONE) or ""
    region = labels.get(nodes.REGION_OLD) or labels.get(nodes.REGION) or ""
    return f"{region}:\x00:{zone}" if zone or region else ""


class NodeOrder:
    """Nodes, by their slots, in their zones; both in order of appearance."""

    def __init__(self) -> None:
        self._zones: dict[str, dict[int, None]] = {}

    def add(self, slot: int, zone: str) -> None:
        """Append a node to its zone."""
        self._zones.setdefault(zone, {})[slot] = None

    def remove(self, slot: int, zone: str) -> None:
        """Take a node out; a zone without nodes is forgotten."""
        members = self._zones[zone]
        del members[slot]
        if not members:
            del self._zones[zone]

    def slots(self) -> Ints:
        """All nodes: the first of each zone, then the second of each, and so on.

        Zones that are used up are skipped.
        """
        if not self._zones:
            return np.zeros(0, dtype=np.int64)
        sizes = [len(members) for members in self._zones.values()]
        slots = np.fromiter(chain.from_iterable(self._zones.values()), np.int64, sum(sizes))
        turns = np.concatenate([np.arange(size) for size in sizes])
        return slots[np.argsort(turns, kind="stable")]
