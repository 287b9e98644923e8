"""Feeds what a metrics server says of pods into the recommender's model, minute by minute.

The recommender asks every minute. Where what a container uses has not changed, the minutes since it
was last fed are taken in at one stroke.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/input/{cluster_feeder,
metrics/metrics_client,oom/observer}.go.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from minieks.autoscale.vpa.measuring import Measured
from minieks.autoscale.vpa.model import Model
from minieks.autoscale.vpa.policies import amounts_of
from minieks.engine.clock import MINUTE, Micros
from minieks.kube.api.server import Api
from minieks.kube.usage import PodSample, Usage
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, key, labels, name

STEP: Final[Micros] = MINUTE


class _Fed(NamedTuple):
    """What a container was last fed with: in which minute, the sample's moment, and its values."""

    minute: Micros
    at: Micros
    cpu: int
    memory: int


class Feeder:
    """Knows what each container was fed with last, and which kills were seen."""

    def __init__(self, api: Api, model: Model) -> None:
        self._api = api
        self._model = model
        self._fed: dict[tuple[str, str], _Fed] = {}
        self._kills: dict[tuple[str, str], str] = {}

    def feed(self, pods: Sequence[Obj], now: Micros) -> None:
        """Take in what is known of pods of one namespace at a minute of the recommender."""
        usage = self._api.usage
        samples = usage.samples(usage.running(pods), now)
        for pod in pods:
            self._feed(pod, samples.get(name(pod)), now)

    def _feed(self, pod: Obj, sample: PodSample | None, now: Micros) -> None:
        pod_key = key(pod)
        self._model.track(pod_key, labels(pod), _containers(pod), now)
        if sample is not None:
            for container_name, used in sample.containers.items():
                container = self._model.container(pod_key, container_name)
                if container is not None:
                    self._add(container, (pod_key, container_name), now, sample.at, used)
        self._look_for_kills(pod)

    def forget(self, pods: Iterable[str]) -> None:
        """Pods are gone."""
        gone = set(pods)
        if not gone:
            return
        for pod in sorted(gone):
            self._model.forget(pod)
        for known in (self._fed, self._kills):
            for place in [place for place in known if place[0] in gone]:
                del known[place]

    def _add(
        self, container: Measured, place: tuple[str, str], now: Micros, at: Micros, used: Usage
    ) -> None:
        before = self._fed.get(place)
        missed = 0 if before is None else (now - before.minute) // STEP - 1
        if before is not None and missed > 0:
            container.repeat(before.cpu, before.memory, before.at + STEP, STEP, missed)
        millicores = -(-used.cpu // 1_000_000)
        container.add_cpu(millicores, at)
        container.add_memory(used.memory, at)
        self._fed[place] = _Fed(now, at, millicores, used.memory)

    def _look_for_kills(self, pod: Obj) -> None:
        """Containers that were killed for want of memory since the last look."""
        for status in (pod.get("status") or {}).get("containerStatuses") or ():
            ended = (status.get("lastState") or {}).get("terminated") or {}
            at, place = ended.get("finishedAt"), (key(pod), status["name"])
            if ended.get("reason") != "OOMKilled" or not at or self._kills.get(place) == at:
                continue
            self._kills[place] = at
            container = self._model.container(*place)
            if container is not None:
                container.record_oom(times.parse(at), _requested(pod, status["name"]))


def _containers(pod: Obj) -> Iterator[str]:
    return (one["name"] for one in pod["spec"]["containers"])


def _requested(pod: Obj, container: str) -> int:
    found: Mapping[str, Any] = next(
        one for one in pod["spec"]["containers"] if one["name"] == container
    )
    requests = (found.get("resources") or {}).get("requests")
    return amounts_of(requests).get("memory", 0)
