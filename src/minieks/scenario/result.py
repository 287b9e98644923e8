"""What a simulation found, as values: the schema of ``minieks simulate -o json``.

Moments are RFC 3339 texts in UTC, durations seconds, money decimal texts in USD. Fields are only
ever added within a version of the schema.
"""

from dataclasses import dataclass
from decimal import Decimal

from minieks.scenario.applied import Refusal

SCHEMA = "minieks.dev/simulation/v1"


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The cluster that was simulated."""

    name: str
    region: str
    kubernetes_version: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Period:
    """What was simulated: from when to when, and with which seed."""

    start: str
    end: str
    seconds: int
    seed: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened ``count`` times, first at ``at`` and last at ``last``.

    ``about`` are the workloads or objects that it happened to.
    """

    at: str
    last: str
    about: tuple[str, ...]
    reason: str
    message: str
    source: str
    count: int
    warning: bool


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why pods of a workload do not run: who says so, in which words, and what to change.

    ``not_on_fargate`` says of a pod that found no node why no Fargate profile took it; it is empty
    where that is beside the point.
    """

    pods: int
    source: str
    reason: str
    message: str
    field: str
    not_on_fargate: str = ""


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """One workload: where it runs, what its pods got, how many are ready, or why not.

    ``runs_on`` is ``fargate:<profile>``, ``nodegroup:<group>`` with the number of pods placed
    there. ``system`` tells what EKS brings from what the user brought.
    """

    namespace: str
    kind: str
    name: str
    system: bool
    runs_on: dict[str, int]
    size: str
    desired: int
    ready: int
    pods_created: int
    pods_succeeded: int
    pods_failed: int
    seconds_to_ready_p50: float | None
    seconds_to_ready_max: float | None
    why_not: tuple[WhyNot, ...]
    cost: Decimal


@dataclass(frozen=True, slots=True)
class ComputeRow:
    """One node group or Fargate profile.

    Utilisation is requests over allocatable (for Fargate: over the provisioned size), averaged
    over time, in percent; None where nothing ran.
    """

    kind: str
    name: str
    detail: str
    count_min: int
    count_max: int
    count_end: int
    cpu_percent: float | None
    memory_percent: float | None
    cost: Decimal


@dataclass(frozen=True, slots=True)
class ScalingRow:
    """One workload whose replicas changed, that has a load, or that lost pods by evictions.

    A rise of replicas is reacted to from the last rise of load before it until all are ready.
    Under-provisioned is a workload while its pods are throttled, or requests wait or are lost.
    Throttling counts each pod. It ``flaps`` when replicas go back within ten minutes of a change in
    the other direction. ``evictions`` are counted by Kubernetes' reasons of DisruptionTarget.
    """

    namespace: str
    kind: str
    name: str
    replicas_min: int
    replicas_max: int
    replicas_end: int
    ups: int
    downs: int
    flaps: int
    seconds_to_react_p50: float | None
    seconds_to_react_max: float | None
    seconds_under_provisioned: float
    seconds_throttled: float
    load: str
    """What its load is called, empty if it has none."""
    requests_offered: int
    requests_dropped: int
    evictions: dict[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """Why the cluster autoscaler kept nodes that are hardly used, in its words.

    ``seconds`` are those of all ``nodes`` together.
    """

    reason: str
    detail: str
    nodes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class OverTime:
    """A number over the run: its bounds, its end, and its means in 56 equal parts.

    Without means it is always the same.
    ``what`` is ``replicas``, ``ready``, ``nodes``, ``fargate``, ``cpu``, ``memory``, ``pending``,
    ``load``, ``dropped`` or ``cost``; ``of`` says whose.
    """

    what: str
    of: str
    unit: str
    low: float
    high: float
    end: float
    means: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a scenario expects, and what was found where it does not hold."""

    expected: str
    holds: bool
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the bill, as AWS would write it; ``estimated`` marks a stand-in price."""

    service: str
    usage_type: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    estimated: bool


@dataclass(frozen=True, slots=True)
class BillSection:
    """The bill of the period, exact; and a month of 730 h that goes on like it."""

    currency: str
    lines: tuple[BillLine, ...]
    by_service: dict[str, Decimal]
    by_namespace: dict[str, Decimal]
    total: Decimal
    month: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that ``minieks simulate`` found."""

    schema: str
    minieks: str
    cluster: ClusterFacts
    period: Period
    timeline: tuple[TimelineEntry, ...]
    workloads: tuple[WorkloadRow, ...]
    compute: tuple[ComputeRow, ...]
    scaling: tuple[ScalingRow, ...]
    kept: tuple[Kept, ...]
    over_time: tuple[OverTime, ...]
    bill: BillSection
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    expected: tuple[Expected, ...] = ()
