"""The nodes as the registry counts them, kept up to date node by node."""

from collections.abc import Collection, Iterable

from minieks.autoscale.clusterautoscaler.groups import Groups
from minieks.autoscale.clusterautoscaler.mirror import Mirror, NodeFacts
from minieks.autoscale.clusterautoscaler.registry import SeenNode


class RollCall:
    """All nodes; a count of them costs what has changed since the last one."""

    def __init__(self, mirror: Mirror, groups: Groups) -> None:
        self._mirror = mirror
        self._groups = groups
        self._seen: dict[str, SeenNode] = {}
        self._ready: set[str] = set()
        self._doubtful: dict[str, None] = {}
        """Nodes of which the cloud may say something else each time."""

    @property
    def ready(self) -> int:
        """How many nodes are ready and take pods."""
        return len(self._ready)

    def note(self, names: Iterable[str]) -> bool:
        """Take over nodes that have changed; gives whether they may be counted otherwise."""
        differing = [one for one in names if self._differs(one)]
        return bool(differing)

    def _differs(self, node_name: str) -> bool:
        facts, before = self._mirror.nodes.get(node_name), self._seen.get(node_name)
        self._doubtful.pop(node_name, None)
        if facts is None:
            self._seen.pop(node_name, None)
            self._ready.discard(node_name)
            return True
        if self._groups.is_ready(facts):
            self._ready.add(node_name)
        else:
            self._ready.discard(node_name)
        after = self._seen[node_name] = self._one(facts, {facts.provider_id})
        if facts.to_be_deleted is not None or after.group is None:
            self._doubtful[node_name] = None
            return True
        return before != after

    def nodes(self, machines: Collection[str]) -> list[SeenNode]:
        """All nodes, given the ids of the machines that there are."""
        known = self._mirror.nodes
        for one in self._doubtful:
            self._seen[one] = self._one(known[one], machines)
        return [self._seen[one] for one in known]

    def _one(self, facts: NodeFacts, machines: Collection[str]) -> SeenNode:
        exists = facts.provider_id in machines or facts.to_be_deleted is None
        group = self._groups.of(facts)
        return SeenNode(facts.name, facts.provider_id, group, facts.ready, facts.created, exists)
