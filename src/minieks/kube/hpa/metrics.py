"""One metric of the spec: what it asks for, how it is shown, or why it cannot be had.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go computeReplicasForMetric.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.kube.hpa import calculator, naming
from minieks.kube.hpa.calculator import Sync
from minieks.kube.hpa.failures import Unavailable
from minieks.kube.hpa.gomath import wrapped64
from minieks.kube.hpa.observed import PodMetrics, Reading, Unreadable
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

Source: TypeAlias = Mapping[str, Any]


class Proposal(NamedTuple):
    """Replicas that a metric asks for, its name in messages, and its entry in currentMetrics."""

    replicas: int
    metric: str
    status: Obj


class Failed(NamedTuple):
    """A metric without a result: the reason, what condition and event say, what the sync says."""

    reason: str
    message: str
    error: str


_NO_TARGET: Final = (
    "invalid {} metric source: neither a value target nor an average value target was set"
)
_NO_RESOURCE_TARGET: Final = (
    "invalid resource metric source: neither an average utilization target nor an average value "
    "(usage) target was set"
)


def computed(sync: Sync, space: str, metric: Source, reading: Reading) -> Proposal | Failed:
    """What a metric asks for, given its reading."""
    of_type = _TYPES.get(metric["type"])
    if of_type is None:
        text = f'unknown metric source type "{metric["type"]}"'
        return Failed("InvalidMetricSourceType", text, text)
    compute, field, what = of_type
    source = metric[field]
    try:
        replicas, name, current = compute(sync, space, source, reading)
    except _Unavailable as failure:
        error = f"failed to get {what(source)} metric value: {failure.prefix}{failure}"
        return Failed(f"FailedGet{metric['type']}Metric", str(failure), error)
    identity = {key: value for key, value in source.items() if key != "target"}
    return Proposal(
        replicas, name, {"type": metric["type"], field: {**identity, "current": current}}
    )


class _Unavailable(Unavailable):
    """Unavailable, with what the sync's error says before the message."""

    def __init__(self, message: str, prefix: str = "") -> None:
        super().__init__(message)
        self.prefix = prefix


_Result: TypeAlias = tuple[int, str, Obj]


def _resource(sync: Sync, space: str, source: Source, reading: Reading) -> _Result:
    """Also of ContainerResource, which names a container."""
    del space
    resource, target = source["name"], source["target"]
    raw, percent = target.get("averageValue"), target.get("averageUtilization")
    if raw is None and percent is None:
        raise _Unavailable(_NO_RESOURCE_TARGET)
    try:
        metrics = _of_pods(reading, f"unable to get metrics for resource {resource}")
        if raw is not None:
            found = calculator.by_average(sync, metrics, quantity.milli(raw), resource)
        else:
            container = source.get("container", "")
            found = calculator.by_utilization(sync, metrics, percent, resource, container)
    except Unavailable as failure:
        what = "usage" if raw is not None else "utilization"
        raise _Unavailable(f"failed to get {resource} {what}: {failure}") from failure
    form: quantity.Format = "binary" if resource == "memory" else "decimal"
    current: Obj = {"averageValue": _milli_text(found.average, form)}
    if raw is None:
        current["averageUtilization"] = found.utilization
    return found.replicas, naming.resource_metric(source), current


def _pods(sync: Sync, space: str, source: Source, reading: Reading) -> _Result:
    del space
    name = source["metric"]["name"]
    target = quantity.milli(source["target"]["averageValue"])
    try:
        metrics = _of_pods(reading, f"unable to get metric {name}")
        found = calculator.by_average(sync, metrics, target, "")
    except Unavailable as failure:
        raise _Unavailable(str(failure)) from failure
    return found.replicas, f"pods metric {name}", {"averageValue": _milli_text(found.average)}


def _object(sync: Sync, space: str, source: Source, reading: Reading) -> _Result:
    name, target = source["metric"]["name"], source["target"]
    about, kind = source["describedObject"], target.get("type")
    raw = {"Value": target.get("value"), "AverageValue": target.get("averageValue")}.get(kind)
    if raw is None:
        raise _Unavailable(_NO_TARGET.format("object"))
    prefix = f"failed to get {name} object metric: " if kind == "AverageValue" else ""
    if isinstance(reading, Unreadable):
        # The real program gives its arguments in another order than its text has them.
        place = f"{about['kind']} on {space} {about['name']}/{reading.error}"
        raise _Unavailable(f"unable to get metric {name}: {place}", prefix)
    value = _sum(reading)
    if kind == "AverageValue":
        shared = calculator.by_share(sync, value, quantity.milli(raw), capped=False)
        shown = {"averageValue": _milli_text(shared.average)}
        return shared.replicas, naming.external_metric(source["metric"]), shown
    replicas = _by_value(sync, value, quantity.milli(raw))
    return replicas, f"{about['kind']} metric {name}", {"value": _milli_text(value)}


def _external(sync: Sync, space: str, source: Source, reading: Reading) -> _Result:
    metric, target = source["metric"], source["target"]
    name, shared_by = metric["name"], target.get("averageValue")
    raw = target.get("value") if shared_by is None else shared_by
    if raw is None:
        raise _Unavailable(_NO_TARGET.format("external"))
    what = "external metric {}" if shared_by is None else "{} external metric"
    prefix = f"failed to get {what.format(name)}: "
    if isinstance(reading, Unreadable):
        place = f"{space}/{name}/{naming.selector_text(metric.get('selector'))}"
        raise _Unavailable(f"unable to get external metric {place}: {reading.error}", prefix)
    value = _sum(reading)
    if shared_by is None:
        replicas = _by_value(sync, value, quantity.milli(raw), prefix)
        return replicas, naming.external_metric(metric), {"value": _milli_text(value)}
    found = calculator.by_share(sync, value, quantity.milli(raw), capped=True)
    shown = {"averageValue": _milli_text(found.average)}
    return found.replicas, naming.external_metric(metric), shown


def _by_value(sync: Sync, value: int, target: int, prefix: str = "") -> int:
    try:
        return calculator.by_value(sync, value, target)
    except Unavailable as failure:
        raise _Unavailable(str(failure), prefix) from failure


def _of_pods(reading: Reading, what: str) -> PodMetrics:
    if isinstance(reading, Unreadable):
        raise Unavailable(f"{what}: {reading.error}")
    assert isinstance(reading, Mapping), "a metric of pods has a value for each pod"
    return reading


def _sum(reading: Reading) -> int:
    """All values together, 2^63-1 at most."""
    assert isinstance(reading, Sequence), "such a metric has values that belong to no pod"
    return min(sum(map(int, reading)), 2**63 - 1)


@lru_cache(maxsize=65536)
def _milli_text(milli: int, form: quantity.Format = "decimal") -> str:
    """Thousandths as a quantity, as it reads once the API has stored it."""
    return quantity.canonical(quantity.text_of(Decimal(wrapped64(milli)).scaleb(-3), form))


_Compute: TypeAlias = Callable[[Sync, str, Source, Reading], _Result]
# By type: how it is computed, its field in the spec, and what its errors call it.
_TYPES: Final[Mapping[str, tuple[_Compute, str, Callable[[Source], str]]]] = {
    "Resource": (_resource, "resource", lambda source: f"{source['name']} resource"),
    "ContainerResource": (
        _resource,
        "containerResource",
        lambda source: f"{source['container']} container",
    ),
    "Pods": (_pods, "pods", lambda source: "pods"),
    "Object": (_object, "object", lambda source: "object"),
    "External": (_external, "external", lambda source: f"{source['metric']['name']} external"),
}
