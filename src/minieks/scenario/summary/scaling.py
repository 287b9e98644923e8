"""What autoscaling did for each workload: a row of figures, made from numbers over time."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.kube.kinds.workloads import WorkloadRef
from minieks.load.group import LoadedGroup, Totals
from minieks.scenario.observe.demands import Demand
from minieks.scenario.observe.replicas import Counts
from minieks.scenario.observe.series import Series
from minieks.scenario.result import ScalingRow
from minieks.scenario.simulation import Simulation

FLAPS_WITHIN: Final[Micros] = 10 * MINUTE
ANSWERED_WITHIN: Final[Micros] = 10 * MINUTE
_SCALED: Final = ("Deployment", "StatefulSet")


class Changes(NamedTuple):
    """How often a number rose and fell, and how often it turned round soon after."""

    ups: int
    downs: int
    flaps: int


def changes_of(series: Series, within: Micros = FLAPS_WITHIN) -> Changes:
    """The changes of a number after its first value.

    It flaps if it goes back within ``within`` of a change in the other direction.
    """
    steps = [
        (moment, after > before)
        for moment, (before, after) in zip(series.moments[1:], pairwise(series.values), strict=True)
    ]
    flaps = sum(
        one_up != other_up and other - one <= within
        for (one, one_up), (other, other_up) in pairwise(steps)
    )
    ups = sum(up for _, up in steps)
    return Changes(ups, len(steps) - ups, flaps)


def reactions(counts: Counts, asked: Series | None) -> list[Micros]:
    """How long each rise of replicas took until all were ready, from the rise of load before it.

    It counts from the rise of replicas where the load did not rise shortly before: then something
    else raised them. A rise during another is part of that one.
    """
    return list(_reactions(counts, asked))


def _reactions(counts: Counts, asked: Series | None) -> Iterator[Micros]:
    rises = _rises(asked) if asked else []
    begun: Micros | None = None
    before = counts.wanted.values[0] if counts.wanted.values else 0.0
    for moment in sorted({*counts.wanted.moments, *counts.ready.moments}):
        wanted = counts.wanted.at(moment)
        if wanted > before and begun is None:
            index = bisect_right(rises, moment)
            is_answer = index > 0 and moment - rises[index - 1] <= ANSWERED_WITHIN
            begun = rises[index - 1] if is_answer else moment
        before = wanted
        if begun is not None and counts.ready.at(moment) >= wanted:
            yield moment - begun
            begun = None


def _rises(asked: Series) -> list[Micros]:
    """When a load rose."""
    steps = zip(asked.moments[1:], pairwise(asked.values), strict=True)
    return [moment for moment, (before, after) in steps if after > before]


class ScalingRows:
    """Makes the rows of one run: of the workloads whose replicas changed, that have a load, or
    that lost pods by evictions."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._now = simulation.engine.now()
        load = simulation.cluster.load
        groups = load.groups.values() if load else ()
        self._groups = {ref: one for one in groups if (ref := _only(one)) is not None}

    def rows(self) -> tuple[ScalingRow, ...]:
        """The rows, by namespace, kind and name."""
        found = self._simulation.replicas.workloads
        return tuple(
            self._row(ref, counts)
            for ref, counts in sorted(found.items())
            if ref.kind in _SCALED and self._is_told(ref, counts)
        )

    def _is_told(self, ref: WorkloadRef, counts: Counts) -> bool:
        evicted = ref in self._simulation.evictions.counts
        return len(counts.wanted.values) > 1 or ref in self._groups or evicted

    def _row(self, ref: WorkloadRef, counts: Counts) -> ScalingRow:
        group, demand = self._groups.get(ref), self._demand(ref)
        changes = changes_of(counts.wanted)
        took = sorted(reactions(counts, demand.asked if demand else None))
        totals = group.settled(self._now) if group else Totals()
        return ScalingRow(
            namespace=ref.namespace,
            kind=ref.kind,
            name=ref.name,
            replicas_min=round(min(counts.wanted.values)),
            replicas_max=round(max(counts.wanted.values)),
            replicas_end=round(counts.wanted.last),
            ups=changes.ups,
            downs=changes.downs,
            flaps=changes.flaps,
            seconds_to_react_p50=round(median(took) / SECOND, 1) if took else None,
            seconds_to_react_max=round(took[-1] / SECOND, 1) if took else None,
            seconds_under_provisioned=self._short(demand),
            seconds_throttled=round(totals.throttled_seconds, 1),
            load=group.name if group else "",
            requests_offered=round(totals.offered),
            requests_dropped=round(totals.dropped),
            evictions=self._simulation.evictions.counts.get(ref, {}),
        )

    def _demand(self, ref: WorkloadRef) -> Demand | None:
        group, demands = self._groups.get(ref), self._simulation.demands
        return demands.groups[group.name] if group and demands else None

    def _short(self, demand: Demand | None) -> float:
        if demand is None:
            return 0.0
        pieces = demand.short.between(self._simulation.start, self._now)
        return round(sum(one.ends - one.begins for one in pieces if one.value) / SECOND, 1)


def _only(group: LoadedGroup) -> WorkloadRef | None:
    """The workload whose load it is; None if there are none or several, which share it."""
    return next(iter(group.workloads)) if len(group.workloads) == 1 else None
