"""Which pods count when usage is averaged: ready, unready, without metric, or not at all.

Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go groupPods.
"""

from collections.abc import Iterable
from typing import NamedTuple

from minieks.engine.clock import Micros
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


def grouped(pods: Iterable[Obj], metrics: PodMetrics, moment: Moment, *, of_cpu: bool) -> Groups:
    """The pods by what they count for; readiness matters to metrics of CPU alone."""
    ready = 0
    unready, missing, ignored = list[str](), list[str](), list[str]()
    for pod in pods:
        metric = metrics.get(name(pod))
        if is_deleting(pod) or kind.phase(pod) == "Failed":
            ignored.append(name(pod))
        elif kind.phase(pod) == "Pending":
            unready.append(name(pod))
        elif metric is None:
            missing.append(name(pod))
        elif of_cpu and _is_unready(pod, metric, moment):
            unready.append(name(pod))
        else:
            ready += 1
    return Groups(ready, tuple(unready), tuple(missing), tuple(ignored))


def _is_unready(pod: Obj, metric: PodMetric, moment: Moment) -> bool:
    """Whether its usage of CPU may be that of its start."""
    condition, started = kind.condition(pod, "Ready"), pod["status"].get("startTime")
    if condition is None or not started:
        return True
    start = times.parse(started)
    since = times.parse(condition.get("lastTransitionTime") or "0001-01-01T00:00:00Z")
    is_false = condition.get("status") == "False"
    if start + moment.settings.cpu_initialization_period > moment.now:
        return is_false or metric.at < since + metric.window
    return is_false and start + moment.settings.initial_readiness_delay > since


def ready_count(pods: Iterable[Obj]) -> int:
    """How many run and are ready, those that are being deleted too."""
    return sum(kind.phase(pod) == "Running" and kind.is_ready(pod) for pod in pods)
