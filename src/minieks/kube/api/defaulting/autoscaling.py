"""Defaults of HorizontalPodAutoscalers.

Source: kubernetes pkg/apis/autoscaling/v2/defaults.go.
"""

from typing import Any, Final

from minieks.kube.api.defaulting.fill import filled, within
from minieks.kube.words.objects import Obj

_CPU_METRIC: Final[dict[str, Any]] = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
}
_SCALE_UP: Final[dict[str, Any]] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_SCALE_DOWN: Final[dict[str, Any]] = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}


def horizontal_pod_autoscaler(obj: Obj) -> Obj:
    """A HorizontalPodAutoscaler; one of autoscaling/v1 becomes one of v2, which is stored."""
    found = _converted(obj) if obj.get("apiVersion") == "autoscaling/v1" else obj
    return within(filled(found, {"spec": {}}), "spec", _v2_spec)


def _converted(obj: Obj) -> Obj:
    """The v2 form of a v1 object (pkg/apis/autoscaling/v1/conversion.go)."""
    spec = obj.get("spec") or {}
    percent = spec.get("targetCPUUtilizationPercentage")
    kept = {key: spec[key] for key in spec if key != "targetCPUUtilizationPercentage"}
    if percent is not None:
        target = {"type": "Utilization", "averageUtilization": percent}
        kept["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    return {**obj, "apiVersion": "autoscaling/v2", "spec": kept}


def _v2_spec(spec: Obj) -> Obj:
    found = filled(spec, {"minReplicas": 1, "metrics": [_CPU_METRIC]})
    return within(found, "behavior", _behavior)


def _behavior(behavior: Obj) -> Obj:
    """Rules for one direction are completed; those of the other are added as a whole."""
    found = filled(behavior, {"scaleUp": {}, "scaleDown": {}})
    found = within(found, "scaleUp", lambda rules: filled(rules, _SCALE_UP))
    return within(found, "scaleDown", lambda rules: filled(rules, _SCALE_DOWN))
