"""One workload under load: what its pods use now and did lately, and what became of requests."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final, NamedTuple

from minieks.engine.clock import MINUTE, SECOND, Micros, micros
from minieks.engine.store import Aspects
from minieks.kube.kinds import pods as kind
from minieks.kube.kinds.podresources import container_limits
from minieks.kube.kinds.workloads import WorkloadRef
from minieks.kube.usage import Usage
from minieks.kube.usage.demand import half_of_requests
from minieks.kube.usage.sampling import CPU, MEMORY
from minieks.kube.words.objects import Obj
from minieks.load.flow import Flow, Offer, flow
from minieks.load.spec import Derived, WorkloadLoad

_KEPT: Final[Micros] = 5 * MINUTE
_NANO: Final = 1_000_000_000


class Phase(NamedTuple):
    """What holds from a moment on: of each ready pod and of each other, None as by default."""

    since: Micros
    ready_cpu: float | None
    ready_memory: float | None
    idle_cpu: float | None
    idle_memory: float | None
    rate: float
    flow: Flow | None
    waiting: float
    pods: int


@dataclass(slots=True)
class Totals:
    """What became of requests until now, and for how long pods wanted more CPU than they may."""

    offered: float = 0.0
    served: float = 0.0
    dropped: float = 0.0
    longest_queue: float = 0.0
    slowest: float = 0.0
    throttled_seconds: float = 0.0


@dataclass(slots=True)
class LoadedGroup:
    """The pods of one workload, and the phases of the last minutes, the present one last."""

    name: str
    load: WorkloadLoad
    begins: Micros = 0
    """From when on requests come, and what becomes of them counts."""
    totals: Totals = field(default_factory=Totals)
    workloads: dict[WorkloadRef, None] = field(default_factory=dict)
    """Whose pods it has had; several, maybe, if labels say whose load it is."""
    ready: dict[str, Obj] = field(default_factory=dict)
    others: dict[str, Obj] = field(default_factory=dict)
    _phases: deque[Phase] = field(default_factory=deque)

    def put(self, key: str, pod: Obj) -> None:
        """Take note of a pod as it is now."""
        is_ready = kind.is_ready(pod) and not kind.is_terminal(pod)
        (self.others if is_ready else self.ready).pop(key, None)
        (self.ready if is_ready else self.others)[key] = pod

    def drop(self, key: str) -> None:
        """Forget a pod."""
        self.ready.pop(key, None)
        self.others.pop(key, None)

    def members(self) -> Iterable[str]:
        """The keys of its pods."""
        return (*self.ready, *self.others)

    def phase(self, at: Micros) -> Phase | None:
        """What held at a moment of the last minutes; None before anything was known."""
        for one in reversed(self._phases):
            if one.since <= at:
                return one
        return self._phases[0] if self._phases else None

    def waiting(self, at: Micros) -> float:
        """How many requests wait at a moment."""
        found = self.phase(at)
        if found is None or found.flow is None:
            return 0.0
        return max(0.0, found.waiting + found.flow.growth * (at - found.since) / SECOND)

    def is_moving(self) -> bool:
        """Whether the queue grows or shrinks now."""
        last = self._phases[-1] if self._phases else None
        return last is not None and last.flow is not None and last.flow.growth != 0

    def touched(self) -> Aspects:
        """What pods may use otherwise since the present phase began.

        Memory is left out only if all pods, ready or not, use as much of it as before.
        """
        if len(self._phases) < 2:
            return CPU | MEMORY
        before, last = self._phases[-2], self._phases[-1]
        steady = before.ready_memory == last.ready_memory == last.idle_memory
        return CPU if steady and before.idle_memory == last.idle_memory else CPU | MEMORY

    def renew(self, now: Micros) -> Micros | None:
        """Settle what has been since the last time, and begin a phase; returns when it ends."""
        self._settle(now)
        waiting = self._rounded(self.waiting(now))
        phase = self._next(now, waiting)
        while len(self._phases) > 1 and self._phases[1].since < now - _KEPT:
            self._phases.popleft()
        self._phases.append(phase)
        return self._ends(phase)

    def _rounded(self, waiting: float) -> float:
        """The queue, exactly empty or full if it nearly is."""
        requests = self.load.requests
        if requests is None or waiting < 1e-6:
            return 0.0
        return requests.queue if waiting > requests.queue - 1e-6 else waiting

    def _next(self, now: Micros, waiting: float) -> Phase:
        load, requests = self.load, self.load.requests
        cpu = None if load.cpu is None else load.cpu.at(now)
        memory = self._memory(now)
        if requests is None:
            return Phase(now, cpu, memory, cpu, memory, 0.0, None, 0.0, len(self.ready))
        rate = requests.rate.at(now) if now >= self.begins else 0.0
        count, base = len(self.ready), cpu or 0.0
        room = max(0.0, self.cpu_limit() - base)
        capacity = room / requests.cpu if requests.cpu else inf
        found = flow(Offer(rate, count, capacity, waiting, requests.queue))
        served = found.served / count if count else 0.0
        in_flight = served * requests.latency * found.latency
        return Phase(
            now,
            base + served * requests.cpu,
            None if memory is None else memory + in_flight * requests.memory,
            base,
            memory,
            rate,
            found,
            waiting,
            count,
        )

    def _memory(self, now: Micros) -> float | None:
        """What a pod uses beside requests; None as by default, if requests take none either."""
        if self.load.memory is not None:
            return self.load.memory.at(now)
        requests, container = self.load.requests, self._template()
        if requests is None or not requests.memory or container is None:
            return None
        return float(half_of_requests(container).memory)

    def cpu_limit(self) -> float:
        """How many cores one of its pods may use. May be infinite."""
        container = self._template()
        limit = container_limits(container).get("cpu") if container else None
        return inf if limit is None else limit / 1000

    def _template(self) -> Obj | None:
        """The container that the load is on, of one of its pods: all have the same template."""
        for pod in self.ready.values() or self.others.values():
            return self.container(pod)
        return None

    def container(self, pod: Obj) -> Obj | None:
        """The container of a pod that the load is on."""
        containers: list[Obj] = pod["spec"]["containers"]
        if not self.load.container:
            return containers[0]
        return next((one for one in containers if one["name"] == self.load.container), None)

    def _ends(self, phase: Phase) -> Micros | None:
        load = self.load
        rate = load.requests.rate if load.requests else None
        curves = (load.cpu, load.memory, rate)
        moments = [one.next_change(phase.since) for one in curves if one is not None]
        if phase.since < self.begins:
            moments.append(self.begins)
        if phase.flow is not None and phase.flow.lasts < inf:
            moments.append(phase.since + max(1, micros(phase.flow.lasts)))
        return min((one for one in moments if one is not None), default=None)

    def is_throttled(self) -> bool:
        """Whether its pods want as much CPU as they may have, now."""
        last = self._phases[-1] if self._phases else None
        used = None if last is None else last.ready_cpu
        return used is not None and used >= self.cpu_limit()

    def settled(self, now: Micros) -> Totals:
        """The totals as they would be if the present phase ended now."""
        totals = replace(self.totals)
        self._add_up(totals, now)
        return totals

    def _settle(self, now: Micros) -> None:
        """Add up what the phase came to that ends now."""
        self._add_up(self.totals, now)

    def _add_up(self, totals: Totals, now: Micros) -> None:
        if not self._phases or self._phases[-1].since < self.begins:
            return
        last = self._phases[-1]
        seconds = (now - last.since) / SECOND
        if self.is_throttled():
            totals.throttled_seconds += seconds * max(1, last.pods)
        if last.flow is None or self.load.requests is None:
            return
        totals.offered += last.rate * seconds
        totals.served += last.flow.served * seconds
        totals.dropped += last.flow.dropped * seconds
        totals.longest_queue = max(totals.longest_queue, last.waiting, self.waiting(now))
        slowest = self.load.requests.latency * last.flow.latency + last.flow.wait
        totals.slowest = max(totals.slowest, slowest)

    # --- asked by metrics ---

    def needed(self, key: str, at: Micros) -> tuple[float | None, float | None]:
        """Cores and bytes that a pod needs at a moment, whatever its limits."""
        found = self.phase(at)
        if found is None:
            return None, None
        if key in self.ready:
            return found.ready_cpu, found.ready_memory
        return found.idle_cpu, found.idle_memory

    def derived(self, what: Derived, at: Micros) -> float:
        """What is known of its requests at a moment: per pod of rate and concurrency."""
        found, requests = self.phase(at), self.load.requests
        if found is None or found.flow is None or requests is None:
            return 0.0
        count = max(1, found.pods)
        match what:
            case "queue":
                return self.waiting(at)
            case "dropped":
                return found.flow.dropped
            case "rate":
                return found.flow.served / count
        served = found.flow.served * requests.latency * found.flow.latency
        return (served + self.waiting(at)) / count


def nanos(cores: float) -> int:
    """Cores as nanocores."""
    return round(cores * _NANO)


def usage(cores: float | None, memory: float | None, default: Usage) -> Usage:
    """An amount, by default where the load says nothing."""
    return Usage(
        default.cpu if cores is None else nanos(cores),
        default.memory if memory is None else round(memory),
    )
