"""The world of a recorded tick, as the values that a sync of the autoscaler takes."""

from collections.abc import Mapping
from typing import Any

from golden.outcome import Json
from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.defaulting.autoscaling import horizontal_pod_autoscaler
from minieks.kube.hpa import Observed, PodMetric, Reading, Scale, Settings, Unreadable
from minieks.kube.words import quantity, times

START = times.parse("2026-01-01T00:00:00Z")
_RESOURCE_API = "resource metrics API"
_FLAGS = {
    "downscaleStabilizationSeconds": "downscale_stabilization",
    "cpuInitializationSeconds": "cpu_initialization_period",
    "initialReadinessDelaySeconds": "initial_readiness_delay",
}


def moment(seconds: int) -> Micros:
    """A recorded time."""
    return START + seconds * SECOND


def settings(case: Json) -> Settings:
    """The controller's flags and feature gates."""
    flags = dict(case.get("controller") or {})
    gates = case.get("featureGates") or {}
    found: dict[str, Any] = {_FLAGS[key]: flags.pop(key) * SECOND for key in _FLAGS if key in flags}
    return Settings(
        **flags,
        **found,
        configurable_tolerance=gates.get("HPAConfigurableTolerance", False),
    )


def observed(case: Json, tick: Json, pods: list[Json]) -> Observed:
    """What the sync of a tick sees."""
    autoscaler = horizontal_pod_autoscaler(case["hpa"])
    metrics = tick.get("metrics") or {}
    names = ["default/web", "default/web2"] if case.get("otherHPA") and pods else []
    return Observed(
        now=moment(tick["t"]),
        scale=Scale(tick["replicas"], tick["statusReplicas"], case["target"]["selector"]),
        pods=[_pod(case, one) for one in pods],
        readings=[_reading(case, one, metrics) for one in autoscaler["spec"]["metrics"]],
        selected_by=names,
    )


def _pod(case: Json, pod: Json) -> Json:
    status: Json = {"phase": pod.get("phase", "Running")}
    if "start" in pod:
        status["startTime"] = times.rfc3339(moment(pod["start"]))
    ready = pod.get("ready", True)
    if ready is not None:
        condition = {"type": "Ready", "status": str(ready)}
        if "readySince" in pod:
            condition["lastTransitionTime"] = times.rfc3339(moment(pod["readySince"]))
        status["conditions"] = [condition]
    meta = {"name": pod["name"], "namespace": "default"}
    if pod.get("deleted"):
        meta["deletionTimestamp"] = times.rfc3339(moment(0))
    return {"metadata": meta, "spec": case["templates"][pod.get("tpl", "a")], "status": status}


def _reading(case: Json, metric: Json, found: Json) -> Reading:
    match metric["type"]:
        case "Resource":
            source = metric["resource"]
            return _of_resource(case, found.get("resource") or {}, source["name"], "")
        case "ContainerResource":
            source = metric["containerResource"]
            resources = found.get("resource") or {}
            return _of_resource(case, resources, source["name"], source["container"])
        case "Pods":
            return _of_pods(metric["pods"]["metric"]["name"], found)
        case "Object":
            return _of_object(metric["object"]["metric"]["name"], found)
        case _:
            return _external(metric["external"]["metric"]["name"], found)


def _of_resource(case: Json, found: Json, resource: str, container: str) -> Reading:
    if "error" in found:
        return Unreadable(f"unable to fetch metrics from {_RESOURCE_API}: {found['error']}")
    pods = found.get("pods") or {}
    if not pods:
        return Unreadable(f"no metrics returned from {_RESOURCE_API}")
    at, window = moment(found["at"]), found["window"] * SECOND
    values = {pod: _usage(case, used, resource, container) for pod, used in pods.items()}
    return {pod: PodMetric(value, at, window) for pod, value in values.items() if value is not None}


def _usage(case: Json, used: Any, resource: str, container: str) -> int | None:
    """Thousandths that a pod, or one of its containers, uses; None if one is not known."""
    if isinstance(used, str):
        name, of = case.get("usageOf", ("app", "cpu"))
        used = {name: {of: used}}
    chosen: Mapping[str, Any] = used
    if container:
        chosen = {name: one for name, one in used.items() if name == container}
    if not chosen or any(resource not in one for one in chosen.values()):
        return None
    return sum(quantity.milli(one[resource]) for one in chosen.values())


def _error(name: str, found: Json, api: str) -> Unreadable | None:
    text = (found.get("errors") or {}).get(name)
    return Unreadable(f"unable to fetch metrics from {api} metrics API: {text}") if text else None


def _of_pods(name: str, found: Json) -> Reading:
    values = (found.get("pods") or {}).get(name) or {}
    if failed := _error(name, found, "custom"):
        return failed
    if not values:
        return Unreadable("no metrics returned from custom metrics API")
    return {pod: PodMetric(quantity.milli(text), 0, 0) for pod, text in values.items()}


def _of_object(name: str, found: Json) -> Reading:
    return _error(name, found, "custom") or [quantity.milli(found["object"][name])]


def _external(name: str, found: Json) -> Reading:
    values = (found.get("external") or {}).get(name) or []
    if failed := _error(name, found, "external"):
        return failed
    if not values:
        return Unreadable("no metrics returned from external metrics API")
    return [quantity.milli(text) for text in values]
