"""Which pods count when usage is averaged: ready, unready, without metric, or not at all.

Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go groupPods.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from minieks.engine.clock import Micros
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.hpa.observed import PodMetric, PodMetrics
from minieks.kube.hpa.settings import Settings
from minieks.kube.kinds import pods as kind
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, name


class Groups(NamedTuple):
    """Names of pods by what they count for; of the ready ones only how many there are."""

    ready: int
    unready: tuple[str, ...]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]


class Moment(NamedTuple):
    """When it is, and how long young pods are looked upon with care."""

    now: Micros
    settings: Settings


def grouped(pods: tuple[Obj, ...], metrics: PodMetrics, moment: Moment, *, of_cpu: bool) -> Groups:
    """The pods by what they count for; readiness matters to metrics of CPU alone."""
    ready = 0
    unready, missing, ignored = list[str](), list[str](), list[str]()
    for seen in _SEEN.get(pods) or _SEEN.put(pods, tuple(map(_seen, pods))):
        metric = metrics.get(seen.name)
        if seen.is_ignored:
            ignored.append(seen.name)
        elif seen.is_pending:
            unready.append(seen.name)
        elif metric is None:
            missing.append(seen.name)
        elif of_cpu and _is_unready(seen.readiness, metric, moment):
            unready.append(seen.name)
        else:
            ready += 1
    return Groups(ready, tuple(unready), tuple(missing), tuple(ignored))


class _Readiness(NamedTuple):
    """When a pod started, since when it is ready or not, and whether it is said not to be."""

    start: Micros
    since: Micros
    is_false: bool


class _Seen(NamedTuple):
    """What is looked at of a pod; ``readiness`` is None if nothing is known of it."""

    name: str
    is_ignored: bool
    is_pending: bool
    readiness: _Readiness | None


_SEEN: Final[IdentityMemo[tuple[_Seen, ...]]] = IdentityMemo(2048)


def _seen(pod: Obj) -> _Seen:
    is_ignored = is_deleting(pod) or kind.phase(pod) == "Failed"
    return _Seen(name(pod), is_ignored, kind.phase(pod) == "Pending", _readiness(pod))


def _readiness(pod: Obj) -> _Readiness | None:
    condition = kind.condition(pod, "Ready")
    started = (pod.get("status") or {}).get("startTime")
    if condition is None or not started:
        return None
    since = times.parse(condition.get("lastTransitionTime") or "0001-01-01T00:00:00Z")
    return _Readiness(times.parse(started), since, condition.get("status") == "False")


def _is_unready(known: _Readiness | None, metric: PodMetric, moment: Moment) -> bool:
    """Whether its usage of CPU may be that of its start."""
    if known is None:
        return True
    if known.start + moment.settings.cpu_initialization_period > moment.now:
        return known.is_false or metric.at < known.since + metric.window
    return known.is_false and known.start + moment.settings.initial_readiness_delay > known.since


def ready_count(pods: Iterable[Obj]) -> int:
    """How many run and are ready, those that are being deleted too."""
    return sum(kind.phase(pod) == "Running" and kind.is_ready(pod) for pod in pods)
