"""What controllers ask of a pod: does it count, is it ready, for how long.

Source: kubernetes pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Aspects
from minieks.kube.api import aspects
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, metadata


def is_active(pod: Obj) -> bool:
    """Whether the pod counts as a replica: neither ended nor being deleted."""
    return not pods.is_terminal(pod) and not is_deleting(pod)


def is_terminating(pod: Obj) -> bool:
    """Whether the pod is being deleted and has not ended yet."""
    return is_deleting(pod) and not pods.is_terminal(pod)


def ready_since(pod: Obj) -> Micros | None:
    """Since when the pod is ready; None if it is not."""
    found = pods.condition(pod, "Ready")
    if found is None or found.get("status") != "True":
        return None
    return times.parse(found.get("lastTransitionTime") or created(pod))


def created(pod: Obj) -> str:
    """The creation time as the API writes it."""
    return str(metadata(pod).get("creationTimestamp") or "1970-01-01T00:00:00Z")


def is_available(pod: Obj, min_ready_seconds: int, now: Micros) -> bool:
    """Whether the pod has been ready for at least ``min_ready_seconds``."""
    since = ready_since(pod)
    return since is not None and since + min_ready_seconds * SECOND <= now


def available_in(found: Iterable[Obj], min_ready_seconds: int, now: Micros) -> float | None:
    """Seconds until the next ready pod becomes available; None if none is waiting."""
    if not min_ready_seconds:
        return None
    moments = (
        since + min_ready_seconds * SECOND
        for pod in found
        if (since := ready_since(pod)) is not None
    )
    waits = [moment - now for moment in moments if moment > now]
    return min(waits) / SECOND if waits else None


def restarts(pod: Obj) -> tuple[int, int]:
    """The most restarts of a regular container, and of a sidecar."""
    status: Mapping[str, Any] = pod.get("status") or {}
    sidecars = {
        container["name"]
        for container in pod["spec"].get("initContainers") or ()
        if pods.is_sidecar(container)
    }
    regular = _most(status.get("containerStatuses") or ())
    return regular, _most(
        entry for entry in status.get("initContainerStatuses") or () if entry["name"] in sidecars
    )


def _most(statuses: Iterable[Mapping[str, Any]]) -> int:
    return max((int(entry.get("restartCount") or 0) for entry in statuses), default=0)


COUNTED: Final[Aspects] = (
    aspects.LIFE
    | aspects.PHASE
    | aspects.READY
    | aspects.DELETION
    | aspects.LABELS
    | aspects.OWNERS
    | aspects.FINALIZERS
)
"""What an owner of replicas counts by.

A binding or a container's state changes none of it; waking owners for them would only cost time.
"""
