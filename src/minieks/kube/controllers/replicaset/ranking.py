"""Which pods go first when there are too many.

Source: kubernetes pkg/controller/controller_utils.go (ActivePodsWithRanks, ActivePods).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cmp_to_key

from minieks.engine.clock import Micros
from minieks.kube.controllers import podstate
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, uid

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def to_delete(active: Sequence[Obj], count: int, related: Iterable[Obj], now: Micros) -> list[Obj]:
    """``count`` of the active pods, the least missed first.

    ``related`` are the pods of the ReplicaSets with the same controller: a node with more of them
    gives up a pod sooner.
    """
    if count >= len(active):
        return list(active)
    crowd = Counter(pods.node_name(pod) for pod in related if podstate.is_active(pod))
    return sorted(active, key=cmp_to_key(_order(crowd, now)))[:count]


def _order(crowd: Counter[str], now: Micros) -> Callable[[Obj, Obj], int]:
    def compare(one: Obj, other: Obj) -> int:
        first, second = _standing(one, crowd), _standing(other, crowd)
        if first != second:
            return -1 if first < second else 1
        return _compare_ages(one, other, now)

    return compare


def _standing(pod: Obj, crowd: Counter[str]) -> tuple[int, int, int, int, int]:
    """Not placed, not running, not ready, cheap, crowded: what goes first compares lower."""
    node = pods.node_name(pod)
    return (
        1 if node else 0,
        _PHASES.get(pods.phase(pod), 1),
        1 if pods.is_ready(pod) else 0,
        deletion_cost(pod),
        -crowd[node],
    )


def deletion_cost(pod: Obj) -> int:
    """The pod's wish to stay; 0 without one or if it is no int32."""
    text = annotations(pod).get(DELETION_COST, "0")
    try:
        cost = int(text)
    except ValueError:
        return 0
    return cost if -(2**31) <= cost < 2**31 else 0


def _compare_ages(one: Obj, other: Obj, now: Micros) -> int:
    """Ready for a shorter time, more restarts, younger: by the logarithm of the age."""
    ready, other_ready = podstate.ready_since(one), podstate.ready_since(other)
    if ready is not None and other_ready is not None and ready != other_ready:
        return _by_age(ready, other_ready, now) or _by_uid(one, other)
    restarts, other_restarts = podstate.restarts(one), podstate.restarts(other)
    if restarts != other_restarts:
        return -1 if restarts > other_restarts else 1
    born, other_born = times.parse(podstate.created(one)), times.parse(podstate.created(other))
    if born != other_born:
        return _by_age(born, other_born, now) or _by_uid(one, other)
    return 0


def _by_age(since: Micros, other: Micros, now: Micros) -> int:
    """Younger first; ages whose power of two is the same are equal."""
    return _bucket(now - since) - _bucket(now - other)


def _bucket(age: Micros) -> int:
    """The whole part of the binary logarithm of the age in nanoseconds; -1 for no age."""
    return -1 if age <= 0 else int(math.log2(age * 1000))


def _by_uid(one: Obj, other: Obj) -> int:
    return -1 if uid(one) < uid(other) else 1


def least_active_first(found: Iterable[Obj]) -> list[Obj]:
    """The order in which a Job removes pods: not placed, not running, not ready, young."""
    return sorted(found, key=_activity)


def _activity(pod: Obj) -> tuple[int, int, int, int, tuple[int, int], int]:
    regular, sidecars = podstate.restarts(pod)
    return (
        1 if pods.node_name(pod) else 0,
        _PHASES.get(pods.phase(pod), 1),
        1 if pods.is_ready(pod) else 0,
        -(podstate.ready_since(pod) or 0),
        (-regular, -sidecars),
        -times.parse(podstate.created(pod)),
    )
