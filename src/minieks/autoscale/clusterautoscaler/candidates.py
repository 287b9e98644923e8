"""Which nodes a round looks at for removal, in which order.

Source: kubernetes/autoscaler cluster-autoscaler/processors/nodes/pre_filtering_processor.go and
processors/scaledowncandidates/{emptycandidates,previouscandidates}.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from minieks.autoscale.clusterautoscaler import unneeded
from minieks.autoscale.clusterautoscaler.actuating import Actuator
from minieks.autoscale.clusterautoscaler.drainability import Context
from minieks.autoscale.clusterautoscaler.groups import Groups
from minieks.autoscale.clusterautoscaler.mirror import Mirror, NodeFacts
from minieks.autoscale.clusterautoscaler.options import Options
from minieks.autoscale.clusterautoscaler.removal import leaving
from minieks.autoscale.clusterautoscaler.unneeded import Candidate, GroupRules
from minieks.autoscale.clusterautoscaler.utilization import Utilization, utilization
from minieks.engine.clock import Micros
from minieks.kube.scheduler.arrays import Floats
from minieks.kube.scheduler.nodetable import NodeTable, ResourceColumn
from minieks.kube.words.objects import name


class Candidates:
    """Finds the nodes that are worth a trial."""

    def __init__(
        self, mirror: Mirror, groups: Groups, actuator: Actuator, options: Options
    ) -> None:
        self._mirror = mirror
        self._groups = groups
        self._actuator = actuator
        self._options = options
        self._counts_all: bool = options["ignore-mirror-pods-utilization"]
        """Whether pods have to be told apart on every node."""

    def find(
        self, there: Sequence[str], before: Collection[str], now: Micros
    ) -> tuple[list[Candidate], bool]:
        """Those used little enough, empty ones first, then those of ``before``.

        Also whether there was any node that could go if it were used less.
        """
        found = []
        rules = {one: self._groups.rules(one) for one in self._groups.all}
        shares = self._shares()
        apart = self._told_apart(there, rules.values())
        most = max((one.threshold for one in rules.values()), default=0.0)
        worth = apart | shares.below(most)
        for node_name in there:
            facts = self._mirror.nodes[node_name]
            if node_name not in worth or (group := self._shrinking(facts)) is None:
                continue
            if unneeded.is_being_deleted(facts.to_be_deleted, now):
                continue
            rule = rules[group]
            if node_name in apart:
                used = self._counted(facts, rule, now)
            else:
                used = shares.of(node_name)
                if used.value >= rule.threshold:
                    continue
            found.append(Candidate(facts.node, group, facts.ready, used, rule))
        empty = {name(one.node) for one in found if self._is_empty(name(one.node), now)}
        found.sort(key=lambda one: (name(one.node) not in empty, name(one.node) not in before))
        return found, any(self._shrinking(self._mirror.nodes[one]) for one in there)

    def _shrinking(self, facts: NodeFacts) -> str | None:
        """The group that could lose the node; None if the node stays or is on its way already."""
        group = self._groups.of(facts)
        if group is None or facts.name in self._actuator.deletions:
            return None
        known = self._groups.all[group]
        return group if known.target_size > known.min_size else None

    def _told_apart(self, there: Iterable[str], rules: Iterable[GroupRules]) -> set[str]:
        """The nodes whose pods do not all count alike."""
        if self._counts_all or any(one.ignore_daemons for one in rules):
            return set(there)
        known = self._mirror.nodes
        return {one for one in there if known[one].has_gpu}.union(self._mirror.leaving.values())

    def _shares(self) -> "_Shares":
        table = self._mirror.snapshot.state.nodes
        cpu, memory = (_share(table.resource(one)) for one in ("cpu", "memory"))
        return _Shares(table, cpu, memory)

    def _counted(self, facts: NodeFacts, rules: GroupRules, now: Micros) -> Utilization:
        """How full a node is, pod by pod."""
        members = self._mirror.snapshot.state.pods_on(facts.name)
        skips = rules.ignore_daemons
        return utilization(
            facts.node, members, now, skip_daemons=skips, skip_mirrors=self._counts_all
        )

    def _is_empty(self, node_name: str, now: Micros) -> bool:
        """Whether nothing on the node would need another place."""
        members = self._mirror.snapshot.state.pods_on(node_name)
        found = leaving(members, Context(now, self._options.drain))
        return found.blocked is None and not found.moving


class _Shares(NamedTuple):
    """How full the rows of all nodes are of cpu and of memory."""

    table: NodeTable
    cpu: Floats
    memory: Floats

    def of(self, node_name: str) -> Utilization:
        """How full a node is."""
        slot = self.table.slots[node_name]
        cpu, memory = float(self.cpu[slot]), float(self.memory[slot])
        resource = "cpu" if cpu > memory else "memory"
        return Utilization(cpu, memory, 0.0, resource, max(cpu, memory))

    def below(self, threshold: float) -> set[str]:
        """The names of the nodes that are less full than that of both."""
        rows = np.flatnonzero(np.maximum(self.cpu, self.memory) < threshold)
        names = self.table.names
        return {names[row] for row in rows.tolist() if row < len(names)}


def _share(column: ResourceColumn) -> Floats:
    full = np.zeros(len(column.used))
    np.divide(column.used, column.offered, out=full, where=column.offered != 0)
    return full
