"""metrics.k8s.io: what pods and nodes use, for ``kubectl top`` and the like.

Sources: kubernetes-sigs/metrics-server pkg/api/{pod,node}.go, pkg/storage (the form).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.kube.api import errors
from minieks.kube.kinds import pods
from minieks.kube.kinds.resources import METRICS, Resource
from minieks.kube.rest import listing, listoptions, presenting
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.usage import SCRAPE_PERIOD, PodSample, Usage, scraped_at
from minieks.kube.words import times
from minieks.kube.words.durations import go_text
from minieks.kube.words.objects import Obj, key, labels, metadata, name, namespace

_NODE: Final = Usage(cpu=30_000_000, memory=300 * 1024 * 1024)
"""What a node uses beside its pods: kubelet and containerd."""


def is_one(resource: Resource) -> bool:
    """Whether the resource is answered here."""
    return resource in METRICS


def answer(backend: Backend, call: Call) -> Response:
    """The metrics of one pod or node, or of those that the selectors match."""
    of_nodes = call.resource.plural == "nodes"
    if call.info.name:
        found = _node_metrics(backend, call) if of_nodes else _pod_metrics(backend, call)
        for one in found:
            if name(one) == call.info.name:
                return presenting.one(backend, call, one)
        kind = "nodemetrics" if of_nodes else "podmetrics"
        about = call.info.name if of_nodes else f"{call.info.namespace}/{call.info.name}"
        raise errors.NotFound(f"{kind}.metrics.k8s.io", about)
    matches = listing.matcher(backend, call, listoptions.read(call.request, watch=False))
    found = _node_metrics(backend, call) if of_nodes else _pod_metrics(backend, call)
    wanted = [one for one in found if matches is None or matches(one)]
    return presenting.many(backend, call, sorted(wanted, key=key), {})


def _pod_metrics(backend: Backend, call: Call) -> Iterator[Obj]:
    now = backend.api.engine.now()
    for pod in backend.api.list("pods", call.info.namespace or None):
        sample = backend.api.usage.sample(pod, now)
        if sample is not None:
            used = sample.containers.items()
            containers = [{"name": each, "usage": _as_json(one)} for each, one in used]
            timing = _Timing(now, sample.at, sample.window)
            meta = {"namespace": namespace(pod)}
            yield _metrics("PodMetrics", pod, timing, meta) | {"containers": containers}


def _node_metrics(backend: Backend, call: Call) -> Iterator[Obj]:
    now = backend.api.engine.now()
    on_node: dict[str, list[PodSample]] = {}
    for pod in backend.api.list("pods"):
        sample = backend.api.usage.sample(pod, now)
        if sample is not None:
            on_node.setdefault(pods.node_name(pod), []).append(sample)
    timing = _Timing(now, scraped_at(now), SCRAPE_PERIOD)
    for node in backend.api.list("nodes"):
        used = total(on_node.get(name(node), ()))
        yield _metrics("NodeMetrics", node, timing, {}) | {"usage": _as_json(used)}


def total(found: Iterable[PodSample]) -> Usage:
    """What a node with these pods uses."""
    used = [_NODE, *(one for sample in found for one in sample.containers.values())]
    return Usage(sum(one.cpu for one in used), sum(one.memory for one in used))


def _as_json(used: Usage) -> dict[str, str]:
    """The quantities as metrics-server writes them."""
    return {"cpu": f"{used.cpu}n", "memory": f"{used.memory // 1024}Ki"}


class _Timing(NamedTuple):
    """When an answer is given, and what time it is about."""

    now: Micros
    at: Micros
    window: Micros


def _metrics(kind: str, about: Obj, timing: _Timing, place: Mapping[str, str]) -> Obj:
    created = times.rfc3339(timing.now)
    meta: Obj = {"name": name(about), **place, "creationTimestamp": created}
    if labels(about):
        meta["labels"] = metadata(about)["labels"]
    return {
        "kind": kind,
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": meta,
        "timestamp": times.rfc3339(timing.at),
        "window": go_text(timing.window / SECOND),
    }
