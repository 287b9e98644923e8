"""default-scheduler: gives every pod that asks for it a node, or says why not.

Source: kubernetes pkg/scheduler (scheduler.go, eventhandlers.go, schedule_one.go).
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.scheduler import feed
from minieks.kube.scheduler.backlog import Backlog
from minieks.kube.scheduler.claims import PodOnHold, VolumeBinder
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.hints import Event
from minieks.kube.scheduler.messages import NO_NODES
from minieks.kube.scheduler.owners import Owners
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.queue import SchedulingQueue, Waiting
from minieks.kube.scheduler.refusals import Refusals
from minieks.kube.scheduler.schedule import Decision, schedule
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.scheduler.volumes import Volumes
from minieks.kube.scheduler.writer import KEEP, NAME, Writer
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

_STORAGE: Final = frozenset(Volumes.COLLECTIONS)

Observer: TypeAlias = Callable[[Micros, ClusterState, PodInfo, Decision], None]
"""Hears of each decision when it is made, with the state that it was made from; changes nothing."""


class DefaultScheduler:
    """The loop: changes keep its view of the cluster; its one queue is tried pod by pod.

    Its view is complete from the start: what is stored already is read when it is made.
    """

    name = NAME

    def __init__(self, api: Api, observer: Observer | None = None) -> None:
        self._api = api
        self._observer = observer
        self._rng = api.engine.random("scheduler")
        self._writer = Writer(api)
        self.at_once = sys.maxsize
        """Pods that are tried before others have their turn: few where clients wait meanwhile."""
        self._begin()

    def _begin(self) -> None:
        """Start as the scheduler of the control plane's version, and read what is there."""
        api = self._api
        self._version = api.version
        features = features_of(api.version)
        self.state = ClusterState(features)
        self.queue = SchedulingQueue(api.engine.now(), pop_early=features.pop_from_backoff)
        self.binder = VolumeBinder(api, self.state)
        self._refusals = Refusals(self.state)
        self._planned: Micros | None = None
        self._backlog = Backlog()
        for collection in feed.COLLECTIONS:
            for obj in api.list(collection):
                self._take_over(Change(0, collection, objects.key(obj), "ADDED", obj))

    # What the cluster tells ----------------------------------------------------------------------

    def watches(self) -> Mapping[str, Wakes]:
        """Everything that placement depends on."""
        minded = Minding(self._on_change, aspects.LIFE | aspects.SPEC)
        return {
            **dict.fromkeys(feed.COLLECTIONS, self._on_change),
            **dict.fromkeys(Owners.COLLECTIONS, minded),
        }

    def _on_change(self, change: Change) -> Iterable[str]:
        if self._version != self._api.version:
            self._begin()  # The change is among what was read.
        elif not self._may_wait(change):
            self._catch_up()
            self._take_over(change)
        elif not self._backlog.add(change):
            self._catch_up()
            self._backlog.add(change)
        if self._has_work() or (self.binder.held and change.collection in _STORAGE):
            return (NAME,)
        return ()

    def _has_work(self) -> bool:
        """Whether a pod is to be tried now, or earlier than was planned."""
        due = self.queue.next_due()
        return due is not None and (self._planned is None or due < self._planned)

    def _may_wait(self, change: Change) -> bool:
        """Whether nobody needs to know of the change before the next pod is tried."""
        if self.queue.hopes():
            return False
        if change.collection != "pods":
            return True
        has_node = bool(pods.node_name(change.value))
        return self.queue.get(change.key) is None and (has_node or not _is_ours(change.value))

    def _catch_up(self) -> None:
        for change in self._backlog.drain():
            self._take_over(change)

    def _take_over(self, change: Change) -> None:
        if change.collection == "pods":
            self._take_over_pod(change)
            return
        if change.type == "DELETED":
            feed.remove(self.state, change.collection, change.key)
        else:
            feed.put(self.state, change.collection, change.value)
        if self.queue.hopes():
            event = Event(change.collection, change.type, change.value, change.previous)
            self.queue.happened(event, self._api.engine.now())

    def _take_over_pod(self, change: Change) -> None:
        """A pod with a node is an event; one without, of ours, waits in the queue."""
        before = change.previous if change.type == "MODIFIED" else None
        if change.type == "DELETED" or pods.is_terminal(change.value):
            self._pod_ended(change)
        elif pods.node_name(change.value):
            self._pod_runs(change, before)
        elif _is_ours(change.value):
            self._pod_waits(change.value)

    def _pod_ended(self, change: Change) -> None:
        self.queue.remove(change.key)
        self.binder.release(change.key)
        feed.remove(self.state, "pods", change.key)
        if change.previous is not None and pods.is_terminal(change.previous):
            return
        if pods.node_name(change.value) and self.queue.hopes():
            event = Event("pods", "DELETED", change.value)
            self.queue.happened(event, self._api.engine.now())

    def _pod_runs(self, change: Change, before: Obj | None) -> None:
        came = before is None or not pods.node_name(before)
        feed.put(self.state, "pods", change.value)
        if came:
            self.queue.remove(change.key)
            self.state.withdraw(change.key)
        if self.queue.hopes():
            event = Event("pods", "ADDED" if came else "MODIFIED", change.value, before)
            self.queue.happened(event, self._api.engine.now())

    def _pod_waits(self, pod: Obj) -> None:
        key, now = objects.key(pod), self._api.engine.now()
        if self.state.node_of(key) is not None:
            return  # it has been given a node; the binding is under way
        info = self.state.compiler.compile(pod)
        nominated = (pod.get("status") or {}).get("nominatedNodeName")
        if nominated and self.state.nomination(key) is None:
            self.state.nominate(info, nominated)
        waiting = self.queue.get(key)
        if waiting is None or waiting.info.uid != info.uid:
            self.queue.add(info, now)
        elif _differs(waiting.info.pod, pod):
            self.queue.changed(info, now)
        else:
            waiting.info = info

    # What it does -------------------------------------------------------------------------------

    def reconcile(self, key: str) -> Result | None:
        """Look whether volumes have been bound, then try every pod whose turn it is."""
        now = self._api.engine.now()
        if self._version != self._api.version:
            self._begin()
        self._catch_up()
        for held in tuple(self.binder.held.values()):
            outcome = self.binder.outcome(held)
            if outcome is not None:
                self._finish(held, outcome)
        left = self.at_once
        while left and (waiting := self.queue.pop(now)) is not None:
            self._try(waiting)
            left -= 1
        self._planned = self._next_look()
        return None if self._planned is None else Result(max(0, self._planned - now) / SECOND)

    def _next_look(self) -> Micros | None:
        """When the next pod is due, or the wait for volumes ends."""
        ends = [held.until for held in self.binder.held.values()]
        due = self.queue.next_due()
        return min(ends if due is None else [*ends, due], default=None)

    def _try(self, waiting: Waiting) -> None:
        info = waiting.info
        if info.leaving:
            text = f"skip schedule deleting pod: {info.key}"
            self._api.record_event(info.pod, "Warning", "FailedScheduling", text, component=NAME)
            return
        decision = self._refusals.known(info)
        if decision is not None and decision.error == waiting.message:
            self.queue.rejected(waiting, waiting.plugins, self._api.engine.now())
            return
        decision = decision or schedule(self.state, info, self._rng)
        if self._observer is not None:
            self._observer(self._api.engine.now(), self.state, info, decision)
        if decision.chosen is None:
            self._refused(waiting, decision)
            return
        self.state.withdraw(info.key)
        self.state.add_pod(info, decision.chosen)
        try:
            if not self.binder.start(waiting, decision.chosen):
                self._writer.bind(info, decision.chosen)
        except ApiError as error:
            self._failed(waiting, error.message)

    def _refused(self, waiting: Waiting, decision: Decision) -> None:
        """Keep the pod, then make room for it if that was found possible, and say all this."""
        now, info = self._api.engine.now(), waiting.info
        if decision.error == NO_NODES:
            self.queue.without_nodes(waiting, now)
            self._writer.refuse(info, decision.error, reason="Unschedulable")
            return
        self._refusals.remember(info, decision)
        waiting.message = decision.error
        rejecting = decision.diagnosis.rejected_by() if decision.diagnosis else ()
        self.queue.rejected(waiting, rejecting, now)
        nominated = self._nomination(info, decision)
        self._writer.refuse(info, decision.error, reason="Unschedulable", nominated=nominated)
        self._make_room(info, decision)

    def _nomination(self, info: PodInfo, decision: Decision) -> str | None:
        """The node being freed for the pod; "" if there is none; KEEP if nothing was tried."""
        outcome = decision.preemption
        if outcome is not None and outcome.chosen is not None:
            self.state.nominate(info, outcome.chosen.node)
            return outcome.chosen.node
        if outcome is not None and outcome.barred:
            return KEEP
        self.state.withdraw(info.key)
        return ""

    def _make_room(self, info: PodInfo, decision: Decision) -> None:
        if decision.preemption is None or decision.preemption.chosen is None:
            return
        chosen = decision.preemption.chosen
        for victim in chosen.victims:
            held = self.binder.release(victim.key)
            if held is not None:  # it had not been bound yet: it simply waits again
                self._failed(held.waiting, "preempted")
            else:
                self._writer.preempt(victim, info, chosen.node)
        for other in self.state.nominated(chosen.node):
            if other.priority < info.priority:
                self.state.withdraw(other.key)
                self._writer.clear_nomination(other)

    def _failed(self, waiting: Waiting, message: str) -> None:
        """After an error, take the pod off its node and try it again later."""
        info = waiting.info
        self.state.remove_pod(info.key)
        self.binder.release(info.key)
        if self._api.get("pods", info.namespace, objects.name(info.pod)) is None:
            return
        self.queue.failed(waiting, self._api.engine.now())
        self._writer.refuse(info, message, reason="SchedulerError")

    def _finish(self, held: PodOnHold, bound: bool) -> None:
        """Bind a pod whose volumes are bound; give up one that has waited too long."""
        info = held.waiting.info
        self.binder.release(info.key)
        if not bound:
            self._failed(held.waiting, "binding volumes: context deadline exceeded")
            return
        try:
            self._writer.bind(info, held.node)
        except ApiError as error:
            self._failed(held.waiting, error.message)


def _is_ours(pod: Obj) -> bool:
    """Whether the pod asks for this scheduler and may be scheduled."""
    return pods.scheduler_name(pod) == NAME and not pod["spec"].get("schedulingGates")


def _differs(before: Obj, after: Obj) -> bool:
    """Whether more than the status changed."""
    if before["spec"] is not after["spec"] and before["spec"] != after["spec"]:
        return True
    return objects.labels(before) != objects.labels(after) or objects.annotations(
        before
    ) != objects.annotations(after)
