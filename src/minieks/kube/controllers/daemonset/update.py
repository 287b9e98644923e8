"""What a DaemonSet does to its pods: those that a node lacks or has too many of, and updates.

Source: kubernetes pkg/controller/daemon/{daemon_controller,update}.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from minieks.kube.controllers.daemonset.placement import Fit
from minieks.kube.words.intstr import scaled_up
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class DaemonPod:
    """A pod as far as the DaemonSet's decisions depend on it; ``name`` is enough to delete it."""

    name: str
    updated: bool
    ready: bool = False
    available: bool = False
    terminating: bool = False
    ended: bool = False


class Limits(NamedTuple):
    """How many pods more, and how many available ones fewer, there may be during an update."""

    surge: int
    unavailable: int


class Plan(NamedTuple):
    """Names of pods to delete, and names of nodes to make a pod for."""

    delete: list[str]
    create: list[str]


def limits(daemon_set: Obj, desired: int) -> Limits:
    """The limits of a rolling update over so many nodes; percentages are rounded up."""
    rolling = (daemon_set["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    surge = scaled_up(rolling.get("maxSurge", 0), desired)
    unavailable = scaled_up(rolling.get("maxUnavailable", 1), desired)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return Limits(surge, unavailable)


def allows_surge(daemon_set: Obj) -> bool:
    """Whether two pods may be on a node during an update."""
    strategy = daemon_set["spec"].get("updateStrategy") or {}
    surge = (strategy.get("rollingUpdate") or {}).get("maxSurge", 0)
    return strategy.get("type") != "OnDelete" and surge not in (0, "0%")


def manage_node(node: str, fit: Fit, found: Sequence[DaemonPod], *, surges: bool) -> Plan:
    """What one node needs; ``found`` are its pods, oldest first.

    Pods that ended while they may stay are dealt with elsewhere, with back-off.
    """
    present = [pod for pod in found if not pod.terminating]
    if not fit.stays:
        return Plan([pod.name for pod in present], [])
    if not found:
        return Plan([], [node] if fit.runs else [])
    staying = [pod for pod in present if not pod.ended]
    if not surges:
        return Plan([pod.name for pod in staying[1:]], [])
    if not staying:
        return Plan([], [node] if fit.runs else [])
    return Plan(_beyond_pair(staying), [])


def _beyond_pair(staying: Sequence[DaemonPod]) -> list[str]:
    """All but the oldest new and the oldest old pod; of those the old one when it may go."""
    new = next((pod for pod in staying if pod.updated), None)
    old = next((pod for pod in staying if not pod.updated), None)
    gone = [pod.name for pod in staying if pod is not new and pod is not old]
    if new is not None and old is not None and (not old.ready or new.available):
        gone.append(old.name)
    return gone


def rolling_update(limits: Limits, found: Mapping[str, Sequence[DaemonPod]]) -> Plan:
    """One step over all nodes that want a pod; ``found`` are their pods by node, oldest first."""
    if limits.surge == 0:
        return Plan(_to_replace(limits.unavailable, found), [])
    return _to_surge(limits.surge, found)


_Pair = tuple[DaemonPod | None, DaemonPod | None]


def _pair(found: Iterable[DaemonPod]) -> _Pair | None:
    """The new and the old pod of a node; None if there are two of either."""
    new, old = None, None
    for pod in found:
        if pod.terminating:
            continue
        if pod.updated:
            if new is not None:
                return None
            new = pod
        else:
            if old is not None:
                return None
            old = pod
    return new, old


def _to_replace(unavailable: int, found: Mapping[str, Sequence[DaemonPod]]) -> list[str]:
    """Old pods that are not available go at once, others as long as enough stay available."""
    missing = 0
    free: list[str] = []
    candidates: list[str] = []
    for pods in found.values():
        new, old = _pair(pods) or (None, None)
        if old is not None and new is None:
            if not old.available:
                free.append(old.name)
                missing += 1
            else:
                candidates.append(old.name)
        elif new is None or old is not None or not new.available:
            missing += 1
    return free + candidates[: max(0, unavailable - missing)]


def _to_surge(surge: int, found: Mapping[str, Sequence[DaemonPod]]) -> Plan:
    """New pods beside old ones, as many as may be; old ones go when their new one is available."""
    surging = 0
    gone: list[str] = []
    free: list[str] = []
    candidates: list[str] = []
    for node, pods in found.items():
        pair = _pair(pods)
        if pair is None:
            surging += 1
            continue
        new, old = pair
        if old is None:
            continue
        if new is None:
            (candidates if old.available else free).append(node)
        elif new.available:
            gone.append(old.name)
        else:
            surging += 1
    return Plan(gone, free + candidates[: max(0, surge - surging)])
