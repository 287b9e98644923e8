"""A container's history as a VerticalPodAutoscalerCheckpoint keeps it, and back again.

Weights are whole, the largest 10,000: what is kept is coarser than what was there.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/util/histogram.go
SaveToChekpoint, pkg/recommender/checkpoint/checkpoint_writer.go.
"""

import math
from typing import Any, Final

from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.histogram import Histogram
from minieks.autoscale.vpa.objects import API_VERSION
from minieks.engine.clock import Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name, namespace

VERSION: Final = "v3"
_LARGEST: Final = 10_000


def checkpoint(vpa: Obj, container: str, history: Aggregate, now: Micros) -> Obj:
    """The object that keeps a container's history."""
    return {
        "apiVersion": API_VERSION,
        "kind": "VerticalPodAutoscalerCheckpoint",
        "metadata": {"name": f"{name(vpa)}-{container}", "namespace": namespace(vpa)},
        "spec": {"containerName": container, "vpaObjectName": name(vpa)},
        "status": {
            "version": VERSION,
            "firstSampleStart": _text(history.first),
            "lastSampleStart": _text(history.last),
            "lastUpdateTime": times.rfc3339(now),
            "totalSamplesCount": history.count,
            "cpuHistogram": saved(history.cpu),
            "memoryHistogram": saved(history.memory),
        },
    }


def saved(histogram: Histogram) -> Obj:
    """A histogram's weights, scaled to whole numbers."""
    part = range(histogram.lowest, histogram.highest + 1)
    most = max((histogram.weights[bucket] for bucket in part), default=0.0)
    ratio = _LARGEST / most if most else 0.0
    rounded = {bucket: math.floor(histogram.weights[bucket] * ratio + 0.5) for bucket in part}
    return {
        "referenceTimestamp": _text(histogram.reference),
        "bucketWeights": {str(bucket): weight for bucket, weight in rounded.items() if weight},
        "totalWeight": histogram.total,
    }


def restored(found: Obj, now: Micros) -> Aggregate | None:
    """The history in a checkpoint; None if it is of another version."""
    status = found.get("status") or {}
    if status.get("version") != VERSION:
        return None
    history = Aggregate(now)
    history.first = _moment(status.get("firstSampleStart"))
    history.last = _moment(status.get("lastSampleStart"))
    history.count = int(status.get("totalSamplesCount") or 0)
    _load(history.cpu, status.get("cpuHistogram") or {})
    _load(history.memory, status.get("memoryHistogram") or {})
    return history


def _load(histogram: Histogram, stated: Any) -> None:
    weights = {int(key): weight for key, weight in (stated.get("bucketWeights") or {}).items()}
    total = sum(weights.values())
    histogram.reference = _moment(stated.get("referenceTimestamp"))
    if not total or histogram.reference is None:
        return
    histogram.total = float(stated.get("totalWeight") or 0.0)
    for bucket, weight in weights.items():
        histogram.weights[bucket] += weight * (histogram.total / total)
        histogram.lowest = min(histogram.lowest, bucket)
        histogram.highest = max(histogram.highest, bucket)


def _text(at: Micros | None) -> str | None:
    return None if at is None else times.rfc3339(at)


def _moment(text: str | None) -> Micros | None:
    return times.parse(text) if text else None
