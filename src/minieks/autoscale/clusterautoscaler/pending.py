"""Pods that wait for a node, and which of them the autoscaler cares for.

Source: kubernetes/autoscaler cluster-autoscaler/utils/kubernetes/listers.go,
core/podlistprocessor, core/static_autoscaler.go (filterOutYoungPods, allPodsAreNew).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from minieks.autoscale.clusterautoscaler.durations import duration
from minieks.autoscale.clusterautoscaler.utilization import GPU
from minieks.engine.clock import SECOND, Micros
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations

DELAY: Final = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay"
_BUFFER: Final = 2 * SECOND
_GPU_BUFFER: Final = 30 * SECOND


def created(pod: Obj) -> Micros:
    """When the pod was created, to the second."""
    return times.parse(pod["metadata"]["creationTimestamp"])


def old_enough(infos: Iterable[PodInfo], now: Micros, delay: Micros) -> list[PodInfo]:
    """Those that have waited for ``--new-pod-scale-up-delay`` or longer, as they ask themselves."""
    return [info for info in infos if created(info.pod) + _delay(info.pod, delay) < now]


def _delay(pod: Obj, least: Micros) -> Micros:
    text = annotations(pod).get(DELAY)
    if text is None:
        return least
    try:
        return max(duration(text), least)
    except ValueError:
        return least


def are_new(infos: Sequence[PodInfo], now: Micros) -> bool:
    """Whether more pods may be on their way: the oldest is younger than 2 s, with GPUs than 30."""
    if min(created(info.pod) for info in infos) + _BUFFER > now:
        return True
    with_gpu = [created(info.pod) for info in infos if info.spec.request(GPU)]
    return bool(with_gpu) and min(with_gpu) + _GPU_BUFFER > now


def old_at(infos: Sequence[PodInfo]) -> Micros:
    """When these pods are no longer new."""
    found = min(created(info.pod) for info in infos) + _BUFFER
    with_gpu = [created(info.pod) for info in infos if info.spec.request(GPU)]
    return max([found, *(one + _GPU_BUFFER for one in with_gpu[:1])])


def by_importance(infos: Iterable[PodInfo]) -> list[PodInfo]:
    """Pods of higher priority first."""
    return sorted(infos, key=lambda info: -info.priority)
