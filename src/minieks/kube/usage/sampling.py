"""What metrics-server knows of pods: averages between two scrapes of every kubelet.

Source: kubernetes-sigs/metrics-server pkg/storage/pod.go (two points, containers that are fresh),
pkg/scraper/scraper.go, its manifest (``--metric-resolution=15s``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import EVERYTHING, Aspects, Change, Store
from minieks.kube.usage.custom import CustomMetrics, NoCustomMetrics
from minieks.kube.usage.demand import Demand, HalfOfRequests, Usage
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name

SCRAPE_PERIOD: Final[Micros] = 15 * SECOND
"""Kubelets are asked at each multiple of it."""
SCRAPE_TAKES: Final[Micros] = SECOND
"""What a scrape found can be read this long after."""
FRESH: Final[Micros] = 10 * SECOND
"""A container of this age is told of at its first scrape, its start being the earlier point."""

_NOTHING: Final[Mapping[str, Any]] = {}

CHANGES: Final = "usage"
"""The collection of `MetricsServer.changes` in which a record is written for a group."""
MEMORY: Final[Aspects] = 1
"""Of such a change: what is used of memory may be something else."""
CPU: Final[Aspects] = 2
"""What is used of CPU may be, or a custom metric."""


class PodSample(NamedTuple):
    """What a scrape found of a pod: its moment, the time it averages over, use by container."""

    at: Micros
    window: Micros
    containers: Mapping[str, Usage]


Like: TypeAlias = tuple[object, ...]


class Running(NamedTuple):
    """A pod that runs since a moment; others that are ``like`` it use the same."""

    pod: Obj
    name: str
    since: Micros
    like: Like


def scraped_at(now: Micros) -> Micros:
    """The moment of the last scrape whose result is there."""
    seen = now - SCRAPE_TAKES
    return seen - seen % SCRAPE_PERIOD


class MetricsServer:
    """What can be asked about the use of pods.

    ``changes`` is a store for those who want to hear: a record of its collection ``usage``, under
    a group's name, is written whenever what the group's pods use is something else from then on.
    """

    def __init__(self, demand: Demand | None = None, custom: CustomMetrics | None = None) -> None:
        self.demand: Demand = demand or HalfOfRequests()
        self.custom: CustomMetrics = custom or NoCustomMetrics()
        self.changes = Store(keep=1, aspects=_touched)

    def changed(self, group: str, touched: Aspects = EVERYTHING) -> None:
        """Say that what a group uses is something else from now on, and what of it."""
        if self.changes.get(CHANGES, group) is None:
            self.changes.create(CHANGES, group, {"touched": touched})
        else:
            self.changes.replace(CHANGES, group, {"touched": touched})

    def sample(self, pod: Obj, now: Micros) -> PodSample | None:
        """What the last scrape found of a pod; None if one of its containers was not measured."""
        return self.samples(self.running((pod,)), now).get(name(pod))

    def running(self, pods: Iterable[Obj]) -> Sequence[Running]:
        """Those pods all of whose containers run; they do as long as the pods' objects stay."""
        sinces = ((pod, _running_since(pod)) for pod in pods)
        return [
            Running(pod, name(pod), since, (self.demand.twins(pod) or name(pod), *_asked_for(pod)))
            for pod, since in sinces
            if since is not None
        ]

    def samples(self, pods: Iterable[Running], now: Micros) -> dict[str, PodSample]:
        """What the last scrape found of pods of one namespace, by name; twins share theirs."""
        at = scraped_at(now)
        found: dict[str, PodSample] = {}
        known: dict[tuple[Micros, Like], PodSample] = {}
        for one in pods:
            window = min(at - one.since, SCRAPE_PERIOD)
            if window < FRESH:
                continue
            sample = known.get((window, one.like))
            if sample is None:
                sample = known[window, one.like] = self._sampled(one.pod, at, window)
            found[one.name] = sample
        return found

    def _sampled(self, pod: Obj, at: Micros, window: Micros) -> PodSample:
        containers = pod["spec"]["containers"]
        used = {one["name"]: self._average(pod, one, at - window, at) for one in containers}
        return PodSample(at, window, used)

    def _average(
        self, pod: Obj, container: Mapping[str, Any], since: Micros, until: Micros
    ) -> Usage:
        """The CPU over a time, and the memory at its end."""
        demand = self.demand
        last = demand.used(pod, container, until)
        begun = demand.unchanged_since(pod, until)
        if begun <= since:
            return last
        spent, end = last.cpu * (until - begun), begun
        while end > since:
            begun = max(demand.unchanged_since(pod, end - 1), since)
            spent += demand.used(pod, container, end - 1).cpu * (end - begun)
            end = begun
        return Usage(spent // (until - since), last.memory)


def _touched(change: Change) -> Aspects:
    found: Aspects = change.value["touched"]
    return found


def _asked_for(pod: Obj) -> Iterator[tuple[str, int]]:
    """What pods of one template have in common: the very dicts that containers ask for."""
    return ((one["name"], id(one.get("resources"))) for one in pod["spec"]["containers"])


def _running_since(pod: Obj) -> Micros | None:
    """When the last of the pod's containers started; None if not all of them run."""
    since: Micros | None = None
    for one in (pod.get("status") or _NOTHING).get("containerStatuses") or ():
        running = (one.get("state") or _NOTHING).get("running") or _NOTHING
        started = running.get("startedAt")
        if not started:
            return None
        since = max(since or 0, times.parse(started))
    return since
