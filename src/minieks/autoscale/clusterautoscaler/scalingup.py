"""One scale-up: which groups grow by how much, for which pods, and why others get nothing.

Source: kubernetes/autoscaler cluster-autoscaler/core/scaleup/orchestrator/orchestrator.go,
processors/status/eventing_scale_up_processor.go.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler import limits
from minieks.autoscale.clusterautoscaler.balancing import Growth, Likeness, are_alike, balanced
from minieks.autoscale.clusterautoscaler.estimating import Estimator, schedulable
from minieks.autoscale.clusterautoscaler.expanders import Option, Priorities, best_option
from minieks.autoscale.clusterautoscaler.nodetemplates import NodeTemplate
from minieks.autoscale.clusterautoscaler.podgroups import PodGroup, pod_groups
from minieks.autoscale.clusterautoscaler.provider import NodeGroup
from minieks.autoscale.clusterautoscaler.snapshot import Snapshot
from minieks.kube.scheduler.podinfo import PodInfo

BACKOFF: Final = "in backoff after failed scale-up"
FULL: Final = "max node group size reached"
NOT_READY: Final = "not ready for scale-up"


@dataclass(frozen=True, slots=True)
class Rules:
    """The flags that decide a scale-up."""

    expanders: Sequence[str] = ("least-waste",)
    balance: bool = False
    likeness: Likeness = field(default_factory=Likeness)
    max_nodes_total: int = 0
    """0 for no limit."""
    max_nodes_per_scale_up: int = 1000
    resources: limits.Limits = limits.DEFAULTS


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is when a scale-up is planned."""

    groups: Sequence[NodeGroup]
    templates: Mapping[str, NodeTemplate]
    node_count: int
    """How many nodes are ready."""
    resources: Mapping[str, int]
    """Cores and bytes of memory that the cluster has or has asked for."""
    unsafe: Mapping[str, str] = field(default_factory=dict)
    """Groups that may not grow now, with the reason: `BACKOFF` or `NOT_READY`."""


class Helpless(NamedTuple):
    """A pod that no group can help, and why: reasons with the number of groups."""

    info: PodInfo
    reasons: Mapping[str, int]

    @property
    def message(self) -> str:
        """The reasons as the event tells them; the program's own order is arbitrary."""
        return ", ".join(sorted(f"{count} {reason}" for reason, count in self.reasons.items()))


@dataclass(slots=True)
class Plan:
    """What to do. Without ``growth`` nothing is done."""

    growth: list[Growth] = field(default_factory=list)
    triggered: Sequence[PodInfo] = ()
    """The pods for whose sake groups grow."""
    helpless: list[Helpless] = field(default_factory=list)
    """Pods that no group helps; told only if nothing grows."""
    capped_at: int = 0
    """``--max-nodes-total``, if it makes the step smaller."""
    failed: str = ""
    """Why the step was given up in the end."""


@dataclass(slots=True)
class Planner:
    """Works out one plan; the snapshot is left as it was."""

    snapshot: Snapshot
    rules: Rules
    situation: Situation
    _fitting: dict[str, list[PodGroup]] = field(default_factory=dict)
    _skipped: dict[str, str] = field(default_factory=dict)

    def plan(self, infos: Iterable[PodInfo], priorities: Priorities, chance: Random) -> Plan:
        """The best step that helps some of the pods."""
        groups = pod_groups(infos)
        valid = [one for one in self.situation.groups if self._is_valid(one)]
        for one in valid:
            template = self.situation.templates[one.id]
            self._fitting[one.id] = schedulable(self.snapshot, groups, template, one.id)
        options = [option for one in valid if (option := self._option(one)) is not None]
        best = best_option(self.rules.expanders, options, priorities, chance) if options else None
        helpless = list(self._helpless(groups, filtered=bool(options) and best is None))
        if best is None:
            return Plan(helpless=helpless)
        return self._step(best, helpless)

    # Which groups may grow -------------------------------------------------------------------

    def _is_valid(self, group: NodeGroup) -> bool:
        reason = self._reason_to_skip(group)
        if reason:
            self._skipped[group.id] = reason
        return not reason

    def _reason_to_skip(self, group: NodeGroup) -> str:
        if group.id in self.situation.unsafe:
            return self.situation.unsafe[group.id]
        if group.target_size >= group.max_size:
            return FULL
        template = self.situation.templates.get(group.id)
        if template is None:
            return NOT_READY
        beyond = limits.exceeded(self._room(), limits.size(template.node))
        return f"max cluster {', '.join(beyond)} limit reached" if beyond else ""

    def _room(self) -> Mapping[str, int]:
        return limits.left(self.rules.resources, self.situation.resources)

    # Options ---------------------------------------------------------------------------------

    def _option(self, group: NodeGroup) -> Option | None:
        fitting = self._fitting[group.id]
        most = self._most_new_nodes(group)
        if not fitting or most < 1:
            return None
        template = self.situation.templates[group.id]
        found = Estimator(self.snapshot, template, most).run(fitting)
        if not found.pods or not found.node_count:
            return None
        return Option(group, found.node_count, found.pods, template.node)

    def _most_new_nodes(self, group: NodeGroup) -> int:
        """The program's thresholds: per scale-up, of the cluster, of the group with those alike."""
        together = (group, *self._alike(group))
        found = [sum(one.max_size - one.target_size for one in together)]
        if self.rules.max_nodes_per_scale_up > 0:
            found.append(self.rules.max_nodes_per_scale_up)
        if self.rules.max_nodes_total > 0:
            found.append(self.rules.max_nodes_total - self.situation.node_count)
        return min(found)

    def _alike(self, group: NodeGroup) -> list[NodeGroup]:
        """The other groups that can take the same pods and are like this one."""
        if not self.rules.balance:
            return []
        templates, own = self.situation.templates, self._fitting[group.id]
        return [
            one
            for one in self.situation.groups
            if one.id != group.id
            and one.id in templates
            and are_alike(templates[group.id], templates[one.id], self.rules.likeness)
            and one.id not in self.situation.unsafe
            and all(any(g is mine for g in self._fitting.get(one.id, ())) for mine in own)
        ]

    # The step --------------------------------------------------------------------------------

    def _step(self, best: Option, helpless: list[Helpless]) -> Plan:
        count, capped_at = best.node_count, 0
        most = self.rules.max_nodes_total
        if 0 < most < count + self.situation.node_count:
            count, capped_at = most - self.situation.node_count, most
            if count < 1:
                return Plan(
                    [], best.pods, helpless, capped_at, "max node total count already reached"
                )
        count = limits.allowed(self._room(), limits.size(best.template), count)
        growth = balanced((best.group, *self._alike(best.group)), count)
        return Plan(growth, best.pods, helpless, capped_at)

    def _helpless(self, groups: Iterable[PodGroup], *, filtered: bool) -> Iterable[Helpless]:
        """Pods that fit on no group, with the reasons counted over groups."""
        for group in groups:
            if group.schedulable and not filtered:
                continue
            reasons: Counter[str] = Counter()
            for refused in group.refused.values():
                reasons.update(refused)
            reasons.update(self._skipped.values())
            for info in group.pods:
                yield Helpless(info, dict(reasons))
