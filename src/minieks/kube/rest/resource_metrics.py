"""metrics.k8s.io: what pods and nodes use, for ``kubectl top`` and the like.

What containers use is modelled as half of what they request, and a little for those that request
nothing. Sources: kubernetes-sigs/metrics-server pkg/api/{pod,node}.go, pkg/storage (the form, and
that a pod is there once all of its containers have been measured), metrics-server's manifest (a
measurement every 15 s).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.kube.api import errors
from minieks.kube.kinds import pods
from minieks.kube.kinds.resources import METRICS, Resource
from minieks.kube.rest import listing, listoptions, presenting
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.words import quantity, times
from minieks.kube.words.objects import Obj, key, labels, metadata, name, namespace

_WINDOW: Final = "15s"
_FIRST_AFTER: Final[Micros] = 15 * SECOND
_LEAST_CPU: Final = "2m"
_LEAST_MEMORY: Final = "16Mi"
_NODE_CPU: Final = 30_000_000
_NODE_MEMORY: Final = 300 * 1024
"""What a node uses beside its pods: nanocores and KiB of kubelet and containerd."""


class Usage(NamedTuple):
    """Nanocores and KiB."""

    cpu: int
    memory: int

    def as_json(self) -> dict[str, str]:
        """The quantities as metrics-server writes them."""
        return {"cpu": f"{self.cpu}n", "memory": f"{self.memory}Ki"}


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
        if is_measured(pod, now):
            used = {one["name"]: usage(one) for one in pod["spec"]["containers"]}
            containers = [{"name": each, "usage": one.as_json()} for each, one in used.items()]
            meta = {"namespace": namespace(pod)}
            yield _metrics("PodMetrics", pod, now, meta) | {"containers": containers}


def _node_metrics(backend: Backend, call: Call) -> Iterator[Obj]:
    now = backend.api.engine.now()
    on_node: dict[str, list[Obj]] = {}
    for pod in backend.api.list("pods"):
        if is_measured(pod, now):
            on_node.setdefault(pods.node_name(pod), []).append(pod)
    for node in backend.api.list("nodes"):
        used = total(on_node.get(name(node), ()))
        yield _metrics("NodeMetrics", node, now, {}) | {"usage": used.as_json()}


def is_measured(pod: Obj, now: Micros) -> bool:
    """Whether all of its containers have run for long enough."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    started = [((one.get("state") or {}).get("running") or {}).get("startedAt") for one in statuses]
    if not started or not all(started):
        return False
    return all(now - times.parse(str(one)) >= _FIRST_AFTER for one in started)


def usage(container: Mapping[str, Any]) -> Usage:
    """What a container uses: half of its requests."""
    requests = (container.get("resources") or {}).get("requests") or {}
    cpu = quantity.milli(requests.get("cpu", _LEAST_CPU)) * 1_000_000 // 2
    memory = quantity.value(requests.get("memory", _LEAST_MEMORY)) // 1024 // 2
    return Usage(cpu, memory)


def total(found: Iterable[Obj]) -> Usage:
    """What a node with these pods uses."""
    cpu, memory = _NODE_CPU, _NODE_MEMORY
    for pod in found:
        for container in pod["spec"]["containers"]:
            used = usage(container)
            cpu, memory = cpu + used.cpu, memory + used.memory
    return Usage(cpu, memory)


def _metrics(kind: str, about: Obj, now: Micros, place: Mapping[str, str]) -> Obj:
    meta: Obj = {"name": name(about), **place, "creationTimestamp": times.rfc3339(now)}
    if labels(about):
        meta["labels"] = metadata(about)["labels"]
    return {
        "kind": kind,
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": meta,
        "timestamp": times.rfc3339(now),
        "window": _WINDOW,
    }
