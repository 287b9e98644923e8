"""What metrics-server knows of pods: averages between two scrapes of every kubelet.

Source: kubernetes-sigs/metrics-server pkg/storage/pod.go (two points, containers that are fresh),
pkg/scraper/scraper.go, its manifest (``--metric-resolution=15s``).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

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
        return self.samples((pod,), now).get(name(pod))

    def samples(self, pods: Iterable[Obj], now: Micros) -> dict[str, PodSample]:
        """What the last scrape found of pods of one namespace, by name; twins share theirs."""
        at = scraped_at(now)
        found: dict[str, PodSample] = {}
        known: dict[tuple[object, ...], PodSample] = {}
        for pod in pods:
            since = _running_since(pod)
            if since is None or at - since < FRESH:
                continue
            window, twins = min(at - since, SCRAPE_PERIOD), self.demand.twins(pod)
            like = (twins, window, *_asked_for(pod))
            sample = known.get(like) if twins else None
            if sample is None:
                sample = known[like] = self._sampled(pod, at, window)
            found[name(pod)] = sample
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
