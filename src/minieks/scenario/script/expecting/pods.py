"""Expectations about pods: how many run, how many are asked for, how long they wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from minieks.engine.clock import SECOND, Micros
from minieks.kube.kinds.workloads import WorkloadRef
from minieks.kube.words import times
from minieks.scenario.observe.pending import Wait
from minieks.scenario.observe.replicas import Counts
from minieks.scenario.script.expecting.bounds import outside, worded
from minieks.scenario.script.facts import Facts, Miss
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.times import WHOLE_RUN, WINDOW, Window, elapsed, lasting
from minieks.scenario.script.values import (
    LENGTH,
    MOMENT,
    NAMED,
    NAMES,
    SYSTEM,
    WHOLE,
    WORKLOAD,
    ObjectName,
)

_NEVER = Counts()


def counts_of(facts: Facts, workload: ObjectName) -> Counts:
    """The pods of a workload over time; none at any time if there is no such workload."""
    ref = WorkloadRef(workload.namespace, workload.kind, workload.name)
    return facts.simulation.replicas.workloads.get(ref, _NEVER)


@dataclass(frozen=True, slots=True)
class Running:
    """So many pods of a workload are ready at a moment; by default all it wants, at the end."""

    workload: ObjectName
    pods: int | None = None
    by: Micros | None = None

    @property
    def wording(self) -> str:
        """What is expected."""
        count = "all" if self.pods is None else self.pods
        when = "" if self.by is None else f" at {times.rfc3339(self.by)}"
        return f"{count} pods of {self.workload} are ready{when}"

    def misses(self, facts: Facts) -> list[Miss]:
        """Too few are ready."""
        at = facts.end if self.by is None else self.by
        counts = counts_of(facts, self.workload)
        wanted = max(counts.wanted.at(at), 1) if self.pods is None else self.pods
        ready = counts.ready.at(at)
        if ready >= wanted:
            return []
        found = f"{ready:g} of {wanted:g} are ready at {elapsed(at - facts.start)}"
        return [Miss(found, at, (self.workload.about,))]


@dataclass(frozen=True, slots=True)
class Replicas:
    """The replicas that a workload wants are within bounds."""

    workload: ObjectName
    min: int | None = None
    max: int | None = None
    window: Window = WHOLE_RUN

    @property
    def wording(self) -> str:
        """What is expected."""
        bounds = worded(self.min, self.max)
        return f"replicas of {self.workload} are {bounds}{self.window.wording}"

    def misses(self, facts: Facts) -> list[Miss]:
        """The first time out of bounds."""
        series = counts_of(facts, self.workload).wanted
        found = outside(series, self.window.ends(facts.start, facts.end), (self.min, self.max))
        if found is None:
            return []
        text = f"{found.value:g} at {elapsed(found.begins - facts.start)}"
        return [Miss(text, found.begins, (self.workload.about,))]


@dataclass(frozen=True, slots=True)
class NotPending:
    """No pod is Pending for longer than that."""

    longer_than: Micros
    workload: ObjectName | None = None
    leave_out: tuple[ObjectName, ...] = ()

    @property
    def wording(self) -> str:
        """What is expected."""
        whose = f" of {self.workload}" if self.workload else ""
        return f"no pod{whose} is Pending for longer than {lasting(self.longer_than)}"

    def misses(self, facts: Facts) -> list[Miss]:
        """One for each workload whose pods wait too long."""
        long: dict[WorkloadRef, list[Wait]] = {}
        for wait in facts.simulation.pending.waits():
            if self._counts(wait.workload) and _took(wait, facts.end) > self.longer_than:
                long.setdefault(wait.workload, []).append(wait)
        return [self._miss(facts, ref, waits) for ref, waits in long.items()]

    def _counts(self, ref: WorkloadRef) -> bool:
        own = ObjectName(ref.kind, ref.namespace, ref.name)
        return own not in self.leave_out and self.workload in (None, own)

    def _miss(self, facts: Facts, ref: WorkloadRef, waits: list[Wait]) -> Miss:
        worst = max(waits, key=lambda one: _took(one, facts.end))
        took = lasting(_took(worst, facts.end))
        still = "" if worst.until else ", and still is at the end"
        others = f"; {len(waits)} pods of {ref} did" if len(waits) > 1 else ""
        since = elapsed(worst.since - facts.start)
        found = f"{ref.namespace}/{worst.pod} waited {took} from {since}{still}{others}"
        return Miss(found, worst.since, (str(ref),))


def _took(wait: Wait, end: Micros) -> Micros:
    return (end if wait.until is None else wait.until) - wait.since


@dataclass(frozen=True, slots=True)
class TimeToReady:
    """Pods are ready so soon after their creation, by percentile; those of EKS do not count.

    A pod that has not been ready for longer than a bound counts as one that took so long.
    """

    p50: Micros | None = None
    p95: Micros | None = None
    max: Micros | None = None
    workload: ObjectName | None = None

    @property
    def wording(self) -> str:
        """What is expected."""
        bounds = ", ".join(f"{label} {lasting(most)}" for label, _, most in self._bounds())
        return f"time to ready at most {bounds}"

    def _bounds(self) -> Iterator[tuple[str, float, Micros]]:
        for label, part, most in (("p50", 0.5, self.p50), ("p95", 0.95, self.p95)):
            if most is not None:
                yield label, part, most
        if self.max is not None:
            yield "max", 1.0, self.max

    def misses(self, facts: Facts) -> list[Miss]:
        """Each percentile that is exceeded, with the pod that took longest."""
        notes = [
            one for ref, one in facts.simulation.readiness.workloads.items() if self._counts(ref)
        ]
        ready = [seconds for one in notes for seconds in one.seconds_to_ready]
        if not ready:
            return [Miss("no pod became ready")]
        never = [
            one for one in facts.simulation.readiness.never_ready() if self._counts(one.workload)
        ]
        slow = [*never, *(one.slowest for one in notes if one.slowest)]
        worst = max(slow, key=lambda one: one.seconds)
        return [
            Miss(text, worst.created, (str(worst.workload),))
            for text in self._exceeded(ready, [one.seconds for one in never])
        ]

    def _exceeded(self, ready: list[float], never: list[float]) -> Iterator[str]:
        """What each percentile is that is exceeded."""
        for label, part, most in self._bounds():
            late = [seconds for seconds in never if seconds * SECOND > most]
            waits = sorted([*ready, *late])
            took = round(percentile(waits, part) * SECOND)
            if took > most:
                rest = f"; {len(late)} of them never were ready" if late else ""
                yield f"{label} of {len(waits)} pods is {lasting(took)}{rest}"

    def _counts(self, ref: WorkloadRef) -> bool:
        own = ObjectName(ref.kind, ref.namespace, ref.name)
        return own == self.workload or (self.workload is None and ref.namespace != SYSTEM)


def percentile(ordered: list[float], part: float) -> float:
    """The nearest-rank percentile of ascending numbers."""
    return ordered[max(0, ceil(part * len(ordered)) - 1)]


def _replicas(
    workload: ObjectName,
    min: int | None = None,
    max: int | None = None,
    **window: Micros,
) -> Replicas:
    return Replicas(workload, min, max, Window(**window))


RUNNING = Table(
    "running",
    "So many pods are ready at a moment.",
    (
        Field("workload", WORKLOAD, "whose pods", required=True),
        Field("pods", WHOLE, "how many; by default all that the workload wants"),
        Field("by", MOMENT, "when; by default at the end"),
    ),
    Running,
    'running = { workload = "Deployment/shop/web", pods = 3, by = "5m" }',
)
REPLICAS = Table(
    "replicas",
    "The replicas that a workload wants stay within bounds.",
    (
        Field("workload", WORKLOAD, "whose replicas", required=True),
        Field("min", WHOLE, "at least so many"),
        Field("max", WHOLE, "at most so many"),
        *WINDOW,
    ),
    _replicas,
    'replicas = { workload = "Deployment/shop/web", min = 3, max = 10, at = "12h" }',
)
PENDING = Table(
    "pending",
    "No pod stays in the phase Pending for longer.",
    (
        Field("longer_than", LENGTH, "the longest time that is well", required=True),
        Field("workload", NAMED, "only its pods"),
        Field("leave_out", NAMES, "not the pods of these"),
    ),
    NotPending,
    'pending = "5m"',
)
READY = Table(
    "ready",
    "How soon after their creation pods are ready. One that never is counts as late when it is old"
    " enough.",
    (
        Field("p95", LENGTH, "95 of 100 pods are ready by then"),
        Field("p50", LENGTH, "half of them are"),
        Field("max", LENGTH, "all of them are"),
        Field("workload", NAMED, "only its pods; by default all but those that EKS brings"),
    ),
    TimeToReady,
    'ready = { p95 = "90s" }',
)
