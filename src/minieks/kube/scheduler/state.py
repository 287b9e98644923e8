"""The cluster as the scheduler knows it, kept up to date change by change.

Pods that have been given a node count at once (they are "assumed"), before the API has said so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Ints, grown
from minieks.kube.scheduler.bearers import TermIndex
from minieks.kube.scheduler.features import Features
from minieks.kube.scheduler.images import Images
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.occupants import Ports, Storage
from minieks.kube.scheduler.owners import Owners
from minieks.kube.scheduler.podinfo import Compiler, PodInfo
from minieks.kube.scheduler.tally import Tallies
from minieks.kube.scheduler.volumes import Volumes
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

NAME_LABEL: Final = "kubernetes.io/metadata.name"


class ClusterState:
    """Nodes, the pods on them, and what else placement depends on."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self.compiler = Compiler(features)
        self.nodes = NodeTable()
        self.tallies = Tallies(self.nodes, self.namespace_labels)
        self.bearers = TermIndex(self.nodes)
        self.ports = Ports(self.nodes)
        self.storage = Storage(self.nodes)
        self.images = Images()
        self.volumes = Volumes()
        self.owners = Owners()
        self.budgets: dict[str, Obj] = {}
        self.pod_counts = np.zeros(self.nodes.capacity, dtype=np.int64)
        self.nonzero_cpu = np.zeros(self.nodes.capacity, dtype=np.int64)
        self.nonzero_memory = np.zeros(self.nodes.capacity, dtype=np.int64)
        self.next_start = 0
        self._changes = 0
        self._priorities: Counter[int] = Counter()
        self._namespaces: dict[str, Mapping[str, str]] = {}
        self._where: dict[str, tuple[str, PodInfo]] = {}
        self._on: dict[str, dict[str, PodInfo]] = {}
        self._nominated: dict[str, dict[str, PodInfo]] = {}
        self._nominations: dict[str, str] = {}

    @property
    def revision(self) -> tuple[int, int]:
        """Another value after each change that may matter to a pod that waits."""
        return self._changes, self.nodes.version

    def changed(self) -> None:
        """Note a change of something that is kept elsewhere."""
        self._changes += 1

    # Nodes -----------------------------------------------------------------------------------

    def put_node(self, node: Obj) -> None:
        """Add a node or take over its changes; pods bound to it before it came count now."""
        name = objects.name(node)
        known = self.nodes.slots.get(name)
        before = None if known is None else self.nodes.nodes[known]
        slot = self.nodes.put(node)
        self._grow()
        self.images.put(slot, before, node)
        if known is None:
            for info in self._on.get(name, {}).values():
                self._count(info, slot, 1)

    def remove_node(self, name: str) -> None:
        """Take a node out; its pods count no more, but again if it comes back."""
        slot = self.nodes.slots[name]
        for info in self._on.get(name, {}).values():
            self._count(info, slot, -1)
        self.images.put(slot, self.nodes.nodes[slot], None)
        self.nodes.remove(name)

    def _grow(self) -> None:
        capacity = self.nodes.capacity
        if len(self.pod_counts) < capacity:
            self.pod_counts = grown(self.pod_counts, capacity)
            self.nonzero_cpu = grown(self.nonzero_cpu, capacity)
            self.nonzero_memory = grown(self.nonzero_memory, capacity)

    # Pods ------------------------------------------------------------------------------------

    def add_pod(self, info: PodInfo, node_name: str) -> None:
        """Count a pod on a node; one that is known already is moved or replaced."""
        self.remove_pod(info.key)
        self._changes += 1
        self._where[info.key] = (node_name, info)
        self._on.setdefault(node_name, {})[info.key] = info
        slot = self.nodes.slots.get(node_name)
        if slot is not None:
            self._count(info, slot, 1)

    def remove_pod(self, key: str) -> None:
        """Count a pod no more; nothing happens if it is not known."""
        found = self._where.pop(key, None)
        if found is None:
            return
        self._changes += 1
        node_name, info = found
        members = self._on[node_name]
        del members[key]
        if not members:
            del self._on[node_name]
        slot = self.nodes.slots.get(node_name)
        if slot is not None:
            self._count(info, slot, -1)

    def node_of(self, key: str) -> str | None:
        """The node on which a pod counts."""
        found = self._where.get(key)
        return None if found is None else found[0]

    def info_of(self, key: str) -> PodInfo | None:
        """The pod that counts under that key."""
        found = self._where.get(key)
        return None if found is None else found[1]

    def pods_on(self, node_name: str) -> list[PodInfo]:
        """The pods that count on a node, in the order in which they came."""
        return list(self._on.get(node_name, {}).values())

    def has_less_important(self, priority: int) -> bool:
        """Whether any pod on a node has a lower priority."""
        return any(count and other < priority for other, count in self._priorities.items())

    @contextmanager
    def without(self, node_name: str, infos: Iterable[PodInfo]) -> Iterator[None]:
        """For a while, as if those pods were not on the node."""
        slot, gone = self.nodes.slots[node_name], list(infos)
        for info in gone:
            self._count(info, slot, -1)
        yield
        for info in gone:
            self._count(info, slot, 1)

    @contextmanager
    def with_also(self, node_name: str, infos: Iterable[PodInfo]) -> Iterator[None]:
        """For a while, as if those pods were on the node too."""
        slot, more = self.nodes.slots[node_name], list(infos)
        for info in more:
            self._count(info, slot, 1)
        yield
        for info in more:
            self._count(info, slot, -1)

    def count_on(self, info: PodInfo, slot: int, by: int) -> None:
        """Count a pod on a slot in a trial (``by`` 1 or -1); the caller undoes it."""
        self._count(info, slot, by)

    def _count(self, info: PodInfo, slot: int, by: int) -> None:
        spec = info.spec
        self.pod_counts[slot] += by
        self._priorities[info.priority] += by
        self.nonzero_cpu[slot] += by * spec.nonzero[0]
        self.nonzero_memory[slot] += by * spec.nonzero[1]
        for name, amount in spec.requests:
            self.nodes.resource(name).take(slot, by * amount)
        self.tallies.count(info.namespace, info.labels, info.leaving, slot, by)
        self.bearers.count(spec.affinities, slot, by)
        if spec.ports:
            self.ports.count(spec.ports, slot, by)
        if spec.has_volumes or spec.disks or spec.inline:
            self.storage.count(info, slot, by)

    # Nominations -------------------------------------------------------------------------------

    def nominate(self, info: PodInfo, node_name: str) -> None:
        """Note that a waiting pod is meant for a node."""
        self.withdraw(info.key)
        self._changes += 1
        self._nominated.setdefault(node_name, {})[info.key] = info
        self._nominations[info.key] = node_name

    def withdraw(self, key: str) -> None:
        """Forget the nomination of a pod, if it has one."""
        node_name = self._nominations.pop(key, None)
        if node_name is None:
            return
        self._changes += 1
        members = self._nominated[node_name]
        del members[key]
        if not members:
            del self._nominated[node_name]

    def nomination(self, key: str) -> str | None:
        """The node that a pod is nominated to."""
        return self._nominations.get(key)

    def nominated(self, node_name: str) -> list[PodInfo]:
        """The pods nominated to a node."""
        return list(self._nominated.get(node_name, {}).values())

    def rivals(self, info: PodInfo) -> dict[int, list[PodInfo]]:
        """By slot, the nominated pods that a pod must leave room for: not less important."""
        found: dict[int, list[PodInfo]] = {}
        for node_name, members in self._nominated.items():
            slot = self.nodes.slots.get(node_name)
            above = [
                other
                for other in members.values()
                if other.priority >= info.priority and other.key != info.key
            ]
            if slot is not None and above:
                found[slot] = above
        return found

    # The rest ----------------------------------------------------------------------------------

    def put_namespace(self, name: str, labels: Mapping[str, str]) -> None:
        """Take over the labels of a namespace."""
        if self._namespaces.get(name) != labels:
            self._namespaces[name] = labels
            self._changes += 1
            self.tallies.namespaces_changed()

    def namespace_labels(self, name: str) -> Mapping[str, str]:
        """The labels of a namespace; one that is not known has the label of its name."""
        found = self._namespaces.get(name)
        if found is None:
            found = self._namespaces[name] = {NAME_LABEL: name}
        return found

    def slots_of(self, names: Iterable[str]) -> Ints:
        """The slots of the nodes of those names that exist, in the order of looking."""
        slots = [self.nodes.slots[name] for name in names if name in self.nodes.slots]
        places = self.nodes.places()
        return np.array(sorted(slots, key=places.__getitem__), dtype=np.int64)
