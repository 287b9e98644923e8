"""Decides on resizes with what the kubelet knows of its nodes, and who waits for room on which."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

from minieks.kube.kinds import pods
from minieks.kube.kubelet import admission, resizing
from minieks.kube.kubelet.life import Life
from minieks.kube.kubelet.machine import Machine
from minieks.kube.kubelet.resizing import Refusal
from minieks.kube.kubelet.scene import Scene
from minieks.kube.words.objects import Obj, key, name, uid

# What is looked at first: priority, then Guaranteed ones, then those that wait longest.
_Rank: TypeAlias = tuple[int, bool, int]


class Resizable(Protocol):
    """Whether a node's kubelet resizes pods in place."""

    def __call__(self, node: Obj) -> str:
        """Why it does not; empty if it does."""


def everywhere(node: Obj) -> str:
    """Every kubelet resizes."""
    return ""


class Resizes:
    """The resizes of all nodes; ``handlers`` are further checks, as for a new pod."""

    def __init__(self, resizable: Resizable, handlers: Sequence[admission.Handler]) -> None:
        self._resizable = resizable
        self._handlers = tuple(handlers)
        self._deferred: dict[str, dict[str, _Rank]] = {}

    def decided(self, scene: Scene, node: Obj, machine: Machine, life: Life) -> Life:
        """The life after a look at what the pod asks for now."""
        pod = scene.pod
        if not resizing.is_asked(life, pod):
            return self._settled(node, pod, resizing.reverted(life, pod))
        requested = pods.requests(pod, in_place=False)
        refusal = self._refusal(pod, node, requested, machine)
        if refusal is None:
            machine.take(uid(pod), pod, requested)
            return self._settled(node, pod, resizing.accepted(life, pod, scene))
        after = resizing.refused(life, pod, refusal, scene.now)
        if refusal.reason == "Infeasible" or after.pending is None:
            return self._settled(node, pod, after)
        guaranteed = pods.qos_class(pod) == "Guaranteed"
        rank = (-pods.priority(pod), not guaranteed, after.pending.since)
        self._deferred.setdefault(name(node), {})[key(pod)] = rank
        return after

    def _settled(self, node: Obj, pod: Obj, life: Life) -> Life:
        self.forget(name(node), key(pod))
        return life

    def _refusal(
        self, pod: Obj, node: Obj, requested: pods.Amounts, machine: Machine
    ) -> Refusal | None:
        why = self._resizable(node)
        if why:
            return Refusal("Infeasible", why)
        beyond = resizing.beyond(node, requested)
        if beyond is not None:
            return beyond
        for handler in self._handlers:
            found = handler(pod, node)
            if found is not None:
                return resizing.deferred(found, admission.REJECTED)
        verdict = admission.check(pod, node, requested, machine.usage_without(uid(pod)))
        return None if verdict is None else resizing.deferred(verdict, admission.REJECTED)

    def waiting(self, changed: Obj) -> Iterable[str]:
        """The pods that may have room now that another one on their node has changed."""
        found = self._deferred.get(pods.node_name(changed)) if self._deferred else None
        if not found or key(changed) in found:
            return ()
        return sorted(found, key=lambda one: found[one])

    def forget(self, node_name: str, pod_key: str) -> None:
        """The pod waits for no room any more."""
        found = self._deferred.get(node_name)
        if found is not None and found.pop(pod_key, None) is not None and not found:
            del self._deferred[node_name]
