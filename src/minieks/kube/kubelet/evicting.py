"""A pod that its node evicts: it is told by the condition DisruptionTarget, and fails.

Source: kubernetes pkg/kubelet/eviction/eviction_manager.go evictPod.
"""

from operator import methodcaller
from typing import Final

from minieks.engine.clock import Micros
from minieks.kube.kinds import pods
from minieks.kube.kubelet import stopping
from minieks.kube.kubelet.life import Life, Verdict
from minieks.kube.kubelet.scene import Draft, Scene
from minieks.kube.words.objects import Obj

CONDITION: Final = "DisruptionTarget"
REASON: Final = "TerminationByKubelet"
_TYPE: Final = methodcaller("get", "type")


def message(pod: Obj) -> str:
    """Why the node evicts the pod; empty if it does not."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    if CONDITION not in map(_TYPE, conditions):  # As nearly always.
        return ""
    found = pods.condition(pod, CONDITION)
    if found is None or found.get("status") != "True" or found.get("reason") != REASON:
        return ""
    return str(found.get("message") or "")


def due(scene: Scene, life: Life) -> Micros | None:
    """At once, if the node evicts the pod and it has not failed yet."""
    return scene.now if life.verdict is None and message(scene.pod) else None


def act(draft: Draft) -> None:
    """The pod has failed; under this pressure its containers get no time to end."""
    draft.change(verdict=Verdict("Evicted", message(draft.scene.pod)))
    stopping.stop_pod(draft, 0)
