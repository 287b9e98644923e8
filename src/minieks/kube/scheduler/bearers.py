"""Affinity terms of the pods that run, grouped by content: where pods bearing each term are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.tally import Pair, Tally, pair_of
from minieks.kube.scheduler.terms import Affinities, PodTerm

Role: TypeAlias = Literal["required", "required_anti", "preferred"]

HARD_WEIGHT: Final = 1
"""What a required affinity term of a running pod is worth in scoring: hardPodAffinityWeight."""


class BorneTerm(NamedTuple):
    """A term in its role; weight is 0 for what only filters."""

    role: Role
    term: PodTerm
    weight: int


@dataclass(slots=True, eq=False)
class Bearers:
    """Where the pods are that bear one term."""

    borne: BorneTerm
    tally: Tally


def terms_of(affinities: Affinities) -> Iterator[BorneTerm]:
    """The terms of one pod in their roles."""
    for term in affinities.required:
        yield BorneTerm("required", term, HARD_WEIGHT)
    for term in affinities.required_anti:
        yield BorneTerm("required_anti", term, 0)
    for term, weight in affinities.preferred:
        yield BorneTerm("preferred", term, weight)


class TermIndex:
    """All terms that running pods bear."""

    def __init__(self, table: NodeTable) -> None:
        self._table = table
        self._bearers: dict[Pair | None, dict[BorneTerm, Bearers]] = {}

    def count(self, affinities: Affinities, slot: int, by: int) -> None:
        """Count the terms of one pod on a node (``by`` 1), or its end (-1)."""
        for borne in terms_of(affinities):
            pair = pair_of(borne.term.selector)
            group = self._bearers.setdefault(pair, {})
            found = group.get(borne)
            if found is None:
                found = group[borne] = Bearers(borne, Tally(self._table))
            found.tally.add(slot, by)
            if not found.tally.total:
                del group[borne]
                if not group:
                    del self._bearers[pair]

    def meaning(
        self, namespace: str, namespace_labels: Mapping[str, str], labels: Mapping[str, str]
    ) -> list[Bearers]:
        """The terms that speak of a pod of that namespace with those labels."""
        if not self._bearers:
            return []
        return [
            bearers
            for pair in (None, *labels.items())
            for bearers in self._bearers.get(pair, {}).values()
            if bearers.borne.term.matches(namespace, namespace_labels, labels)
        ]
