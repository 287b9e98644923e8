"""The order in which nodes are looked at: one of each zone in turn.

Source: kubernetes pkg/scheduler/backend/cache/node_tree.go.
"""

from collections.abc import Mapping

from minieks.kube.kinds import nodes
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj


def zone_key(node: Obj) -> str:
    """Region and zone of a node in one text; the former label spellings win."""
    labels = objects.labels(node)
    zone = labels.get(nodes.ZONE_OLD) or labels.get(nodes.ZONE) or ""
    region = labels.get(nodes.REGION_OLD) or labels.get(nodes.REGION) or ""
    return f"{region}:\x00:{zone}" if zone or region else ""


class NodeOrder:
    """Node names by zone, both in order of appearance."""

    def __init__(self) -> None:
        self._zones: dict[str, dict[str, None]] = {}

    def add(self, name: str, zone: str) -> None:
        """Append a node to its zone."""
        self._zones.setdefault(zone, {})[name] = None

    def remove(self, name: str, zone: str) -> None:
        """Take a node out; a zone without nodes is forgotten."""
        members = self._zones[zone]
        del members[name]
        if not members:
            del self._zones[zone]

    def names(self) -> list[str]:
        """All nodes: the first of each zone, then the second of each, and so on."""
        return interleaved(self._zones)


def interleaved(zones: Mapping[str, Mapping[str, None]]) -> list[str]:
    """One name of each zone per pass; zones that are used up are skipped."""
    found: list[str] = []
    remaining = [iter(members) for members in zones.values()]
    while remaining:
        still = []
        for names in remaining:
            name = next(names, None)
            if name is not None:
                found.append(name)
                still.append(names)
        remaining = still
    return found
