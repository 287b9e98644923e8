"""What was asked of each node group, what has come of it, and which groups must wait.

Source: kubernetes/autoscaler cluster-autoscaler/clusterstate/clusterstate.go and
utils/backoff/exponential_backoff.go.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler.durations import duration_text
from minieks.autoscale.clusterautoscaler.provider import Instance, InstanceError, NodeGroup
from minieks.engine.clock import MINUTE, Micros

STARTUP_TIME: Final = 15 * MINUTE
"""From registration until a node that is not ready counts as unready."""
_DELETION: Final = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class RegistryRules:
    """The flags that decide when a group or the cluster is not healthy."""

    max_unready_percentage: float = 45.0
    ok_unready_count: int = 3
    provision_time: Micros = 15 * MINUTE
    initial_backoff: Micros = 5 * MINUTE
    max_backoff: Micros = 30 * MINUTE
    backoff_reset: Micros = 180 * MINUTE


class SeenNode(NamedTuple):
    """A node, as far as the count of its group goes."""

    name: str
    provider_id: str
    group: str | None
    ready: bool
    created: Micros
    exists: bool = True
    """Whether its machine is still there."""


class ScaleUpRequest(NamedTuple):
    """Nodes that were asked for."""

    at: Micros
    expected: Micros
    increase: int


class Backoff(NamedTuple):
    """Until when a group does not grow."""

    duration: Micros
    until: Micros
    failed_at: Micros
    error: InstanceError


class Incorrect(NamedTuple):
    """A group whose nodes are not as many as asked for, since when."""

    size: int
    target: int
    since: Micros


class Note(NamedTuple):
    """An event about the autoscaler's work."""

    type: str
    reason: str
    message: str


@dataclass(slots=True)
class Readiness:
    """The nodes of a group, or of the cluster, by their state."""

    ready: list[str] = field(default_factory=list)
    unready: list[str] = field(default_factory=list)
    not_started: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    unregistered: list[str] = field(default_factory=list)
    long_unregistered: list[str] = field(default_factory=list)

    def count(self, node: SeenNode, now: Micros) -> None:
        """Count a node."""
        self.registered.append(node.name)
        if not node.exists:
            self.deleted.append(node.name)
        elif node.ready:
            self.ready.append(node.name)
        elif node.created + STARTUP_TIME > now:
            self.not_started.append(node.name)
        else:
            self.unready.append(node.name)


_NONE: Final = Readiness()


@dataclass(slots=True)
class Registry:
    """All groups, brought up to date once in a round by ``update``."""

    rules: RegistryRules = field(default_factory=RegistryRules)
    groups: dict[str, NodeGroup] = field(default_factory=dict)
    total: Readiness = field(default_factory=Readiness)
    by_group: dict[str, Readiness] = field(default_factory=dict)
    requests: dict[str, ScaleUpRequest] = field(default_factory=dict)
    backoffs: dict[str, Backoff] = field(default_factory=dict)
    incorrect: dict[str, Incorrect] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)
    """Ids of instances that could not be created, by group."""
    _unregistered: dict[str, tuple[str, Micros]] = field(default_factory=dict)
    _known_errors: dict[str, set[str]] = field(default_factory=dict)
    _removals: list[tuple[str, Micros]] = field(default_factory=list)

    # Once in a round -------------------------------------------------------------------------

    def update(
        self,
        now: Micros,
        nodes: Sequence[SeenNode],
        groups: Iterable[NodeGroup],
        instances: Mapping[str, Sequence[Instance]],
    ) -> list[Note]:
        """Count everything anew; gives what is to be told."""
        self.groups = {one.id: one for one in groups}
        self._find_unregistered(now, nodes, instances)
        self._count(now, nodes)
        self._removals = [one for one in self._removals if one[1] > now]
        notes = [*self._settle_requests(now), *self._handle_errors(now, instances)]
        self._find_incorrect(now)
        return notes

    def _find_unregistered(
        self, now: Micros, nodes: Sequence[SeenNode], instances: Mapping[str, Sequence[Instance]]
    ) -> None:
        registered = {one.provider_id for one in nodes}
        found: dict[str, tuple[str, Micros]] = {}
        for group, members in instances.items():
            for one in members:
                if one.id not in registered and not one.deleting and one.error is None:
                    found[one.id] = self._unregistered.get(one.id, (group, now))
        self._unregistered = found

    def _count(self, now: Micros, nodes: Sequence[SeenNode]) -> None:
        self.total = Readiness()
        by_group: defaultdict[str, Readiness] = defaultdict(Readiness)
        for node in nodes:
            self.total.count(node, now)
            if node.group is not None:
                by_group[node.group].count(node, now)
        for instance, (group, since) in self._unregistered.items():
            for one in (self.total, by_group[group]):
                is_long = since + self.rules.provision_time < now
                (one.long_unregistered if is_long else one.unregistered).append(instance)
        self.by_group = dict(by_group)

    def _settle_requests(self, now: Micros) -> Iterable[Note]:
        """Scale-ups that are done, or have taken too long."""
        reset = self.rules.backoff_reset
        self.backoffs = {k: b for k, b in self.backoffs.items() if b.failed_at + reset >= now}
        for group, request in list(self.requests.items()):
            if not self.has_upcoming(group):
                del self.requests[group]
                self.backoffs.pop(group, None)
            elif request.expected < now:
                took = duration_text(now - request.at)
                text = f"Scale-up timed out for node group {group} after {took}"
                self._back_off(group, InstanceError("Other", "timeout", text), now)
                del self.requests[group]
                text = f"Nodes added to group {group} failed to register within {took}"
                yield Note("Warning", "ScaleUpTimedOut", text)

    def _handle_errors(
        self, now: Micros, instances: Mapping[str, Sequence[Instance]]
    ) -> Iterable[Note]:
        """Instances that could not be created: the group waits, and they are given up."""
        self.failed = {}
        for group, members in instances.items():
            wrong = [one for one in members if one.error is not None]
            known = self._known_errors.get(group, set())
            self._known_errors[group] = {one.id for one in wrong}
            if wrong:
                self.failed[group] = [one.id for one in wrong]
            new = [one for one in wrong if one.id not in known]
            if new and self.is_scaling_up(group):
                yield self._failed(group, new, now)

    def _failed(self, group: str, new: Sequence[Instance], now: Micros) -> Note:
        error = new[0].error
        assert error is not None, "only instances with an error are handled"
        self.asked_for(group, -len(new), now)
        self._back_off(group, error, now)
        text = f"Failed adding {len(new)} nodes to group {group} due to "
        text += f"{error.error_class}.{error.code}; source errors: {error.message}"
        return Note("Warning", "ScaleUpFailed", text)

    def _find_incorrect(self, now: Micros) -> None:
        found: dict[str, Incorrect] = {}
        for group, one in self.groups.items():
            readiness = self.by_group.get(group)
            if readiness is None:
                continue
            size, target = len(readiness.registered), one.target_size
            coming = len(readiness.unregistered) + len(readiness.long_unregistered)
            if target - coming <= size <= target:
                continue
            known = self.incorrect.get(group)
            same = known is not None and known[:2] == (size, target)
            found[group] = known if same and known else Incorrect(size, target, now)
        self.incorrect = found

    # What is asked for -----------------------------------------------------------------------

    def asked_for(self, group: str, delta: int, now: Micros) -> None:
        """Note that more nodes were asked for, or less."""
        known = self.requests.get(group)
        expected = now + self.rules.provision_time
        if known is None:
            if delta > 0:
                self.requests[group] = ScaleUpRequest(now, expected, delta)
        elif known.increase + delta <= 0:
            del self.requests[group]
        elif delta > 0:
            self.requests[group] = ScaleUpRequest(now, expected, known.increase + delta)
        else:
            self.requests[group] = known._replace(increase=known.increase + delta)

    def removed(self, group: str, now: Micros) -> None:
        """Note that a node was removed."""
        self._removals.append((group, now + _DELETION))

    def refused(self, group: str, message: str, now: Micros) -> None:
        """Note that the cloud refused to make a group larger."""
        self._back_off(group, InstanceError("Other", "cloudProviderError", message), now)

    def _back_off(self, group: str, error: InstanceError, now: Micros) -> None:
        duration = self.rules.initial_backoff
        known = self.backoffs.get(group)
        if known is not None and known.until < now:
            duration = min(2 * known.duration, self.rules.max_backoff)
        self.backoffs[group] = Backoff(duration, now + duration, now, error)

    # Questions -------------------------------------------------------------------------------

    def is_backed_off(self, group: str, now: Micros) -> bool:
        """Whether a group waits after a failure."""
        known = self.backoffs.get(group)
        return known is not None and known.until > now

    def is_cluster_healthy(self) -> bool:
        """Whether not too many nodes are unready."""
        return not self._too_many(len(self.total.unready), len(self.total.registered))

    def is_group_healthy(self, group: str) -> bool:
        """Whether not too many of the group's nodes are missing without reason."""
        target = self.groups[group].target_size
        readiness = self.by_group.get(group)
        request = self.requests.get(group)
        least = target - (request.increase if request else 0)
        if readiness is None:
            return target == 0 or (least == 0 and target > 0)
        least -= len(readiness.long_unregistered)
        missing = max(least - len(readiness.ready), 0)
        known = len(readiness.ready) + len(readiness.unready) + len(readiness.not_started)
        return not self._too_many(missing, known)

    def _too_many(self, count: int, of: int) -> bool:
        share = self.rules.max_unready_percentage / 100.0
        return count > self.rules.ok_unready_count and count > share * of

    def has_upcoming(self, group: str) -> bool:
        """Whether nodes of the group have still to come."""
        if group not in self.groups:
            return False
        readiness = self.by_group.get(group, _NONE)
        present = len(readiness.registered) - len(readiness.not_started)
        return self.groups[group].target_size > present

    def is_scaling_up(self, group: str) -> bool:
        """Whether the group grows because it was asked to."""
        return group in self.requests and self.has_upcoming(group)

    def upcoming(self) -> dict[str, int]:
        """How many nodes of each group are to come or to become ready."""
        found = {}
        for group, one in self.groups.items():
            known = self.by_group.get(group, _NONE)
            here = len(known.ready) + len(known.unready) + len(known.long_unregistered)
            if one.target_size > here:
                found[group] = one.target_size - here
        return found

    def long_unregistered(self, group: str) -> list[str]:
        """Ids of instances that have not become nodes in time."""
        return self.by_group.get(group, _NONE).long_unregistered

    def next_change(self, now: Micros) -> Micros | None:
        """When time alone changes something here."""
        found = [one.until for one in self.backoffs.values()]
        found += [one.expected for one in self.requests.values()]
        found += [t + self.rules.provision_time for _, t in self._unregistered.values()]
        found += [one.since + self.rules.provision_time for one in self.incorrect.values()]
        return min((one for one in found if one >= now), default=None)
