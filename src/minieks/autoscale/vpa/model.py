"""What the recommender keeps in mind: containers that run, and what was measured of their like.

Containers are alike that have the same name, namespace and pod labels. Their history outlives
them: it goes when its last sample is eight days old.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/model/{cluster,vpa}.go.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.measuring import Measured
from minieks.engine.clock import HOUR, Micros

Labels: TypeAlias = Mapping[str, str]
Matches: TypeAlias = Callable[[Labels], bool]
"""Whether pod labels are selected."""

_COLLECTED_EVERY: Final[Micros] = HOUR


class Like(NamedTuple):
    """What containers have in common whose history is one."""

    namespace: str
    container: str
    labels: tuple[tuple[str, str], ...]


_Likes: TypeAlias = Mapping[str, Sequence[Like]]


class _Pod(NamedTuple):
    given: Labels
    namespace: str
    labels: tuple[tuple[str, str], ...]
    containers: dict[str, Measured]


class Model:
    """Pods by key (``namespace/name``) with their containers, and the history of their like."""

    def __init__(self) -> None:
        self.aggregates: dict[Like, Aggregate] = {}
        self._pods: dict[str, _Pod] = {}
        self._selected: dict[str, dict[Matches, _Likes]] = {}
        self._collected: Micros | None = None

    # pods

    def track(self, pod: str, labels: Labels, containers: Iterable[str], now: Micros) -> None:
        """A pod is there, with these containers; one that is known already stays as it is."""
        known = self._pods.get(pod)
        if known is not None and known.given is labels:
            return
        sorted_labels = tuple(sorted(labels.items()))
        if known is not None and known.labels == sorted_labels:
            return
        space = pod.rpartition("/")[0]
        likes = [Like(space, container, sorted_labels) for container in containers]
        measured = {like.container: self._measured(like, now) for like in likes}
        self._pods[pod] = _Pod(labels, space, sorted_labels, measured)

    def forget(self, pod: str) -> None:
        """A pod is gone; what was measured of it is kept."""
        self._pods.pop(pod, None)

    def container(self, pod: str, name: str) -> Measured | None:
        """A container that is tracked."""
        known = self._pods.get(pod)
        return known.containers.get(name) if known else None

    def has_pods(self, namespace: str, matches: Matches) -> bool:
        """Whether a tracked pod of the namespace is selected."""
        return any(
            pod.namespace == namespace and matches(dict(pod.labels)) for pod in self._pods.values()
        )

    def pods(self) -> Iterator[str]:
        """The keys of all tracked pods."""
        return iter(self._pods)

    def _measured(self, like: Like, now: Micros) -> Measured:
        self._aggregate(like, now)
        return Measured(lambda at: self._aggregate(like, at))

    def _aggregate(self, like: Like, now: Micros) -> Aggregate:
        found = self.aggregates.get(like)
        if found is None:
            found = self.aggregates[like] = Aggregate(now)
            self._selected.pop(like.namespace, None)
        return found

    # history

    def by_container(self, namespace: str, matches: Matches) -> dict[str, Aggregate]:
        """The history of all selected containers by their name."""
        known = self._selected.setdefault(namespace, {})
        likes = known.get(matches)
        if likes is None:
            likes = known[matches] = self._select(namespace, matches)
        return {
            name: merged([self.aggregates[like] for like in found]) for name, found in likes.items()
        }

    def _select(self, namespace: str, matches: Matches) -> _Likes:
        """Whose history is selected, by the names of containers: so until another one comes."""
        found: dict[str, list[Like]] = {}
        for like in self.aggregates:
            if like.namespace == namespace and matches(dict(like.labels)):
                found.setdefault(like.container, []).append(like)
        return dict(sorted(found.items()))

    def collect(self, now: Micros) -> None:
        """Forget history that is too old, or that has no samples and no pods; once per hour."""
        if self._collected is not None and now - self._collected < _COLLECTED_EVERY:
            return
        self._collected = now
        kept = set(self._in_use())
        for like, aggregate in list(self.aggregates.items()):
            if aggregate.is_expired(now) or (aggregate.is_empty and like not in kept):
                del self.aggregates[like]
                self._selected.pop(like.namespace, None)

    def _in_use(self) -> Iterator[Like]:
        for pod in self._pods.values():
            for name in pod.containers:
                yield Like(pod.namespace, name, pod.labels)


def merged(parts: list[Aggregate]) -> Aggregate:
    """Several histories as one; a single one is that itself."""
    if len(parts) == 1:
        return parts[0]
    whole = Aggregate(min(part.created for part in parts))
    for part in parts:
        whole.merge(part)
    return whole
