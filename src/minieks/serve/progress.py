"""Whether anything is under way, so that it is worth to let time jump: what ``--speed max`` asks.

A state that ends by itself is under way: a cluster that is being created, an instance that boots, a
pod that starts. What may wait for ever is not, such as a pod that fits nowhere or never gets ready:
it counts for a while only.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from minieks.eks.labels import FARGATE_PROFILE
from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Change, Store
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, labels, metadata

_EKS_STATES: Final = frozenset({"CREATING", "UPDATING", "DELETING", "InProgress", "IN_PROGRESS"})
_INSTANCE_STATES: Final = frozenset({"pending", "shutting-down"})
_OF_EKS: Final[Micros] = 4 * 3600 * SECOND
"""An update of a large group takes hours, and every state of EKS has an end."""
_OF_KUBERNETES: Final[Micros] = 600 * SECOND
"""A pod that is not ready by then waits for something else than time."""

_Place: TypeAlias = tuple[Store, str, str]


def lasts(collection: str, value: Obj) -> Micros:
    """For how long at most an object in its state is under way; 0 if it is not."""
    if collection == "pods":
        return _OF_KUBERNETES if _is_pod_under_way(value) else 0
    if collection == "nodes":
        return 0 if nodes.is_ready(value) else _OF_KUBERNETES
    if collection == "instances.ec2":
        return _OF_KUBERNETES if _is_instance_under_way(value) else 0
    if collection.endswith(".eks") and value.get("status") in _EKS_STATES:
        return _OF_EKS
    return 0


def _is_instance_under_way(instance: Obj) -> bool:
    """Whether it starts, ends, or runs without being a node of the cluster yet."""
    return instance["state"] in _INSTANCE_STATES or instance.get("lifecycleState") == "Pending"


def _is_pod_under_way(pod: Obj) -> bool:
    if metadata(pod).get("deletionTimestamp"):
        return True
    status: dict[str, Any] = pod.get("status") or {}
    phase = status.get("phase", "Pending")
    if phase == "Pending":
        return bool(pod["spec"].get("nodeName")) or FARGATE_PROFILE in labels(pod)
    return phase == "Running" and not pods.is_ready(pod)


class Progress:
    """What is under way in some stores, and until when it counts."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self._now = now
        self._until: dict[_Place, Micros] = {}
        self._given_up: set[_Place] = set()

    def watch(self, *stores: Store) -> Callable[[], None]:
        """From now on what happens in these stores counts; returns how to leave them out again."""
        stops = [self._watch(store) for store in stores]

        def stop() -> None:
            for each in stops:
                each()
            for place in [*self._until, *self._given_up]:
                if place[0] in stores:
                    self._forget(place)

        return stop

    def _watch(self, store: Store) -> Callable[[], None]:
        for collection in store.collections():
            for key in store.keys(collection):
                value = store.get(collection, key)
                if value is not None:
                    self._look((store, collection, key), value)
        return store.subscribe(None, lambda change: self._changed(store, change))

    def _changed(self, store: Store, change: Change) -> None:
        place = (store, change.collection, change.key)
        if change.type == "DELETED":
            self._forget(place)
        else:
            self._look(place, change.value)

    def _look(self, place: _Place, value: Obj) -> None:
        span = lasts(place[1], value)
        if not span:
            self._forget(place)
        elif place not in self._until and place not in self._given_up:
            self._until[place] = self._now() + span

    def _forget(self, place: _Place) -> None:
        self._until.pop(place, None)
        self._given_up.discard(place)

    def is_under_way(self) -> bool:
        """Whether something is that has not taken too long yet."""
        now = self._now()
        while self._until:
            place, until = next(iter(self._until.items()))
            if until > now:
                return True
            del self._until[place]
            self._given_up.add(place)
        return False
