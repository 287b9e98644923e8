"""Which nodes nobody needs, since when, and which of them may go now.

Source: kubernetes/autoscaler cluster-autoscaler/core/scaledown/{planner/planner,unneeded/nodes,
unremovable/nodes,eligibility/eligibility,budgets/budgets}.go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler import limits
from minieks.autoscale.clusterautoscaler.drainability import UNMOVABLE, Context, blocks_until
from minieks.autoscale.clusterautoscaler.removal import Rescheduling, leaving, remove
from minieks.autoscale.clusterautoscaler.utilization import Utilization
from minieks.engine.clock import MINUTE, Micros
from minieks.kube.scheduler.arrays import Bools
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words.objects import Obj, annotations, name

DISABLED: Final = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
DELETION_TAKES: Final = 5 * MINUTE
"""So long a node with the taint of deletion counts as being deleted."""


@dataclass(frozen=True, slots=True)
class GroupRules:
    """The settings that each node group may have for itself."""

    threshold: float = 0.5
    gpu_threshold: float = 0.5
    unneeded_time: Micros = 10 * MINUTE
    unready_time: Micros = 20 * MINUTE
    ignore_daemons: bool = False


@dataclass(frozen=True, slots=True)
class DownRules:
    """The flags that decide a scale-down."""

    parallelism: int = 10
    drain_parallelism: int = 1
    recheck_timeout: Micros = 5 * MINUTE
    resources: limits.Limits = limits.DEFAULTS
    unready_too: bool = True
    unneeded_time: Micros = 10 * MINUTE


_RECENT: Final = "RecentlyUnremovable"


class Candidate(NamedTuple):
    """A node that may be looked at, as far as its eligibility goes."""

    node: Obj
    group: str
    ready: bool
    utilization: Utilization
    rules: GroupRules


class Removable(NamedTuple):
    """A node that was found unneeded."""

    name: str
    moving: Sequence[PodInfo]
    since: Micros
    risky: bool = False
    """Whether not all of its pods may be evicted at the same time."""


class Unremovable(NamedTuple):
    """Why a node stays."""

    reason: str
    detail: str = ""


class Size(NamedTuple):
    """A group's size for the choice of nodes that go."""

    target: int
    least: int
    deleting: int


def ineligible(candidate: Candidate, *, unready_too: bool) -> str:
    """Why a node is not considered at all; empty if it is."""
    if annotations(candidate.node).get(DISABLED) == "true":
        return "ScaleDownDisabledAnnotation"
    if not unready_too and not candidate.ready:
        return "ScaleDownUnreadyDisabled"
    rules, used = candidate.rules, candidate.utilization
    most = rules.gpu_threshold if used.resource not in ("cpu", "memory") else rules.threshold
    return "NotUnderutilized" if used.value >= most else ""


@dataclass(slots=True)
class Unneeded:
    """The nodes found unneeded, round by round."""

    rules: DownRules
    nodes: dict[str, Removable] = field(default_factory=dict)
    why_not: dict[str, Unremovable] = field(default_factory=dict)
    """Why each other node stays, as of the last round."""
    is_full: bool = False
    """Whether the last round found as many as are worth knowing, and did not look further."""
    _until: dict[str, Micros] = field(default_factory=dict)
    """Until when a node that could not be removed is not tried again."""
    _frees: dict[str, Micros] = field(default_factory=dict)
    """When a node is tried again whose pod keeps it but for a time."""
    _interval: Micros = 0
    _last: Micros | None = None

    def clear(self) -> None:
        """Forget all nodes: their time begins anew."""
        self.nodes = {}

    def is_recent(self, node_name: str, now: Micros) -> bool:
        """Whether a node was found unremovable a short while ago."""
        return self._until.get(node_name, 0) > now

    def due_rechecks(self, now: Micros) -> list[Micros]:
        """When nodes are tried again that were not, though something may have changed."""
        skipped = [one for one, why in self.why_not.items() if why.reason == _RECENT]
        tried = [self._until[one] for one in skipped if self._until.get(one, 0) > now]
        return tried + [one for one in self._frees.values() if one > now]

    def update(
        self,
        candidates: Sequence[Candidate],
        destinations: Sequence[str],
        rescheduling: Rescheduling,
        context: Context,
    ) -> None:
        """Find the nodes that can go together, in the order in which they are given.

        The snapshot is changed: a caller who wants it back forks it before.
        """
        now = context.now
        self._note_interval(now)
        self.why_not = {}
        there = {one.node["metadata"]["name"] for one in candidates}
        self._frees = {key: t for key, t in self._frees.items() if t > now and key in there}
        self._until = {key: t for key, t in self._until.items() if t > now and key in there}
        eligible = [one for one in candidates if self._may_try(one, now)]
        among = rescheduling.snapshot.mask(destinations)
        found: dict[str, Removable] = {}
        most = self._most()
        self.is_full = False
        for one in eligible:
            if len(found) >= most:
                self.is_full = True
                break
            removable = self._try(one, among, rescheduling, context)
            if removable is not None:
                found[removable.name] = removable
        self.nodes = found
        rescheduling.forget_old()

    def _note_interval(self, now: Micros) -> None:
        if self._last is not None:
            past = now - self._last
            self._interval = min(self._interval or past, past)
        self._last = now

    def _most(self) -> int:
        """How many unneeded nodes are worth knowing: a few more than could go soon."""
        each = self.rules.parallelism
        interval = max(self._interval or self.rules.unneeded_time, 1)
        rounds = max(self.rules.unneeded_time, interval) // interval
        return min(len(self.nodes) + 2 * each, each * rounds + each)

    def _may_try(self, one: Candidate, now: Micros) -> bool:
        node_name = name(one.node)
        if self.is_recent(node_name, now):
            self.why_not[node_name] = Unremovable(_RECENT)
            return False
        reason = ineligible(one, unready_too=self.rules.unready_too)
        if reason:
            self.why_not[node_name] = Unremovable(reason)
        return not reason

    def _try(
        self,
        one: Candidate,
        among: Bools,
        rescheduling: Rescheduling,
        context: Context,
    ) -> Removable | None:
        node_name, snapshot = name(one.node), rescheduling.snapshot
        pods = leaving(snapshot.state.pods_on(node_name), context)
        if pods.blocked is not None:
            self._put_off(node_name, "BlockedByPod", pods.blocked.message, context.now)
            if pods.by is not None and pods.blocked.reason == UNMOVABLE:
                self._note_end(node_name, blocks_until(pods.by.pod, context.rules))
            return None
        slot = snapshot.state.nodes.slots[node_name]
        among[slot] = False
        if not remove(rescheduling, node_name, pods.moving, among):
            among[slot] = True
            self._put_off(node_name, "NoPlaceToMovePods", "", context.now)
            return None
        moving = [info.pod for info in pods.moving]
        risky = not context.budgets.allow_at_once(moving)
        context.budgets.take(moving)
        known = self.nodes.get(node_name)
        since = context.now if known is None else known.since
        return Removable(node_name, pods.moving, since, risky)

    def _put_off(self, node_name: str, reason: str, detail: str, now: Micros) -> None:
        self.why_not[node_name] = Unremovable(reason, detail)
        self._until[node_name] = now + self.rules.recheck_timeout

    def _note_end(self, node_name: str, until: Micros) -> None:
        """Note which of the trials to come is the first after a moment."""
        first, each = self._until[node_name], max(self.rules.recheck_timeout, 1)
        self._frees[node_name] = first + max(-(-(until - first) // each), 0) * each

    # Which may go now ------------------------------------------------------------------------

    def removable_at(
        self,
        now: Micros,
        candidates: Mapping[str, Candidate],
        sizes: Mapping[str, Size],
        has: Mapping[str, int],
        node_size: Callable[[str], Mapping[str, int]],
    ) -> tuple[list[Removable], list[Removable]]:
        """The nodes whose time is over: first those that are empty, then those to be drained."""
        targets = {group: one.target for group, one in sizes.items()}
        room = limits.spare(self.rules.resources, has)
        empty = [one for one in self.nodes.values() if not one.moving]
        full = [one for one in self.nodes.values() if one.moving]
        going = []
        for one in (*empty, *full):
            candidate = candidates.get(one.name)
            reason = "NotAutoscaled"
            if candidate is not None:
                size = sizes[candidate.group]._replace(target=targets[candidate.group])
                reason = self._stays(one, candidate, size, now)
            if not reason and candidate is not None:
                reason = _beyond(room, node_size(one.name))
            if reason or candidate is None:
                self.why_not[one.name] = Unremovable(reason)
                continue
            targets[candidate.group] -= 1
            going.append(one)
        drained = sorted((one for one in going if one.moving), key=lambda one: one.risky)
        return [one for one in going if not one.moving], drained

    def _stays(self, one: Removable, candidate: Candidate, size: Size, now: Micros) -> str:
        if annotations(candidate.node).get(DISABLED) == "true":
            return "ScaleDownDisabledAnnotation"
        if now <= self.due(one, candidate):
            return "NotUnneededLongEnough" if candidate.ready else "NotUnreadyLongEnough"
        if size.target - size.deleting <= size.least:
            return "NodeGroupMinSizeReached"
        return ""

    def due(self, one: Removable, candidate: Candidate) -> Micros:
        """The last moment at which a node still stays because of its time."""
        rules = candidate.rules
        return one.since + (rules.unneeded_time if candidate.ready else rules.unready_time)


def _beyond(room: dict[str, int], node_size: Mapping[str, int]) -> str:
    """Take a node from what may be lost; says why not if that is too much."""
    if limits.exceeded(room, node_size):
        return "MinimalResourceLimitExceeded"
    for resource, amount in node_size.items():
        if resource in room:
            room[resource] -= amount
    return ""


def cropped(
    empty: Sequence[Removable],
    drained: Sequence[Removable],
    under_way: tuple[int, int],
    rules: DownRules,
) -> tuple[Sequence[Removable], Sequence[Removable]]:
    """So many that not too many go at once; ``under_way``: empty ones and drained ones by now."""
    room = max(rules.parallelism - sum(under_way), 0)
    first = empty[:room]
    drains = min(room - len(first), rules.drain_parallelism - under_way[1])
    return first, drained[: max(drains, 0)]


def is_being_deleted(tainted_at: Micros | None, now: Micros) -> bool:
    """Whether a node with the taint of deletion is still expected to go."""
    return tainted_at is not None and now - tainted_at < DELETION_TAKES


def soft_taint_changes(
    unneeded: Sequence[str], marked: Sequence[str], others: Sequence[str], most: int
) -> tuple[list[str], list[str]]:
    """Which nodes lose the soft taint and which get it; ``most`` changes in one round.

    ``marked``: the nodes that have it; ``others``: all that are needed.
    """
    has = set(marked)
    clean = [one for one in others if one in has][:most]
    add = [one for one in unneeded if one not in has][: most - len(clean)]
    return clean, add
