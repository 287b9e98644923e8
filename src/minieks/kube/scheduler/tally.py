"""How many pods of some kind run on each node, and in each topology: kept, not counted anew."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from minieks.kube.scheduler.arrays import Ints, grown
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.terms import PodTerm
from minieks.kube.words.selectors import Selector

Labels = Mapping[str, str]
Pair = tuple[str, str]

_MOST_TALLIES: Final = 256


class Tally:
    """Pods per node, with sums per topology value made when first asked for."""

    def __init__(self, table: NodeTable) -> None:
        self._table = table
        self._per_slot = np.zeros(table.capacity, dtype=np.int64)
        self._per_value: dict[str, Ints] = {}
        self._label_version = table.label_version
        self.total = 0

    def add(self, slot: int, count: int) -> None:
        """Count pods on a node, or with a negative count their end."""
        if slot >= len(self._per_slot):
            self._per_slot = grown(self._per_slot, self._table.capacity)
        self._per_slot[slot] += count
        self.total += count
        for key, sums in self._per_value.items():
            number = self._table.label(key).values[slot]
            if number >= 0:
                self._fitting(key, sums)[number] += count

    def per_slot(self) -> Ints:
        """Pods on each node."""
        if len(self._per_slot) < self._table.size:
            self._per_slot = grown(self._per_slot, self._table.capacity)
        return self._per_slot[: self._table.size]

    def per_value(self, key: str) -> Ints:
        """Pods for each value of a label, by the value's number; the last entry is always 0.

        So the number -1 of a node without the label finds 0.
        """
        if self._label_version != self._table.label_version:
            self._per_value.clear()
            self._label_version = self._table.label_version
        sums = self._per_value.get(key)
        if sums is not None:
            return self._fitting(key, sums)
        values = self._table.label_values(key)
        counted = np.bincount(values + 1, weights=self.per_slot()).astype(np.int64)
        room = 2 * len(self._table.label(key).ids) + 8
        sums = self._per_value[key] = np.zeros(room, dtype=np.int64)
        sums[: max(len(counted) - 1, 0)] = counted[1:]  # without nodes nothing was counted
        return sums

    def _fitting(self, key: str, sums: Ints) -> Ints:
        needed = len(self._table.label(key).ids) + 1
        if len(sums) < needed:
            sums = self._per_value[key] = grown(sums, needed)
        return sums


class Wanted(NamedTuple):
    """Which pods a tally counts."""

    terms: tuple[PodTerm, ...]
    leaving_too: bool
    """Whether pods under deletion count: for affinity they do, for spreading they do not."""

    def pair(self) -> Pair | None:
        """A label and value that every counted pod bears, if the terms demand one."""
        return next((pair for term in self.terms if (pair := pair_of(term.selector))), None)


def pair_of(selector: Selector) -> Pair | None:
    """A label and value that whatever the selector matches must bear, if there is one."""
    for requirement in selector.requirements:
        if requirement.operator == "In" and len(requirement.values) == 1:
            return requirement.key, requirement.values[0]
    return None


@dataclass(slots=True, eq=False)
class PodClass:
    """Pods of one namespace with the same labels: where they run."""

    namespace: str
    labels: Labels
    staying: dict[int, int]
    leaving: dict[int, int]
    followers: list[tuple[Tally, bool]]
    """The tallies that count them, and whether those count leaving pods."""

    @property
    def is_empty(self) -> bool:
        """Whether no pod of the class is left."""
        return not self.staying and not self.leaving


class Tallies:
    """All tallies, and the pods that they count, grouped so that a new tally is made quickly."""

    def __init__(self, table: NodeTable, namespace_labels: Callable[[str], Labels]) -> None:
        self._table = table
        self._namespace_labels = namespace_labels
        self._classes: dict[tuple[str, tuple[Pair, ...]], PodClass] = {}
        self._classes_by_pair: dict[Pair, dict[int, PodClass]] = {}
        self._tallies: dict[Wanted, Tally] = {}
        self._tallies_by_pair: dict[Pair | None, dict[Wanted, Tally]] = {}

    def count(self, namespace: str, labels: Labels, leaving: bool, slot: int, by: int) -> None:
        """Count one pod on a node (``by`` 1), or its end (-1)."""
        key = (namespace, tuple(sorted(labels.items())))
        members = self._classes.get(key) or self._new_class(key, labels)
        where = members.leaving if leaving else members.staying
        left = where.get(slot, 0) + by
        if left:
            where[slot] = left
        else:
            where.pop(slot, None)
        for tally, leaving_too in members.followers:
            if leaving_too or not leaving:
                tally.add(slot, by)
        if members.is_empty:
            self._forget_class(key, members)

    def of(self, wanted: Wanted) -> Tally:
        """The tally of the pods wanted."""
        tally = self._tallies.pop(wanted, None)
        if tally is None:
            tally = self._new_tally(wanted)
        self._tallies[wanted] = tally  # last in the dict: last to be dropped
        return tally

    def namespaces_changed(self) -> None:
        """Forget the tallies: a namespace's labels may have decided which pods they count."""
        self._tallies.clear()
        self._tallies_by_pair.clear()
        for members in self._classes.values():
            members.followers.clear()

    def matches(self, wanted: Wanted, namespace: str, labels: Labels) -> bool:
        """Whether a pod of that namespace with those labels meets all terms."""
        space = self._namespace_labels(namespace)
        return all(term.matches(namespace, space, labels) for term in wanted.terms)

    def _new_class(self, key: tuple[str, tuple[Pair, ...]], labels: Labels) -> PodClass:
        namespace, pairs = key
        members = PodClass(namespace, labels, {}, {}, [])
        for pair in (None, *pairs):
            for wanted, tally in self._tallies_by_pair.get(pair, {}).items():
                if self.matches(wanted, namespace, labels):
                    members.followers.append((tally, wanted.leaving_too))
        self._classes[key] = members
        for pair in pairs:
            self._classes_by_pair.setdefault(pair, {})[id(members)] = members
        return members

    def _forget_class(self, key: tuple[str, tuple[Pair, ...]], members: PodClass) -> None:
        del self._classes[key]
        for pair in key[1]:
            alike = self._classes_by_pair[pair]
            del alike[id(members)]
            if not alike:
                del self._classes_by_pair[pair]

    def _new_tally(self, wanted: Wanted) -> Tally:
        if len(self._tallies) >= _MOST_TALLIES:
            self._drop_oldest()
        tally = Tally(self._table)
        for members in self._candidates(wanted.pair()):
            if self.matches(wanted, members.namespace, members.labels):
                members.followers.append((tally, wanted.leaving_too))
                _take_over(tally, members, wanted.leaving_too)
        self._tallies_by_pair.setdefault(wanted.pair(), {})[wanted] = tally
        return tally

    def _candidates(self, pair: Pair | None) -> Iterable[PodClass]:
        if pair is None:
            return self._classes.values()
        return self._classes_by_pair.get(pair, {}).values()

    def _drop_oldest(self) -> None:
        wanted = next(iter(self._tallies))
        tally = self._tallies.pop(wanted)
        del self._tallies_by_pair[wanted.pair()][wanted]
        for members in self._candidates(wanted.pair()):
            members.followers = [item for item in members.followers if item[0] is not tally]


def _take_over(tally: Tally, members: PodClass, leaving_too: bool) -> None:
    for slot, count in members.staying.items():
        tally.add(slot, count)
    if leaving_too:
        for slot, count in members.leaving.items():
            tally.add(slot, count)
