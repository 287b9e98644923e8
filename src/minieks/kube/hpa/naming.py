"""How the controller names metrics in its messages, with selectors as Go prints them.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go, apimachinery
pkg/apis/meta/v1/generated.pb.go (LabelSelector.String).
"""

from collections.abc import Mapping
from typing import Any


def selector_text(selector: Mapping[str, Any] | None) -> str:
    """A ``*metav1.LabelSelector`` as ``%+v`` prints it."""
    if selector is None:
        return "nil"
    pairs = sorted((selector.get("matchLabels") or {}).items())
    labels = "".join(f"{key}: {value}," for key, value in pairs)
    expressions = "".join(map(_requirement_text, selector.get("matchExpressions") or ()))
    return (
        f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )


def _requirement_text(one: Mapping[str, Any]) -> str:
    values = " ".join(one.get("values") or ())
    return (
        f"LabelSelectorRequirement{{Key:{one['key']},"
        f"Operator:{one['operator']},Values:[{values}],}},"
    )


def resource_metric(source: Mapping[str, Any]) -> str:
    """The name of a metric of type Resource or ContainerResource."""
    if source["target"].get("averageValue") is not None:
        return f"{source['name']} resource"
    kind = "container resource" if "container" in source else "resource"
    return f"{source['name']} {kind} utilization (percentage of request)"


def external_metric(metric: Mapping[str, Any]) -> str:
    """The name of an External metric, and of an Object metric that is shared by the pods."""
    return f"external metric {metric['name']}({selector_text(metric.get('selector'))})"
