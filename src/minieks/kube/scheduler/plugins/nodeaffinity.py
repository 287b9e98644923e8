"""NodeAffinity: nodeSelector and node affinity, required and preferred.

Source: kubernetes plugins/nodeaffinity and component-helpers nodeaffinity.
"""

from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Bools, Ints
from minieks.kube.scheduler.framework import (
    Check,
    Cycle,
    Only,
    Status,
    default_normalize,
    one_reason,
)
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.terms import NodeRules
from minieks.kube.words.selectors import NodeTerm


def required_nodes(table: NodeTable, rules: NodeRules) -> Bools | None:
    """The nodes that meet nodeSelector and required affinity; None if all do."""
    if not rules.restricts:
        return None

    def work_out() -> Bools:
        found = table.satisfying(rules.selector)
        return found if rules.terms is None else found & table.matching(rules.terms)

    if any(term.fields for term in rules.terms or ()):
        return work_out()  # terms that name nodes are as many as nodes: not worth remembering
    return table.remember(("required", rules.selector, rules.terms), work_out)


class NodeAffinity:
    """Rejects nodes that the pod does not want; prefers those that it prefers."""

    name: Final = "NodeAffinity"
    weight: Final = 2

    def prepare(self, cycle: Cycle) -> Check | Only | Status | None:
        """A check, narrowed to named nodes if every term names some."""
        rules = cycle.info.spec.rules
        passes = required_nodes(cycle.state.nodes, rules)
        if passes is None:
            return None
        reason = "node(s) didn't match Pod's node affinity/selector"
        check = one_reason(passes, Status((reason,), True, self.name))
        names = named_nodes(rules)
        if names is None:
            return check
        if not names:
            return Status(("pod affinity terms conflict",), True, self.name)
        return Only(names, check)

    def score(self, cycle: Cycle, slots: Ints) -> Ints | None:
        """The sum of the weights of preferences that a node meets, as a share of the highest."""
        table, preferred = cycle.state.nodes, cycle.info.spec.rules.preferred
        if not preferred:
            return None

        def work_out() -> Ints:
            total = np.zeros(table.size, dtype=np.int64)
            for term, weight in preferred:
                total += weight * table.matching((term,))
            return total

        return default_normalize(table.remember(("preferred", preferred), work_out)[slots])


def named_nodes(rules: NodeRules) -> frozenset[str] | None:
    """The nodes that the terms name by matchFields; None unless every term names some."""
    if not rules.terms:
        return None
    found: set[str] = set()
    for term in rules.terms:
        named = _named(term)
        if named is None:
            return None
        found |= named
    return frozenset(found)


def _named(term: NodeTerm) -> set[str] | None:
    sets = [set(f.values) for f in term.fields if f.key == "metadata.name" and f.operator == "In"]
    return set.intersection(*sets) if sets else None
