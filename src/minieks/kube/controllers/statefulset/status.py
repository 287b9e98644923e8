"""The status of a StatefulSet.

Source: kubernetes pkg/controller/statefulset/stateful_set_control.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from minieks.engine.clock import Micros
from minieks.kube.controllers import podstate
from minieks.kube.controllers.statefulset.identity import revision_of
from minieks.kube.controllers.statefulset.steps import Wanted
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, metadata

_COUNTS = ("readyReplicas", "currentReplicas", "updatedReplicas")


@dataclass(frozen=True, slots=True)
class Revisions:
    """The names of the revision that pods had and of the one they are to get."""

    current: str
    update: str
    collisions: int = 0


def is_running_and_ready(pod: Obj) -> bool:
    """Whether the pod runs and is ready."""
    return pods.phase(pod) == "Running" and pods.is_ready(pod)


def calculate(
    stateful_set: Obj, owned: Iterable[Obj], revisions: Revisions, wanted: Wanted, now: Micros
) -> Obj:
    """The counts; the update's revision becomes the current one when all pods have it."""
    found = list(owned)
    min_ready = int(stateful_set["spec"].get("minReadySeconds") or 0)
    ready = [pod for pod in found if is_running_and_ready(pod)]
    available = sum(podstate.is_available(pod, min_ready, now) for pod in ready)
    counts = {
        "readyReplicas": len(ready),
        "currentReplicas": _of_revision(found, revisions.current),
        "updatedReplicas": _of_revision(found, revisions.update),
    }
    current = revisions.current
    all_there = (counts["updatedReplicas"], len(ready), len(found)) == (wanted.replicas,) * 3
    if wanted.rolling and all_there:
        current, counts["currentReplicas"] = revisions.update, counts["updatedReplicas"]
    kept = {k: v for k, v in (stateful_set.get("status") or {}).items() if k not in _COUNTS}
    return {
        **kept,
        "observedGeneration": metadata(stateful_set)["generation"],
        "replicas": len(found),
        "availableReplicas": available,
        "currentRevision": current,
        "updateRevision": revisions.update,
        "collisionCount": revisions.collisions,
        **{field: count for field, count in counts.items() if count},
    }


def _of_revision(found: Iterable[Obj], revision: str) -> int:
    return sum(revision_of(pod) == revision and not is_deleting(pod) for pod in found)
