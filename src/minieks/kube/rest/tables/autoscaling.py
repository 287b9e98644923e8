"""The rows of HorizontalPodAutoscalers, of Scales and of PodDisruptionBudgets.

Source: kubernetes pkg/printers/internalversion/printers.go formatHPAMetrics.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.kube.rest.tables.cells import NONE, UNKNOWN, UNSET, Cell, age, cut, name, spec, status
from minieks.kube.words.objects import Obj

_NOTHING: Final[Mapping[str, Any]] = {}
_SHOWN: Final = 2
_PARTS: Final = {
    "External": "external",
    "Pods": "pods",
    "Object": "object",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
# Their targets are told apart by "(avg)" where they are averages.
_MARKED: Final = ("External", "Object")


def autoscaler(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A HorizontalPodAutoscaler of autoscaling/v2, in which form all are stored."""
    wanted = spec(obj)
    target = wanted.get("scaleTargetRef") or _NOTHING
    least = wanted.get("minReplicas")
    return (
        name(obj),
        f"{target.get('kind', '')}/{target.get('name', '')}",
        _targets(wanted.get("metrics") or (), status(obj).get("currentMetrics") or ()),
        UNSET if least is None else str(least),
        wanted.get("maxReplicas", 0),
        status(obj).get("currentReplicas", 0),
        age(obj, now),
    )


def _targets(metrics: Sequence[Mapping[str, Any]], current: Sequence[Mapping[str, Any]]) -> str:
    if not metrics:
        return NONE
    beside = [*current, *([_NOTHING] * len(metrics))]
    shown = [_metric(one, now) for one, now in zip(metrics, beside, strict=False)]
    return cut(shown, _SHOWN, ", ")


def _metric(metric: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    kind = str(metric.get("type"))
    if kind not in _PARTS:
        return "<unknown type>"
    part = _PARTS[kind]
    wanted = metric.get(part) or _NOTHING
    target = wanted.get("target") or _NOTHING
    current = (found.get(part) or _NOTHING).get("current") or _NOTHING
    if kind in ("Resource", "ContainerResource"):
        return f"{wanted.get('name', '')}: {_usage(target, current)}"
    averaged = kind == "Pods" or target.get("averageValue") is not None
    field = "averageValue" if averaged else "value"
    text = f"{current.get(field, UNKNOWN)}/{target.get(field, UNKNOWN)}"
    return f"{text} (avg)" if averaged and kind in _MARKED else text


def _usage(target: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    if target.get("averageValue") is not None:
        return f"{current.get('averageValue', UNKNOWN)}/{target['averageValue']}"
    wanted, used = target.get("averageUtilization"), current.get("averageUtilization")
    return "/".join(
        (
            UNKNOWN if used is None else f"{used}%",
            "<auto>" if wanted is None else f"{wanted}%",
        )
    )


def scale(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Scale."""
    counts = (spec(obj).get("replicas", 0), status(obj).get("replicas", 0))
    return (name(obj), *counts, age(obj, now))


def disruption_budget(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A PodDisruptionBudget."""
    bounds = (spec(obj).get("minAvailable"), spec(obj).get("maxUnavailable"))
    return (
        name(obj),
        *("N/A" if bound is None else str(bound) for bound in bounds),
        status(obj).get("disruptionsAllowed", 0),
        age(obj, now),
    )
