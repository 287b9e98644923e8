"""Validation of HorizontalPodAutoscalers and PodDisruptionBudgets.

Source: kubernetes pkg/apis/autoscaling/validation, pkg/apis/policy/validation.
"""

from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import (
    POSITIVE,
    at_most_100_percent,
    complaints,
    int_or_percent,
    label_selector,
    one_of,
)
from minieks.kube.words import names, quantity
from minieks.kube.words.objects import Obj

_METRICS: Final = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_NO_INFORMATION: Final = "must populate information for the given metric source"
_NO_TARGET: Final = "must set either a target raw value or a target utilization"
_BOTH_TARGETS: Final = "may not set both a target raw value and a target utilization"


def horizontal_pod_autoscaler(obj: Obj) -> Iterator[FieldError]:
    """A HorizontalPodAutoscaler of any version."""
    spec = obj.get("spec") or {}
    least, most = spec.get("minReplicas"), spec.get("maxReplicas") or 0
    if least is not None and least < 1:
        yield invalid("spec.minReplicas", least, "must be greater than or equal to 1")
    if most < 1:
        yield invalid("spec.maxReplicas", most, POSITIVE)
    if least is not None and most < least:
        text = "must be greater than or equal to `minReplicas`"
        yield invalid("spec.maxReplicas", most, text)
    yield from _target_reference(spec.get("scaleTargetRef") or {}, "spec.scaleTargetRef")
    for position, metric in enumerate(spec.get("metrics") or ()):
        yield from _metric(metric, f"spec.metrics[{position}]")
    for direction in ("scaleUp", "scaleDown"):
        rules = (spec.get("behavior") or {}).get(direction)
        if rules is not None:
            yield from _rules(rules, f"spec.behavior.{direction}")


def _target_reference(reference: Obj, path: str) -> Iterator[FieldError]:
    for key in ("kind", "name"):
        value = reference.get(key) or ""
        if not value:
            yield required(f"{path}.{key}")
        else:
            yield from complaints(f"{path}.{key}", value, names.path_segment)


def _metric(metric: Obj, path: str) -> Iterator[FieldError]:
    type_ = metric.get("type") or ""
    if not type_:
        yield required(f"{path}.type", "must specify a metric source type")
        return
    if type_ not in _METRICS:
        # The server says it twice: of the type, and of the source that the type should name.
        yield from [not_supported(f"{path}.type", type_, tuple(_METRICS))] * 2
        return
    key = _METRICS[type_]
    source = metric.get(key)
    if source is None:
        yield required(f"{path}.{key}", _NO_INFORMATION)
        return
    if type_ in ("Resource", "ContainerResource"):
        yield from _resource(source, f"{path}.{key}")
        return
    if not (source.get("metric") or {}).get("name"):
        yield required(f"{path}.{key}.metric.name", "must specify a metric name")
    yield from _custom(source.get("target") or {}, type_, f"{path}.{key}.target")


def _resource(source: Obj, path: str) -> Iterator[FieldError]:
    if not source.get("name"):
        yield required(f"{path}.name", "must specify a resource name")
    target, place = source.get("target") or {}, f"{path}.target"
    yield from _target_type(target, place)
    utilization, average = target.get("averageUtilization"), target.get("averageValue")
    if utilization is not None and utilization < 1:
        yield invalid(f"{place}.averageUtilization", utilization, POSITIVE)
    if utilization is None and average is None:
        yield required(f"{place}.averageUtilization", _NO_TARGET)
    if utilization is not None and average is not None:
        yield forbidden(f"{place}.averageValue", _BOTH_TARGETS)
    yield from _positive(average, f"{place}.averageValue")


def _custom(target: Obj, type_: str, path: str) -> Iterator[FieldError]:
    yield from _target_type(target, path)
    value, average = target.get("value"), target.get("averageValue")
    yield from _positive(value, f"{path}.value")
    yield from _positive(average, f"{path}.averageValue")
    if type_ == "Pods":
        if average is None:
            yield required(f"{path}.averageValue", "must specify a positive target averageValue")
    elif value is None and average is None:
        text = "must set either a target value or averageValue"
        yield required(f"{path}.averageValue", text)


def _target_type(target: Obj, path: str) -> Iterator[FieldError]:
    if not target.get("type"):
        yield required(f"{path}.type", "must specify a metric target type")
    else:
        yield from one_of(target, "type", path, ("AverageValue", "Utilization", "Value"))


def _positive(value: Any, path: str) -> Iterator[FieldError]:
    if value is not None and quantity.parse(value) <= 0:
        yield invalid(path, value, "must be positive")


def _rules(rules: Obj, path: str) -> Iterator[FieldError]:
    seconds = rules.get("stabilizationWindowSeconds")
    if seconds is not None and seconds < 0:
        text = "must be greater than or equal to zero"
        yield invalid(f"{path}.stabilizationWindowSeconds", seconds, text)
    if seconds is not None and seconds > 3600:
        text = "must be less than or equal to 3600"
        yield invalid(f"{path}.stabilizationWindowSeconds", seconds, text)
    yield from one_of(rules, "selectPolicy", path, ("Disabled", "Max", "Min"))
    if not rules.get("policies"):
        yield required(f"{path}.policies", "must specify at least one Policy")
    for position, policy in enumerate(rules.get("policies") or ()):
        yield from _policy(policy, f"{path}.policies[{position}]")


def _policy(policy: Obj, path: str) -> Iterator[FieldError]:
    type_, value = policy.get("type", ""), policy.get("value", 0)
    if type_ not in ("Percent", "Pods"):
        yield not_supported(f"{path}.type", type_, ("Percent", "Pods"))
    if value <= 0:
        yield invalid(f"{path}.value", value, "must be greater than zero")
    seconds = policy.get("periodSeconds", 0)
    if seconds <= 0:
        yield invalid(f"{path}.periodSeconds", seconds, "must be greater than zero")
    if seconds > 1800:
        yield invalid(f"{path}.periodSeconds", seconds, "must be less than or equal to 1800")


def pod_disruption_budget(obj: Obj) -> Iterator[FieldError]:
    """A PodDisruptionBudget."""
    spec = obj.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = {key: spec[key] for key in ("minAvailable", "maxUnavailable")}
        text = "minAvailable and maxUnavailable cannot be both set"
        yield invalid("spec", shown, text)
    for key, value in (("minAvailable", least), ("maxUnavailable", most)):
        if value is not None:
            yield from int_or_percent(value, f"spec.{key}")
            yield from at_most_100_percent(value, f"spec.{key}")
    if spec.get("selector") is not None:
        yield from label_selector(spec["selector"], "spec.selector")
    yield from one_of(
        spec, "unhealthyPodEvictionPolicy", "spec", ("AlwaysAllow", "IfHealthyBudget")
    )
