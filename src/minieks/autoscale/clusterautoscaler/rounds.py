"""One round of the autoscaler: look, scale up, else scale down.

Source: kubernetes/autoscaler cluster-autoscaler/core/static_autoscaler.go RunOnce.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from minieks.autoscale.clusterautoscaler import limits, nodetemplates, pending, unneeded
from minieks.autoscale.clusterautoscaler.actuating import Actuator
from minieks.autoscale.clusterautoscaler.balancing import Growth
from minieks.autoscale.clusterautoscaler.estimating import add_node
from minieks.autoscale.clusterautoscaler.expanders import PRIORITY_CONFIG, Priorities
from minieks.autoscale.clusterautoscaler.groups import Groups
from minieks.autoscale.clusterautoscaler.mirror import Mirror
from minieks.autoscale.clusterautoscaler.options import Options
from minieks.autoscale.clusterautoscaler.provider import Provider, ProviderError
from minieks.autoscale.clusterautoscaler.recording import Recorder, normal, warning
from minieks.autoscale.clusterautoscaler.registry import STARTUP_TIME, Registry
from minieks.autoscale.clusterautoscaler.removal import Rescheduling
from minieks.autoscale.clusterautoscaler.rollcall import RollCall
from minieks.autoscale.clusterautoscaler.scalingdown import ScalingDown
from minieks.autoscale.clusterautoscaler.scalingup import (
    BACKOFF,
    NOT_READY,
    Helpless,
    Plan,
    Planner,
    Situation,
)
from minieks.autoscale.clusterautoscaler.snapshot import unbound
from minieks.engine.clock import HOUR, Micros
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.scheduler.podinfo import PodInfo

_AT_MOST: Final = "max total nodes in cluster reached"


class Autoscaler:
    """The program while it runs: what it remembers from round to round."""

    def __init__(self, api: Api, provider: Provider, options: Options) -> None:
        self._api = api
        self._provider = provider
        self._options = options
        self._chance = api.engine.random("cluster-autoscaler")
        self.mirror = Mirror(api, options["expendable-pods-priority-cutoff"])
        self.recorder = Recorder(api, repeats=options["record-duplicated-events"])
        self.actuator = Actuator(api, provider, self.recorder, options)
        self.actuator.on_removed = self._removed
        self.registry = Registry(options.registry)
        self.groups = Groups(api, provider, self.mirror, options)
        self.down = ScalingDown(api, self.mirror, self.groups, self.actuator, options)
        self._filtering = Rescheduling(self.mirror.snapshot)
        self.last_scale_up = api.engine.now() - HOUR
        self.cloud_changed = True
        """Whether the cloud's side may be other than in the last round."""
        self._roll = RollCall(self.mirror, self.groups)
        self._due: list[Micros] = []
        self._eventful = False

    def _removed(self, group: str) -> None:
        self.registry.removed(group, self._api.engine.now())
        self.cloud_changed = True

    def minds_budgets(self) -> bool:
        """Whether a change of a budget may change a decision now."""
        return bool(self.down.unneeded.nodes or self.down.unneeded.why_not)

    # The round -------------------------------------------------------------------------------

    def run(self) -> list[Micros]:
        """Do a round; gives moments from which on another one may find something to do.

        A moment that is past or now stands for the next round.
        """
        now = self._api.engine.now()
        self._due, self._eventful = [], False
        counts = self._roll.note(self.mirror.catch_up())
        if counts or self.cloud_changed or self._registry_is_due(now):
            self._count(now)
        snapshot = self.mirror.snapshot
        snapshot.fork()
        try:
            self._act(now)
        finally:
            snapshot.revert()
        self._plan_for_time(now)
        return [now] if self._eventful else self._due

    def _registry_is_due(self, now: Micros) -> bool:
        due = self.registry.next_change(now - 1)
        return (due is not None and due <= now) or any(one <= now for one in self._starts())

    def _starts(self) -> list[Micros]:
        """When nodes that are not ready yet begin to count as unready."""
        known = self.mirror.nodes
        starting = self.registry.total.not_started
        return [known[one].created + STARTUP_TIME for one in starting if one in known]

    def _count(self, now: Micros) -> None:
        """Ask the cloud, and count nodes and instances."""
        self.cloud_changed = False
        self.groups.refresh()
        instances = {one: self._provider.instances(one) for one in self.groups.all}
        known = {one.id for members in instances.values() for one in members}
        seen = self._roll.nodes(known)
        for note in self.registry.update(now, seen, self.groups.all.values(), instances):
            self.recorder.log(note)
            self._eventful = True

    def _act(self, now: Micros) -> None:
        ready = self._roll.ready
        if not ready and not self._options["scale-up-from-zero"]:
            return
        self._remove_unregistered(now)
        if not self.registry.is_cluster_healthy():
            self.down.unneeded.clear()
            self.recorder.log(warning("ClusterUnhealthy", "Cluster is unhealthy"))
            return
        self._remove_failed()
        if self._fix_sizes(now):
            return
        self._add_upcoming(now)
        help_for = self._pods_to_help(now)
        grown = self._scale_up(help_for, ready, now)
        if not grown and self._options["scale-down-enabled"]:
            self._scale_down(now, may_act=not help_for or not pending.are_new(help_for, now))
        if not grown and self._options["enforce-node-group-min-size"]:
            self._enforce_minimum(now)

    # What went wrong -------------------------------------------------------------------------

    def _remove_unregistered(self, now: Micros) -> None:
        """Give up instances that have not become nodes in time."""
        for group, one in self.groups.all.items():
            late = self.registry.long_unregistered(group)
            room = one.target_size - one.min_size
            if self._options["force-delete-unregistered-nodes"]:
                room = len(late)
            if not late or room <= 0:
                continue
            for instance in late[:room]:
                try:
                    self._provider.delete(group, [instance])
                except ProviderError as error:
                    text = f"Failed to remove node {instance}: {error}"
                    self.recorder.log(warning("DeleteUnregisteredFailed", text))
                    return
                text = f"Removed unregistered node {instance}"
                self.recorder.log(normal("DeleteUnregistered", text))
            self._after_cloud()

    def _remove_failed(self) -> None:
        """Ask no more for instances that could not be created."""
        for group, failed in self.registry.failed.items():
            try:
                self._provider.delete(group, failed)
            except ProviderError:
                continue
            self._after_cloud()

    def _after_cloud(self) -> None:
        self.cloud_changed = self._eventful = True
        self._count(self._api.engine.now())

    def _fix_sizes(self, now: Micros) -> bool:
        """Ask for less where nodes have been missing for long."""
        fixed = False
        for group, wrong in self.registry.incorrect.items():
            over = wrong.since + self._options.registry.provision_time < now
            if over and wrong.size < wrong.target:
                self._provider.decrease_target(group, wrong.target - wrong.size)
                fixed = True
        if fixed:
            self._after_cloud()
        return fixed

    # Scale up --------------------------------------------------------------------------------

    def _add_upcoming(self, now: Micros) -> None:
        """Put nodes that are to come into the snapshot, in place of those that are not ready."""
        upcoming = self.registry.upcoming()
        if not upcoming:
            return
        snapshot, templates = self.mirror.snapshot, self.groups.templates(now)
        for group, count in upcoming.items():
            starting = self.registry.by_group.get(group)
            for node_name in starting.not_started if starting else ():
                if node_name in snapshot.state.nodes.slots:
                    snapshot.remove_node(node_name)
            if group in templates:
                for number in range(count):
                    add_node(snapshot, nodetemplates.as_upcoming(templates[group], number))

    def _pods_to_help(self, now: Micros) -> list[PodInfo]:
        """The pods that wait and that no node takes which is there or will be."""
        snapshot = self.mirror.snapshot
        waiting: list[PodInfo] = []
        for pod in self.mirror.waiting.values():
            info = snapshot.compile(pod)
            nominated = (pod.get("status") or {}).get("nominatedNodeName")
            if self.mirror.is_expendable(pod):
                continue
            if nominated and nominated in snapshot.state.nodes.slots:
                snapshot.add_pod(info, nominated)
            else:
                waiting.append(info)
        waiting += self._drained()
        placed = self._filtering.place_all(
            pending.by_importance(waiting), None, until_failure=False
        )
        self._filtering.forget_old()
        left = [i for i in waiting if i.key not in placed and not pods.is_daemon(i.pod)]
        left = pending.by_importance(left)
        old = pending.old_enough(left, now, self._options["new-pod-scale-up-delay"])
        if len(old) < len(left):
            self._due.append(now)
        return old

    def _drained(self) -> Iterable[PodInfo]:
        """The pods that are being evicted by ourselves: others will come in their place."""
        for node_name in self.actuator.draining():
            for info in self.mirror.snapshot.state.pods_on(node_name):
                if not pods.is_daemon(info.pod) and not pods.is_mirror(info.pod):
                    yield unbound(info)

    def _scale_up(self, help_for: Sequence[PodInfo], ready: int, now: Micros) -> bool:
        """Let a group grow; gives whether one does."""
        if not help_for:
            return False
        most = self._options.up.max_nodes_total
        if 0 < most <= ready:
            text = f"Max total nodes in cluster reached: {most}"
            self.recorder.log(warning("MaxNodesTotalReached", text))
            self._tell_helpless((Helpless(info, {}) for info in help_for), _AT_MOST)
            return False
        if pending.are_new(help_for, now):
            self._due.append(pending.old_at(help_for))
            return False
        priorities = Priorities(
            self._api.get("configmaps", self._options["namespace"], PRIORITY_CONFIG)
        )
        situation = self._situation(ready, now)
        planner = Planner(self.mirror.snapshot, self._options.up, situation)
        plan = planner.plan(help_for, priorities, self._chance)
        for reason, message in priorities.warnings:
            assert priorities.config is not None, "only a ConfigMap that is there can be wrong"
            self.recorder.tell(priorities.config, warning(reason, message))
        if plan.capped_at:
            text = f"Max total nodes in cluster reached: {plan.capped_at}"
            self.recorder.log(warning("MaxNodesTotalReached", text))
        if not plan.growth:
            self._tell_helpless(plan.helpless)
            return False
        return self._execute(plan, now)

    def _situation(self, ready: int, now: Micros) -> Situation:
        templates = self.groups.templates(now)
        unsafe = {}
        for group in self.groups.all:
            if not self.registry.is_group_healthy(group):
                unsafe[group] = NOT_READY
            elif self.registry.is_backed_off(group, now):
                unsafe[group] = BACKOFF
        sizes: list[tuple[Mapping[str, int], int]] = [
            (limits.size(templates[one.id].node), one.target_size)
            for one in self.groups.all.values()
            if one.id in templates
        ]
        sizes += [
            (facts.size, 1) for facts in self.mirror.nodes.values() if self.groups.of(facts) is None
        ]
        return Situation(
            groups=list(self.groups.all.values()),
            templates=templates,
            node_count=ready,
            resources=limits.total(sizes),
            unsafe=unsafe,
        )

    def _execute(self, plan: Plan, now: Micros) -> bool:
        """Ask the cloud for the nodes of a plan; gives whether it does not refuse."""
        for one in plan.growth:
            group, more = one.group, one.size - one.group.target_size
            sizes = f"{one.size} instead of {group.target_size} (max: {group.max_size})"
            text = f"Scale-up: setting group {group.id} size to {sizes}"
            self.recorder.log(normal("ScaledUpGroup", text))
            try:
                self._provider.increase(group.id, more)
            except ProviderError as error:
                text = f"Scale-up failed for group {group.id}: {error}"
                self.recorder.log(warning("FailedToScaleUpGroup", text))
                self.registry.refused(group.id, str(error), now)
                self._eventful = True
                return False
            self.registry.asked_for(group.id, more, now)
            text = f"Scale-up: group {group.id} size set to {sizes}"
            self.recorder.log(normal("ScaledUpGroup", text))
        told = " ".join(str(one) for one in plan.growth)
        for info in plan.triggered:
            text = f"pod triggered scale-up: [{told}]"
            self.recorder.tell(info.pod, normal("TriggeredScaleUp", text))
        self.last_scale_up = now
        self.cloud_changed = self._eventful = True
        return True

    def _tell_helpless(self, helpless: Iterable[Helpless], why: str = "") -> None:
        for one in helpless:
            text = f"pod didn't trigger scale-up: {why or one.message}"
            self.recorder.tell(one.info.pod, normal("NotTriggerScaleUp", text))

    def _enforce_minimum(self, now: Micros) -> None:
        """Let groups grow to their minimum."""
        for group in self.groups.all.values():
            lacking = group.min_size - group.target_size
            safe = self.registry.is_group_healthy(group.id)
            if lacking > 0 and safe and not self.registry.is_backed_off(group.id, now):
                self._execute(Plan([Growth(group, group.min_size)]), now)

    def _scale_down(self, now: Micros, *, may_act: bool) -> None:
        upcoming = {
            one
            for group in self.registry.upcoming()
            for one in self.registry.by_group.get(group, self.registry.total).not_started
        }
        self.down.run(upcoming, self.last_scale_up, now, may_act=may_act)
        self._due.extend(self.down.due)
        self._eventful = self._eventful or self.down.eventful

    # When to look again ----------------------------------------------------------------------

    def _plan_for_time(self, now: Micros) -> None:
        """When time alone changes what a round would find."""
        due = self.registry.next_change(now)
        if due is not None:
            self._due.append(due + 1)
        for facts in self.mirror.nodes.values():
            if facts.to_be_deleted is not None:
                ends = facts.to_be_deleted + unneeded.DELETION_TAKES
                self._due.extend([ends] if ends > now else [])
        self._due.extend(self._starts())
