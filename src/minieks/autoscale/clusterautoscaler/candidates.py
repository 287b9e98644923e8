"""Which nodes a round looks at for removal, in which order.

Source: kubernetes/autoscaler cluster-autoscaler/processors/nodes/pre_filtering_processor.go and
processors/scaledowncandidates/{emptycandidates,previouscandidates}.
"""

from collections.abc import Collection, Iterable

from minieks.autoscale.clusterautoscaler import unneeded
from minieks.autoscale.clusterautoscaler.actuating import Actuator
from minieks.autoscale.clusterautoscaler.drainability import Context
from minieks.autoscale.clusterautoscaler.groups import Groups
from minieks.autoscale.clusterautoscaler.mirror import Mirror, NodeFacts
from minieks.autoscale.clusterautoscaler.options import Options
from minieks.autoscale.clusterautoscaler.removal import leaving
from minieks.autoscale.clusterautoscaler.unneeded import Candidate, GroupRules
from minieks.autoscale.clusterautoscaler.utilization import Utilization, has_gpu, utilization
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

    def find(
        self, there: Iterable[str], before: Collection[str], now: Micros
    ) -> tuple[list[Candidate], bool]:
        """Those used little enough, empty ones first, then those of ``before``.

        Also whether there was any node that could go if it were used less.
        """
        found, any_node = [], False
        rules = {one: self._groups.rules(one) for one in self._groups.all}
        leaving_from = set(self._mirror.leaving.values())
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
            used = self._used(node_name, facts, rules[group], node_name in leaving_from, now)
            if used is not None:
                found.append(Candidate(facts.node, group, facts.ready, used, rules[group]))
        empty = {name(one.node) for one in found if self._is_empty(name(one.node), now)}
        found.sort(key=lambda one: (name(one.node) not in empty, name(one.node) not in before))
        return found, any_node

    def _used(
        self, node_name: str, facts: NodeFacts, rules: GroupRules, leaves: bool, now: Micros
    ) -> Utilization | None:
        """How full a node is; None if it is too full."""
        mirrors = self._options["ignore-mirror-pods-utilization"]
        if leaves or mirrors or rules.ignore_daemons or has_gpu(facts.node):
            members = self._mirror.snapshot.state.pods_on(node_name)
            return utilization(
                facts.node, members, now, skip_daemons=rules.ignore_daemons, skip_mirrors=mirrors
            )
        table = self._mirror.snapshot.state.nodes
        slot = table.slots[node_name]
        cpu, memory = (_share(table.resource(one), slot) for one in ("cpu", "memory"))
        if max(cpu, memory) >= rules.threshold:
            return None
        resource = "cpu" if cpu > memory else "memory"
        return Utilization(cpu, memory, 0.0, resource, max(cpu, memory))

    def _is_empty(self, node_name: str, now: Micros) -> bool:
        """Whether nothing on the node would need another place."""
        members = self._mirror.snapshot.state.pods_on(node_name)
        found = leaving(members, Context(now, self._options.drain))
        return found.blocked is None and not found.moving


def _share(column: ResourceColumn, slot: int) -> float:
    offered = int(column.offered[slot])
    return int(column.used[slot]) / offered if offered else 0.0
