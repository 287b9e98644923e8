"""What the metrics APIs say of the metrics of a spec.

Source: kubernetes pkg/controller/podautoscaler/metrics/client.go; the texts of refusals are those
of metrics-server and of k8s.io/custom-metrics-apiserver.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.engine.clock import Micros
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.hpa.observed import PodMetric, Reading, Unreadable
from minieks.kube.kinds.registry import Registry
from minieks.kube.usage import MetricsServer, PodSample, Usage, scraped_at
from minieks.kube.usage.sampling import Running
from minieks.kube.words.objects import Obj, name
from minieks.kube.words.selectors import Selector, compile_selector

_NOTHING: Final[Mapping[str, Any]] = {}
_RUNNING: Final[IdentityMemo[Sequence[Running]]] = IdentityMemo(2048)
_MINUTE: Final[Micros] = 60_000_000
# What the client takes for the window of a custom metric that says none.
_EVERYTHING: Final = Selector()


class Asked(NamedTuple):
    """Of whom it is asked, about which pods of which namespace, and when.

    What is found out about the very same tuple of pods is remembered.
    """

    usage: MetricsServer
    kinds: Registry
    space: str
    pods: tuple[Obj, ...]
    now: Micros


def readings(asked: Asked, metrics: Sequence[Mapping[str, Any]]) -> list[Reading]:
    """The readings of the metrics of a spec, in their order."""
    samples: dict[str, PodSample] = {}
    if any(one["type"] in ("Resource", "ContainerResource") for one in metrics):
        running = _RUNNING.get(asked.pods)
        if running is None:
            running = _RUNNING.put(asked.pods, asked.usage.running(asked.pods))
        samples = asked.usage.samples(running, asked.now)
    return [_TYPES[one["type"]](asked, one, samples) for one in metrics]


_Samples: TypeAlias = Mapping[str, PodSample]


def _resource(asked: Asked, metric: Mapping[str, Any], samples: _Samples) -> Reading:
    del asked
    return _of_resource(samples, metric["resource"]["name"], "")


def _container_resource(asked: Asked, metric: Mapping[str, Any], samples: _Samples) -> Reading:
    del asked
    source = metric["containerResource"]
    return _of_resource(samples, source["name"], source["container"])


def _of_resource(samples: _Samples, resource: str, container: str) -> Reading:
    if not samples:
        return Unreadable("no metrics returned from resource metrics API")
    milli = _MILLI.get(resource)
    if milli is None:
        return {}
    # Pods that use the same share a sample, and so the metric that is made of it.
    different = {id(sample): sample for sample in samples.values()}
    metrics = {which: _metric(sample, milli, container) for which, sample in different.items()}
    found = ((pod, metrics[id(sample)]) for pod, sample in samples.items())
    return {pod: metric for pod, metric in found if metric is not None}


def _metric(sample: PodSample, milli: Callable[[Usage], int], container: str) -> PodMetric | None:
    """The use of a pod, or of one of its containers; None if it has no such container."""
    used = [one for key, one in sample.containers.items() if container in ("", key)]
    return PodMetric(sum(map(milli, used)), sample.at, sample.window) if used else None


_MILLI: Final[Mapping[str, Callable[[Usage], int]]] = {
    "cpu": lambda used: -(-used.cpu // 1_000_000),
    "memory": lambda used: used.memory // 1024 * 1024 * 1000,
}


def _pods(asked: Asked, metric: Mapping[str, Any], samples: _Samples) -> Reading:
    del samples
    wanted, at = metric["pods"]["metric"]["name"], scraped_at(asked.now)
    custom = asked.usage.custom
    if wanted not in custom.pod_metrics():
        return _unknown("custom", f"the server could not find the metric {wanted} for pods")
    values = ((pod, custom.of_pod(pod, wanted, at)) for pod in asked.pods)
    found = {name(pod): PodMetric(one, at, _MINUTE) for pod, one in values if one is not None}
    return found or Unreadable("no metrics returned from custom metrics API")


def _object(asked: Asked, metric: Mapping[str, Any], samples: _Samples) -> Reading:
    del samples
    about, wanted = metric["object"]["describedObject"], metric["object"]["metric"]["name"]
    key = about["name"] if about["kind"] == "Namespace" else f"{asked.space}/{about['name']}"
    value = asked.usage.custom.of_object(about["kind"], key, wanted, scraped_at(asked.now))
    if value is not None:
        return [value]
    kind = asked.kinds.find(about.get("apiVersion") or "v1", about["kind"])
    resource = kind.collection if kind else about["kind"].lower()
    text = f"the server could not find the metric {wanted} for {resource} {about['name']}"
    return _unknown("custom", text)


def _external(asked: Asked, metric: Mapping[str, Any], samples: _Samples) -> Reading:
    del samples
    source = metric["external"]["metric"]
    given = source.get("selector")
    selector = _EVERYTHING if given is None else compile_selector(given)
    found = asked.usage.custom.external(
        asked.space, source["name"], selector, scraped_at(asked.now)
    )
    if found is None:
        return _unknown("external", f"the server could not find the metric {source['name']} for ")
    if not found:
        return Unreadable("no metrics returned from external metrics API")
    return [one.milli for one in found]


def _unknown(api: str, text: str) -> Unreadable:
    return Unreadable(f"unable to fetch metrics from {api} metrics API: {text}")


_TYPES: Final[Mapping[str, Callable[[Asked, Mapping[str, Any], _Samples], Reading]]] = {
    "Resource": _resource,
    "ContainerResource": _container_resource,
    "Pods": _pods,
    "Object": _object,
    "External": _external,
}
