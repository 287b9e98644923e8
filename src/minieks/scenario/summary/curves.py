"""Numbers over a run: nodes, utilisation, replicas, waiting pods, load and cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from minieks.cost.billed_time import Period
from minieks.cost.spending import spending
from minieks.engine.clock import Micros
from minieks.scenario.observe.series import Series
from minieks.scenario.observe.utilisation import Level
from minieks.scenario.result import OverTime
from minieks.scenario.simulation import Simulation

SLOTS: Final = 56
"""Of a run's equal parts: three hours of a week."""
_SYSTEM: Final = "kube-system"


@dataclass(frozen=True, slots=True)
class Curve:
    """A number over time: ``what`` it is, whose, in which unit."""

    what: str
    of: str
    unit: str
    series: Series


def curves(simulation: Simulation) -> list[Curve]:
    """All of a run's, in the order of the report; those of EKS' own workloads are left out."""
    return [
        *_of_workloads(simulation),
        *_of_compute(simulation),
        Curve("pending", "", "pods", simulation.pending.count),
        *_of_load(simulation),
        Curve("cost", "", "USD/h", _spending(simulation)),
    ]


def over_time(curve: Curve, begins: Micros, ends: Micros) -> OverTime:
    """A curve in equal parts, with its bounds."""
    pieces = list(curve.series.between(begins, ends))
    values = [one.value for one in pieces if one.ends > one.begins or len(pieces) == 1]
    return OverTime(
        what=curve.what,
        of=curve.of,
        unit=curve.unit,
        low=_rounded(min(values)),
        high=_rounded(max(values)),
        end=_rounded(curve.series.last),
        means=slots(curve.series, begins, ends) if max(values) > min(values) else (),
    )


def slots(series: Series, begins: Micros, ends: Micros, count: int = SLOTS) -> tuple[float, ...]:
    """The mean over time in each of ``count`` equal parts."""
    bounds = [begins + (ends - begins) * index // count for index in range(count + 1)]
    return tuple(_mean(series, one, other) for one, other in pairwise(bounds))


def _mean(series: Series, begins: Micros, ends: Micros) -> float:
    if begins == ends:
        return _rounded(series.at(begins))
    area = sum(one.value * (one.ends - one.begins) for one in series.between(begins, ends))
    return _rounded(area / (ends - begins))


def _rounded(value: float) -> float:
    return round(value, 4)


def _of_workloads(simulation: Simulation) -> Iterator[Curve]:
    for ref, counts in sorted(simulation.replicas.workloads.items()):
        if ref.namespace != _SYSTEM:
            yield Curve("replicas", str(ref), "pods", counts.wanted)
            yield Curve("ready", str(ref), "pods", counts.ready)


def _of_compute(simulation: Simulation) -> Iterator[Curve]:
    for place, usage in sorted(simulation.utilisation.groups.items()):
        is_group = place.startswith("nodegroup:")
        unit = "nodes" if is_group else "pods"
        yield Curve(
            "nodes" if is_group else "fargate", place.partition(":")[2], unit, usage.count.series
        )
        yield Curve("cpu", place, "%", share(usage.cpu_asked, usage.cpu_offered))
        yield Curve("memory", place, "%", share(usage.memory_asked, usage.memory_offered))


def share(part: Level, whole: Level) -> Series:
    """What is asked in percent of what is offered; 0 where nothing is."""
    found = Series()
    for moment in sorted({*part.series.moments, *whole.series.moments}):
        offered = whole.series.at(moment)
        found.put(moment, 100 * part.series.at(moment) / offered if offered else 0.0)
    return found


def _of_load(simulation: Simulation) -> Iterator[Curve]:
    load, demands = simulation.cluster.load, simulation.demands
    if load is None or demands is None:
        return
    for name, demand in demands.groups.items():
        has_requests = load.groups[name].load.requests is not None
        yield Curve("load", name, "requests/s" if has_requests else "cores/pod", demand.asked)
        if has_requests:
            yield Curve("dropped", name, "requests/s", demand.dropped)


def _spending(simulation: Simulation) -> Series:
    period = Period(simulation.start, simulation.engine.now())
    region, found = simulation.inputs.cluster.region, Series()
    for moment, per_hour in spending(simulation.meter.usages(), simulation.prices, region, period):
        found.put(moment, per_hour)
    return found
