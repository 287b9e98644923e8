"""Nodes as numpy columns: one row (slot) a node, one column a resource or label.

Only what belongs to the nodes themselves; who runs on them is in ``state``.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np

from minieks.kube.kinds import nodes
from minieks.kube.scheduler.arrays import Bools, Ints, grown
from minieks.kube.scheduler.nodeorder import NodeOrder, zone_key
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import NodeTerm, Requirement

_T = TypeVar("_T")
Taints: TypeAlias = tuple[Mapping[str, Any], ...]
_SMALL: Final = 64


class LabelColumn:
    """The values of one label, numbered; -1 where a node lacks it."""

    def __init__(self, size: int) -> None:
        self.ids: dict[str, int] = {}
        self.values = np.full(size, -1, dtype=np.int64)

    def set(self, slot: int, value: str | None) -> None:
        """Note the value of one node, or that it has none."""
        number = -1 if value is None else self.ids.setdefault(value, len(self.ids))
        self.values[slot] = number


class ResourceColumn:
    """One resource: what nodes offer, what pods have asked, what is left."""

    def __init__(self, size: int) -> None:
        self.offered = np.zeros(size, dtype=np.int64)
        self.used = np.zeros(size, dtype=np.int64)
        self.free = np.zeros(size, dtype=np.int64)

    def take(self, slot: int, amount: int) -> None:
        """Count a request, or with a negative amount its end."""
        self.used[slot] += amount
        self.free[slot] -= amount

    def offer(self, slot: int, amount: int) -> None:
        """Set what the node offers."""
        self.offered[slot] = amount
        self.free[slot] = amount - self.used[slot]

    def grow(self, size: int) -> None:
        """Make room for more rows."""
        self.offered = grown(self.offered, size)
        self.used = grown(self.used, size)
        self.free = grown(self.free, size)


class NodeTable:
    """All nodes; ``version`` changes with every change of a node's own properties."""

    def __init__(self) -> None:
        self.version = 0
        self.label_version = 0
        self.slots: dict[str, int] = {}
        self.nodes: list[Obj | None] = []
        self.names: list[str] = []
        self.resources: dict[str, ResourceColumn] = {}
        self.pod_limit = np.zeros(_SMALL, dtype=np.int64)
        self.taint_lists: list[Taints] = [()]
        """The distinct lists of taints that nodes have had."""
        self._taints = np.zeros(_SMALL, dtype=np.int64)
        self._taint_numbers: dict[tuple[Any, ...], int] = {(): 0}
        self._closed = np.zeros(_SMALL, dtype=np.int64)
        self._labels: dict[str, LabelColumn] = {}
        self._spare: list[int] = []
        self._order = NodeOrder()
        self._listed: Ints | None = None
        self._memo: dict[object, Any] = {}

    # Rows ------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """The number of rows, those of removed nodes included."""
        return len(self.nodes)

    @property
    def capacity(self) -> int:
        """The number of rows for which columns have room."""
        return len(self.pod_limit)

    def order(self) -> Ints:
        """The slots of all nodes in the order in which they are looked at."""
        if self._listed is None:
            self._listed = self._order.slots()
        return self._listed

    def places(self) -> Ints:
        """For each slot its place in that order."""

        def work_out() -> Ints:
            found = np.zeros(self.size, dtype=np.int64)
            found[self.order()] = np.arange(len(self.order()))
            return found

        return self.remember("places", work_out)

    def put(self, node: Obj) -> int:
        """Add a node or take over its changes; gives its slot."""
        name = objects.name(node)
        slot = self.slots.get(name)
        before = None if slot is None else self.nodes[slot]
        if slot is not None and before is not None and _places_alike(before, node):
            self.nodes[slot] = node
            return slot
        if slot is None:
            slot = self._new_slot(name)
        self._place_in_order(slot, before, node)
        self._set_labels(slot, before, node)
        self._set_resources(slot, node)
        self._set_taints(slot, nodes.taints(node), closed=nodes.is_unschedulable(node))
        self.nodes[slot] = node
        self._changed()
        return slot

    def remove(self, name: str) -> int:
        """Take a node out; its slot is used again for another."""
        slot = self.slots.pop(name)
        node = self.nodes[slot]
        if node is not None:
            self._order.remove(slot, zone_key(node))
        self.nodes[slot] = None
        for label in self._labels.values():
            label.set(slot, None)
        for resource in self.resources.values():
            resource.offer(slot, 0)
        self.pod_limit[slot] = 0
        self._set_taints(slot, (), closed=False)
        self._spare.append(slot)
        self._listed = None
        self._changed()
        return slot

    def _new_slot(self, name: str) -> int:
        slot = self._spare.pop() if self._spare else len(self.nodes)
        if slot == len(self.nodes):
            self.nodes.append(None)
            self.names.append(name)
            self._grow(slot + 1)
        self.names[slot] = name
        self.slots[name] = slot
        return slot

    def _grow(self, size: int) -> None:
        if size <= self.capacity:
            return
        self.pod_limit = grown(self.pod_limit, size)
        self._taints = grown(self._taints, self.capacity)
        self._closed = grown(self._closed, self.capacity)
        for resource in self.resources.values():
            resource.grow(self.capacity)
        for label in self._labels.values():
            label.values = grown(label.values, self.capacity, -1)

    def _place_in_order(self, slot: int, before: Obj | None, node: Obj) -> None:
        zone = zone_key(node)
        if before is not None and zone_key(before) == zone:
            return
        if before is not None:
            self._order.remove(slot, zone_key(before))
        self._order.add(slot, zone)
        self._listed = None

    def _set_labels(self, slot: int, before: Obj | None, node: Obj) -> None:
        labels = objects.labels(node)
        if before is not None and objects.labels(before) == labels:
            return
        if before is not None:
            self.label_version += 1
        for key, column in self._labels.items():
            column.set(slot, labels.get(key))

    def _set_resources(self, slot: int, node: Obj) -> None:
        offered = nodes.allocatable(node)
        self.pod_limit[slot] = offered.pop("pods", 0)
        for name in offered:
            self.resource(name)
        for name, column in self.resources.items():
            column.offer(slot, offered.get(name, 0))

    def names_of(self, slots: Ints) -> list[str]:
        """The names of the nodes of some slots."""
        names = self.remember("names", lambda: np.array(self.names, dtype=np.object_))
        found: list[str] = names[slots].tolist()
        return found

    def _set_taints(self, slot: int, taints: Sequence[Mapping[str, Any]], closed: bool) -> None:
        self._closed[slot] = closed
        # when a taint was added does not matter here
        said = tuple((t.get("key"), t.get("value") or "", t.get("effect")) for t in taints)
        number = self._taint_numbers.setdefault(said, len(self.taint_lists))
        if number == len(self.taint_lists):
            self.taint_lists.append(tuple(taints))
        self._taints[slot] = number

    # Columns ---------------------------------------------------------------------------------

    def resource(self, name: str) -> ResourceColumn:
        """The column of one resource; zeros if no node offers it."""
        column = self.resources.get(name)
        if column is None:
            column = self.resources[name] = ResourceColumn(self.capacity)
        return column

    def label(self, key: str) -> LabelColumn:
        """The column of one label, made when first asked for."""
        column = self._labels.get(key)
        if column is None:
            column = self._labels[key] = LabelColumn(self.capacity)
            for slot, node in enumerate(self.nodes):
                if node is not None:
                    column.set(slot, objects.labels(node).get(key))
        return column

    def label_values(self, key: str) -> Ints:
        """The numbered values of one label, a row for each slot."""
        return self.label(key).values[: self.size]

    def taint_numbers(self) -> Ints:
        """For each node the number of its list of taints."""
        return self._taints[: self.size]

    def cordoned(self) -> Bools:
        """Which nodes are closed to new pods."""
        return self._closed[: self.size] > 0

    # Conclusions that hold until a node changes ------------------------------------------------

    def _changed(self) -> None:
        self.version += 1
        self._memo.clear()

    def remember(self, key: object, work_out: Callable[[], _T]) -> _T:
        """What ``work_out`` gives, worked out again only after a change of nodes."""
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = work_out()
        known: _T = found
        return known

    def matching(self, terms: Sequence[NodeTerm]) -> Bools:
        """Which nodes meet one of the terms."""
        found = np.zeros(self.size, dtype=np.bool_)
        for term in terms:
            if term.expressions or term.fields:
                found |= self._meeting(term)
        return found

    def _meeting(self, term: NodeTerm) -> Bools:
        found = self.satisfying(term.expressions)
        for field in term.fields:
            found &= self._named(field)
        return found

    def _named(self, field: Requirement) -> Bools:
        """Which nodes a condition on ``metadata.name``, In or NotIn, lets pass."""
        found = np.zeros(self.size, dtype=np.bool_)
        if field.key != "metadata.name":
            return found
        found[[self.slots[name] for name in field.values if name in self.slots]] = True
        return found if field.operator == "In" else ~found

    def satisfying(self, requirements: Sequence[Requirement]) -> Bools:
        """Which nodes meet all of the requirements."""
        found = np.ones(self.size, dtype=np.bool_)
        for requirement in requirements:
            found &= self.remember(("label", requirement), partial(self._one, requirement))
        return found

    def _one(self, requirement: Requirement) -> Bools:
        """Decided once for each value of the label, then for each node by its value's number."""
        column = self.label(requirement.key)
        verdicts = np.empty(len(column.ids) + 1, dtype=np.bool_)
        verdicts[-1] = requirement.matches({})
        for value, number in column.ids.items():
            verdicts[number] = requirement.matches({requirement.key: value})
        return verdicts[column.values[: self.size]]


def _places_alike(before: Obj, after: Obj) -> bool:
    """Whether nothing changed that placement depends on, as at a heartbeat."""
    if objects.labels(before) != objects.labels(after) or before.get("spec") != after.get("spec"):
        return False
    old, new = before.get("status") or {}, after.get("status") or {}
    return all(old.get(field) == new.get(field) for field in ("allocatable", "capacity", "images"))
