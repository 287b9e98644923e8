"""How many replicas one metric asks for.

Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from minieks.kube.hpa import gomath, podgroups
from minieks.kube.hpa.failures import Unavailable
from minieks.kube.hpa.observed import Observed, PodMetrics
from minieks.kube.hpa.podgroups import Groups, Moment
from minieks.kube.hpa.requests import requests
from minieks.kube.hpa.settings import Settings
from minieks.kube.hpa.tolerances import Tolerances
from minieks.kube.words.objects import Obj

NO_PODS = "no pods returned by selector while calculating replica count"
_NO_METRICS = "did not receive metrics for targeted pods (pods might be unready)"

_Values: TypeAlias = dict[str, int]


@dataclass(frozen=True, slots=True)
class Sync:
    """What all metrics of one sync are computed from.

    ``alike``: the pods as they count if their metrics and requests are all the same, and metrics
    tell of one for all.
    """

    observed: Observed
    tolerances: Tolerances
    settings: Settings
    alike: Groups | None = None

    @property
    def pods(self) -> tuple[Obj, ...]:
        """Those observed; a tuple is that itself."""
        return tuple(self.observed.pods)


class Usage(NamedTuple):
    """How usage is to its target, as percentage of the requests (if so asked) and on average."""

    ratio: float
    utilization: int
    average: int


class Wanted(NamedTuple):
    """Replicas that a metric asks for, and what it is now."""

    replicas: int
    utilization: int
    average: int


def by_utilization(
    sync: Sync, metrics: PodMetrics, target: int, resource: str, container: str
) -> Wanted:
    """Replicas for a usage of ``target`` percent of the requests; raises Unavailable."""
    groups, values = _counted(sync, metrics, resource)
    level = sync.settings.pod_level_resources
    requested = requests(sync.pods, resource, container, pod_level=level)
    full = max(100, target)
    return _replicas(
        sync,
        groups,
        values,
        lambda found: _utilization(found, requested, target),
        {pod: gomath.quotient(requested[pod] * full, 100) for pod in groups.missing},
    )


def by_average(sync: Sync, metrics: PodMetrics, target: int, resource: str) -> Wanted:
    """Replicas for ``target`` thousandths per pod; ``resource`` is empty for custom metrics."""
    groups, values = _counted(sync, metrics, resource)
    return _replicas(
        sync,
        groups,
        values,
        lambda found: _mean(found, target),
        dict.fromkeys(groups.missing, target),
    )


def by_value(sync: Sync, value: int, target: int) -> int:
    """Replicas for a value that belongs to all pods together; raises Unavailable."""
    ratio = gomath.ratio(value, target)
    current = sync.observed.scale.replicas
    if current == 0:
        return gomath.int32(gomath.ceiling(ratio))
    if sync.tolerances.allow(ratio):
        return current
    if not sync.observed.pods:
        raise Unavailable(f"unable to calculate ready pods: {NO_PODS}")
    count = ratio * podgroups.ready_count(sync.observed.pods)
    return 2**31 - 1 if count > 2**31 - 1 else gomath.int32(gomath.ceiling(count))


def by_share(sync: Sync, value: int, target: int, *, capped: bool) -> Wanted:
    """Replicas for a value of which each pod takes ``target``.

    ``capped``: numbers that are too large become the largest, as for External metrics only.
    """
    replicas = sync.observed.scale.status_replicas
    average = gomath.int64(gomath.ceiling(gomath.ratio(value, replicas)))
    if capped and value >= 2**63 - 512:
        average = 2**63 - 1
    if sync.tolerances.allow(gomath.ratio(value, float(target) * replicas)):
        return Wanted(replicas, 0, average)
    count = gomath.ceiling(gomath.ratio(value, target))
    if capped and count > 2**31 - 1:
        return Wanted(2**31 - 1, 0, average)
    return Wanted(gomath.int32(count), 0, average)


def _counted(sync: Sync, metrics: PodMetrics, resource: str) -> tuple[Groups, _Values]:
    """The pods by groups, and the metrics of those that count."""
    pods = sync.pods
    if not pods:
        raise Unavailable(NO_PODS)
    if sync.alike is not None and metrics:
        return sync.alike, {pod: one.value for pod, one in metrics.items()}
    moment = Moment(sync.observed.now, sync.settings)
    groups = podgroups.grouped(pods, metrics, moment, of_cpu=resource == "cpu")
    left_out = {*groups.unready, *groups.ignored}
    values = {pod: one.value for pod, one in metrics.items() if pod not in left_out}
    if not values:
        raise Unavailable(_NO_METRICS)
    return groups, values


def _utilization(values: Mapping[str, int], requested: Mapping[str, int], target: int) -> Usage:
    """Of the pods that have both a metric and requests."""
    known = [pod for pod in values if pod in requested]
    used = gomath.wrapped64(sum(values[pod] for pod in known))
    asked = gomath.wrapped64(sum(requested[pod] for pod in known))
    if not asked:
        raise Unavailable("no metrics returned matched known pods")
    percent = gomath.quotient(gomath.wrapped64(used * 100), asked)
    utilization = gomath.wrapped32(percent)
    return Usage(gomath.ratio(utilization, target), utilization, gomath.quotient(used, len(known)))


def _mean(values: Mapping[str, int], target: int) -> Usage:
    mean = gomath.quotient(gomath.wrapped64(sum(values.values())), len(values))
    return Usage(gomath.ratio(mean, target), 0, mean)


def _replicas(
    sync: Sync,
    groups: Groups,
    values: _Values,
    usage_of: Callable[[Mapping[str, int]], Usage],
    full: Mapping[str, int],
) -> Wanted:
    """Replicas for the usage of the pods that count.

    Those of which nothing is known make the change smaller: on the way down, pods without metric
    count as ``full``; on the way up, they and unready pods as idle.
    """
    usage, current = usage_of(values), sync.observed.scale.replicas
    unready = groups.unready if usage.ratio > 1.0 else ()
    if not unready and not groups.missing:
        replicas = gomath.int32(gomath.ceiling(usage.ratio * groups.ready))
        within = sync.tolerances.allow(usage.ratio)
        return Wanted(current if within else replicas, usage.utilization, usage.average)
    assumed = dict(values)
    if usage.ratio < 1.0:
        assumed.update(full)
    elif usage.ratio > 1.0:
        assumed.update(dict.fromkeys(groups.missing, 0))
    assumed.update(dict.fromkeys(unready, 0))
    replicas = _settled(sync, usage.ratio, usage_of(assumed).ratio, len(assumed))
    return Wanted(replicas, usage.utilization, usage.average)


def _settled(sync: Sync, before: float, after: float, count: int) -> int:
    """Replicas by the ratio ``after`` assumptions were made: never against that of ``before``."""
    current = sync.observed.scale.replicas
    if sync.tolerances.allow(after) or (before < 1.0 < after) or (after < 1.0 < before):
        return current
    replicas = gomath.int32(gomath.ceiling(after * count))
    if (after < 1.0 and replicas > current) or (after > 1.0 and replicas < current):
        return current
    return replicas
