"""The half of a round that takes nodes away.

Source: kubernetes/autoscaler cluster-autoscaler/core/static_autoscaler.go RunOnce and
core/scaledown/planner.
"""

from collections.abc import Mapping, Sequence

from minieks.autoscale.clusterautoscaler import limits, unneeded
from minieks.autoscale.clusterautoscaler.actuating import Actuator
from minieks.autoscale.clusterautoscaler.budgets import budgets_of
from minieks.autoscale.clusterautoscaler.candidates import Candidates
from minieks.autoscale.clusterautoscaler.drainability import Context
from minieks.autoscale.clusterautoscaler.groups import Groups
from minieks.autoscale.clusterautoscaler.mirror import Mirror
from minieks.autoscale.clusterautoscaler.options import Options
from minieks.autoscale.clusterautoscaler.removal import Rescheduling
from minieks.autoscale.clusterautoscaler.unneeded import Candidate, Size, Unneeded
from minieks.autoscale.clusterautoscaler.utilization import Utilization, utilization
from minieks.engine.clock import HOUR, Micros
from minieks.kube.api.server import Api
from minieks.kube.words.objects import name


class ScalingDown:
    """Finds unneeded nodes round by round, and removes those whose time is over."""

    def __init__(
        self, api: Api, mirror: Mirror, groups: Groups, actuator: Actuator, options: Options
    ) -> None:
        self._api = api
        self._mirror = mirror
        self._groups = groups
        self._actuator = actuator
        self._options = options
        self._candidates = Candidates(mirror, groups, actuator, options)
        self._removing = Rescheduling(mirror.snapshot)
        self.unneeded = Unneeded(options.down)
        self.last_deletion = self.last_failure = api.engine.now() - HOUR
        self.due: list[Micros] = []
        """When time alone changes what the last round found."""
        self.eventful = False
        """Whether the last round changed anything, so that the next one may find more."""

    def by_group(self) -> dict[str, list[str]]:
        """The unneeded nodes of each group."""
        found: dict[str, list[str]] = {}
        for node_name in self.unneeded.nodes:
            facts = self._mirror.nodes.get(node_name)
            group = self._groups.of(facts) if facts is not None else None
            if group is not None:
                found.setdefault(group, []).append(node_name)
        return found

    def run(self, upcoming: set[str], scaled_up_at: Micros, now: Micros, *, may_act: bool) -> None:
        """Look which nodes are unneeded; ``upcoming`` ones are not there yet."""
        self.due, self.eventful = [], False
        there = [one for one in self._mirror.nodes if not upcoming or one not in upcoming]
        context = Context(now, self._options.drain, find=self._api.get)
        context.budgets = budgets_of(self._api.list("poddisruptionbudgets.policy"))
        candidates, any_candidate = self._candidates.find(there, set(self.unneeded.nodes), now)
        destinations = [one for one in there if one not in self._actuator.deletions]
        before = list(self.unneeded.nodes)
        self._mirror.snapshot.fork()
        self.unneeded.update(candidates, destinations, self._removing, context)
        self._mirror.snapshot.revert()
        self.eventful = self.unneeded.is_full and before != list(self.unneeded.nodes)
        by_name = {name(one.node): one for one in candidates}
        self._note_due(by_name, now)
        if not may_act or not any_candidate or self._cools_down(scaled_up_at, now):
            return
        if not self._delete(by_name, now):
            self._soften(there)

    def _cools_down(self, scaled_up_at: Micros, now: Micros) -> bool:
        ends = [
            scaled_up_at + self._options["scale-down-delay-after-add"],
            self.last_failure + self._options["scale-down-delay-after-failure"],
            self.last_deletion + self._options["scale-down-delay-after-delete"],
        ]
        if max(ends) > now:
            self.due.append(max(ends))
            return True
        return False

    def _delete(self, candidates: dict[str, Candidate], now: Micros) -> bool:
        """Begin to remove nodes whose time is over; gives whether there were any."""
        if not any(
            one.name in candidates and self.unneeded.due(one, candidates[one.name]) < now
            for one in self.unneeded.nodes.values()
        ):
            return False
        has = limits.total(
            (facts.size, 1)
            for facts in self._mirror.nodes.values()
            if not unneeded.is_being_deleted(facts.to_be_deleted, now)
        )
        sizes = {
            one.id: Size(one.target_size, one.min_size, self._actuator.of_group(one.id))
            for one in self._groups.all.values()
        }
        found = self.unneeded.removable_at(now, candidates, sizes, has, self._size)
        empty, drained = unneeded.cropped(*found, self._actuator.under_way(), self._options.down)
        if not empty and not drained:
            return False
        going = [self._mirror.nodes[one.name] for one in (*empty, *drained)]
        self._groups.remember(going, now)
        self._actuator.start(
            empty, drained, lambda key: candidates[key].group, lambda key: self._used(key, now)
        )
        self.last_deletion = now
        self.eventful = True
        return True

    def _size(self, node_name: str) -> Mapping[str, int]:
        return self._mirror.nodes[node_name].size

    def _used(self, node_name: str, now: Micros) -> Utilization:
        members = self._mirror.snapshot.state.pods_on(node_name)
        skips = self._options["ignore-daemonsets-utilization"]
        mirrors = self._options["ignore-mirror-pods-utilization"]
        node = self._mirror.nodes[node_name].node
        return utilization(node, members, now, skip_daemons=skips, skip_mirrors=mirrors)

    def _soften(self, there: Sequence[str]) -> None:
        """Give candidates the soft taint, and take it off the others."""
        most = self._options["max-bulk-soft-taint-count"]
        known = (self._mirror.nodes[one] for one in there)
        ours = {
            facts.name: facts
            for facts in known
            if (facts.is_marked or facts.name in self.unneeded.nodes)
            and facts.to_be_deleted is None
            and self._groups.of(facts) is not None
        }
        marked = [one for one, facts in ours.items() if facts.is_marked]
        wanted = [one for one in self.unneeded.nodes if one in ours]
        needed = [one for one in marked if one not in self.unneeded.nodes]
        clean, add = unneeded.soft_taint_changes(wanted, marked, needed, most)
        for node_name in clean:
            self._actuator.soften(node_name, is_candidate=False)
        for node_name in add:
            self._actuator.soften(node_name, is_candidate=True)
        self.eventful = self.eventful or len(clean) + len(add) >= most

    def _note_due(self, candidates: dict[str, Candidate], now: Micros) -> None:
        """When the time of an unneeded node is over, or one is tried again."""
        for one in self.unneeded.nodes.values():
            candidate = candidates.get(one.name)
            if candidate is None:
                continue
            due = self.unneeded.due(one, candidate)
            if due >= now:
                self.due.append(due + 1)
        self.due.extend(self.unneeded.due_rechecks(now))
