"""Which nodes a round looks at for removal, in which order.

Source: kubernetes/autoscaler cluster-autoscaler/processors/nodes/pre_filtering_processor.go and
processors/scaledowncandidates/{emptycandidates,previouscandidates}.
"""

from collections.abc import Collection, Iterable, Mapping

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
from minieks.kube.scheduler.nodetable import ResourceColumn
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
        self, there: Iterable[str], before: Collection[str], now: Micros
    ) -> tuple[list[Candidate], bool]:
        """Those used little enough, empty ones first, then those of ``before``.

        Also whether there was any node that could go if it were used less.
        """
        found, any_node = [], False
        rules = {one: self._groups.rules(one) for one in self._groups.all}
        leaving_from = set(self._mirror.leaving.values())
        slots, cpu, memory = self._shares()
        for node_name in there:
            facts = self._mirror.nodes[node_name]
            group = self._groups.of(facts)
            if group is None or node_name in self._actuator.deletions:
                continue
            known = self._groups.all[group]
            if known.target_size <= known.min_size:
                continue
            any_node = True
            if unneeded.is_being_deleted(facts.to_be_deleted, now):
                continue
            rule = rules[group]
            apart = self._counts_all or rule.ignore_daemons or facts.has_gpu
            if apart or node_name in leaving_from:
                used = self._counted(facts, rule, now)
            else:
                slot = slots[node_name]
                if max(cpu[slot], memory[slot]) >= rule.threshold:
                    continue
                used = _used(cpu[slot], memory[slot])
            found.append(Candidate(facts.node, group, facts.ready, used, rule))
        empty = {name(one.node) for one in found if self._is_empty(name(one.node), now)}
        found.sort(key=lambda one: (name(one.node) not in empty, name(one.node) not in before))
        return found, any_node

    def _shares(self) -> tuple[Mapping[str, int], list[float], list[float]]:
        """Each node's row, and how full the rows are of cpu and of memory."""
        table = self._mirror.snapshot.state.nodes
        cpu, memory = (_share(table.resource(one)) for one in ("cpu", "memory"))
        return table.slots, cpu, memory

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


def _share(column: ResourceColumn) -> list[float]:
    full = np.zeros(len(column.used))
    np.divide(column.used, column.offered, out=full, where=column.offered != 0)
    found: list[float] = full.tolist()
    return found


def _used(cpu: float, memory: float) -> Utilization:
    return Utilization(cpu, memory, 0.0, "cpu" if cpu > memory else "memory", max(cpu, memory))
