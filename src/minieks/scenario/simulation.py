"""One simulated run: a cluster is put together, settles, gets the manifests, and lives a while."""

from collections.abc import Callable, Iterable
from pathlib import Path

from minieks.cluster import Cluster, Observer
from minieks.cost.meter import Meter
from minieks.engine.clock import Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.scenario.applied import Applied
from minieks.scenario.apply import apply
from minieks.scenario.beginning import SETUP, price_list
from minieks.scenario.eventlog import EventLog
from minieks.scenario.observe.blocked import Blocked
from minieks.scenario.observe.budgets import Budgets
from minieks.scenario.observe.demands import Demands
from minieks.scenario.observe.evictions import Evictions
from minieks.scenario.observe.kills import Kills
from minieks.scenario.observe.milestones import Milestones
from minieks.scenario.observe.moments import Moments, is_told
from minieks.scenario.observe.pending import Pending
from minieks.scenario.observe.readiness import Readiness
from minieks.scenario.observe.replicas import Replicas
from minieks.scenario.observe.utilisation import Utilisation
from minieks.scenario.readers.inputs import Inputs
from minieks.scenario.readers.manifests import SourcedObject

_SLICES = 200
_SHOWS_IN_LOG_ONLY = ("endpoints", "endpointslice")
"""Loops that write what nothing reads in a simulation: no client calls a pod through a Service."""


class Simulation:
    """A cluster in virtual time, with its observers and its meter.

    It is ready at ``start``: the manifests have been applied, and nothing later has happened.
    With a file for ``events`` every change goes there; without, nothing is done that only shows
    there: the Events that the result tells nothing of, Endpoints and EndpointSlices.
    """

    def __init__(
        self,
        inputs: Inputs,
        start: Micros,
        seed: int,
        observer: Observer | None = None,
        events: Path | None = None,
    ) -> None:
        self.inputs = inputs
        self.start = start
        self.engine = Engine(VirtualClock(start - SETUP), seed)
        self.prices = price_list(inputs)
        timings = inputs.settings.timings
        unseen = () if events else _SHOWS_IN_LOG_ONLY
        self.cluster = Cluster(self.engine, inputs.cluster, timings, self.prices, observer, unseen)
        self.api = self.cluster.api
        if inputs.load is not None:
            self.cluster.put_under(inputs.load)
        if events is None:
            self.api.events.wanted = is_told
        self.meter = Meter(self.engine, self.api.store, self.cluster.aws)
        self.readiness = Readiness(self.engine, self.api.store)
        self.utilisation = Utilisation(self.engine, self.api.store)
        self.moments = Moments(self.engine, self.api.store)
        self.milestones = Milestones(self.api.store, self.moments)
        self.replicas = Replicas(self.engine, self.api.store)
        self.pending = Pending(self.engine, self.api.store)
        self.budgets = Budgets(self.engine, self.api.store)
        self.evictions = Evictions(self.api.store)
        self.blocked = Blocked()
        self.cluster.tell_of_scale_down(self.blocked.round)
        load, usage = self.cluster.load, self.api.usage
        self.demands = Demands(self.engine, usage, load) if load is not None else None
        if load is not None:
            Kills(self.api.store, self.moments)
        self._events = events
        self.log: EventLog | None = None
        self.applied = Applied()

    def begin(self, objects: Iterable[SourcedObject]) -> None:
        """Let the cluster settle until the start, then apply the objects."""
        self.settle()
        self.apply(objects)

    def settle(self) -> None:
        """Create the cluster, and let it become what it is at the start."""
        self.cluster.create()
        self.engine.run(self.start)
        self.utilisation.restart()
        self.moments.restart()
        self.replicas.restart()
        self.pending.restart()
        if self._events is not None:
            self.log = EventLog(self._events, self.engine)
            self.log.attach(self.api.store)
            self.log.attach(self.cluster.aws)

    def apply(self, objects: Iterable[SourcedObject]) -> None:
        """Apply what the user brought."""
        self.applied = apply(self.api, objects)
        count = self.applied.count
        self.moments.tell("", "Applied", f"applied {count} object{'s' if count != 1 else ''}")

    def run(self, until: Micros, progress: Callable[[float], None] | None = None) -> None:
        """Let time pass until ``until``; ``progress`` hears of the fraction that is done."""
        begun = self.engine.now()
        for number in range(1, _SLICES + 1):
            self.engine.run(begun + (until - begun) * number // _SLICES)
            if progress is not None:
                progress(number / _SLICES)

    def close(self) -> None:
        """Close the event log, if there is one."""
        if self.log is not None:
            self.log.close()
