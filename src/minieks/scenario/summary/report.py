"""Puts the report of a simulation together."""

from minieks import __version__
from minieks.cost.bill import Bill, LineItem, price
from minieks.engine.clock import SECOND, Micros
from minieks.kube.kinds.workloads import WorkloadRef
from minieks.kube.words import times
from minieks.scenario.observe.moments import Moment
from minieks.scenario.result import (
    SCHEMA,
    BillLine,
    BillSection,
    ClusterFacts,
    Kept,
    Period,
    Report,
    TimelineEntry,
    WorkloadRow,
)
from minieks.scenario.simulation import Simulation
from minieks.scenario.summary.compute import ComputeRows
from minieks.scenario.summary.curves import curves, over_time
from minieks.scenario.summary.notices import notices
from minieks.scenario.summary.scaling import ScalingRows
from minieks.scenario.summary.workloads import WorkloadRows, refs_of


def report_of(simulation: Simulation) -> Report:
    """The report of a run, from its start to the engine's now."""
    now = simulation.engine.now()
    inputs = simulation.inputs
    bill = bill_of(simulation)
    rows = WorkloadRows(
        simulation.cluster, simulation.readiness, bill.by_workload(), _brought(simulation)
    )
    workloads = rows.rows()
    compute = ComputeRows(simulation.utilisation, bill, now)
    return Report(
        schema=SCHEMA,
        minieks=__version__,
        cluster=_facts(simulation),
        period=_period(simulation, now),
        timeline=tuple(_entry(moment) for moment in simulation.moments.all()),
        workloads=workloads,
        compute=compute.rows(inputs.cluster),
        scaling=ScalingRows(simulation).rows(),
        kept=_kept(simulation, now),
        over_time=tuple(over_time(one, simulation.start, now) for one in curves(simulation)),
        bill=_bill(bill),
        refused=tuple(simulation.applied.refused),
        warnings=_warnings(simulation, bill, workloads),
    )


def _kept(simulation: Simulation, now: Micros) -> tuple[Kept, ...]:
    return tuple(
        Kept(reason, detail, nodes, round(took / SECOND, 1))
        for (reason, detail), (took, nodes) in simulation.blocked.times(now).items()
    )


def bill_of(simulation: Simulation) -> Bill:
    """The bill of a run, from its start to the engine's now."""
    usages, region = simulation.meter.usages(), simulation.inputs.cluster.region
    return price(usages, simulation.prices, region, simulation.start, simulation.engine.now())


def _brought(simulation: Simulation) -> frozenset[WorkloadRef]:
    refs = (refs_of(obj) for obj in simulation.applied.objects)
    return frozenset(ref for ref in refs if ref is not None)


def _facts(simulation: Simulation) -> ClusterFacts:
    spec = simulation.inputs.cluster
    return ClusterFacts(spec.name, spec.region, spec.version, spec.account_id)


def _period(simulation: Simulation, now: Micros) -> Period:
    return Period(
        start=times.rfc3339(simulation.start),
        end=times.rfc3339(now),
        seconds=(now - simulation.start) // 1_000_000,
        seed=simulation.engine.seed,
    )


def _entry(moment: Moment) -> TimelineEntry:
    return TimelineEntry(
        at=times.rfc3339(moment.at),
        last=times.rfc3339(moment.last),
        about=tuple(one for one in moment.about if one),
        reason=moment.reason,
        message=moment.text,
        source=moment.source,
        count=moment.count,
        warning=moment.warning,
    )


def _bill(bill: Bill) -> BillSection:
    return BillSection(
        currency="USD",
        lines=tuple(_line(line) for line in bill.lines),
        by_service=bill.by_service(),
        by_namespace=bill.by_owner(),
        total=bill.total,
        month=bill.monthly(bill.total),
    )


def _line(line: LineItem) -> BillLine:
    return BillLine(
        service=line.service,
        usage_type=line.usage_type,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=line.amount,
        estimated=line.estimated,
    )


def _warnings(simulation: Simulation, bill: Bill, rows: tuple[WorkloadRow, ...]) -> tuple[str, ...]:
    said = [
        *(str(warning) for warning in simulation.inputs.warnings),
        *simulation.applied.warnings,
        *notices(simulation, rows),
        *bill.warnings(),
    ]
    return tuple(dict.fromkeys(said))
