"""HorizontalPodAutoscalers of autoscaling/v1, which are stored as those of v2.

What v1 has no field for is kept in annotations. Source: kubernetes
pkg/apis/autoscaling/v1/conversion.go.
"""

from typing import Any, Final

import orjson

from minieks.kube.words.objects import Obj

_METRICS: Final = "autoscaling.alpha.kubernetes.io/metrics"
_CURRENT: Final = "autoscaling.alpha.kubernetes.io/current-metrics"
_CONDITIONS: Final = "autoscaling.alpha.kubernetes.io/conditions"
_BEHAVIOR: Final = "autoscaling.alpha.kubernetes.io/behavior"
_NOTES: Final = (_METRICS, _CURRENT, _CONDITIONS, _BEHAVIOR)


def from_v2(scaler: Obj) -> Obj:
    """The autoscaler as v1 shows it."""
    spec, status = dict(scaler["spec"]), dict(scaler.get("status") or {})
    target, others = _cpu_utilization(spec.pop("metrics", None) or ())
    current, other_current = _cpu_utilization(status.pop("currentMetrics", None) or ())
    notes: dict[str, Any] = {}
    if others:
        notes[_METRICS] = others
    if other_current:
        notes[_CURRENT] = other_current
    if status.get("conditions"):
        notes[_CONDITIONS] = status.pop("conditions")
    if "behavior" in spec:
        notes[_BEHAVIOR] = spec.pop("behavior")
    if target is not None:
        spec["targetCPUUtilizationPercentage"] = target
    if current is not None:
        status["currentCPUUtilizationPercentage"] = current
    status.setdefault("currentReplicas", 0)
    return {
        **scaler,
        "metadata": _noted(scaler["metadata"], notes),
        "spec": spec,
        "status": status,
    }


def to_v2(scaler: Obj) -> Obj:
    """The autoscaler as v2 stores it."""
    spec = dict(scaler.get("spec") or {})
    meta = dict(scaler.get("metadata") or {})
    notes = dict(meta.get("annotations") or {})
    metrics = _read(notes, _METRICS) or []
    target = spec.pop("targetCPUUtilizationPercentage", None)
    if target is not None:
        resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": target}}
        metrics = [{"type": "Resource", "resource": resource}, *metrics]
    if metrics:
        spec["metrics"] = metrics
    behavior = _read(notes, _BEHAVIOR)
    if behavior:
        spec["behavior"] = behavior
    kept = {key: value for key, value in notes.items() if key not in _NOTES}
    if "annotations" in meta:
        meta["annotations"] = kept
    if not kept:
        meta.pop("annotations", None)
    return {**scaler, "metadata": meta, "spec": spec}


def _cpu_utilization(metrics: Any) -> tuple[int | None, list[Obj]]:
    """The utilisation of CPU, and the other metrics."""
    found, others = None, []
    for metric in metrics:
        resource = metric.get("resource") or {}
        wanted = resource.get("target") or resource.get("current") or {}
        if resource.get("name") == "cpu" and "averageUtilization" in wanted:
            found = wanted["averageUtilization"]
        else:
            others.append(metric)
    return found, others


def _noted(meta: Obj, notes: dict[str, Any]) -> Obj:
    if not notes:
        return meta
    texts = {key: orjson.dumps(value).decode() for key, value in notes.items()}
    return {**meta, "annotations": {**(meta.get("annotations") or {}), **texts}}


def _read(notes: dict[str, str], key: str) -> Any:
    try:
        return orjson.loads(notes[key]) if key in notes else None
    except orjson.JSONDecodeError:
        return None
