"""Pods that are resized where they run, and when that is given up.

Source: kubernetes/autoscaler vertical-pod-autoscaler
pkg/updater/restriction/pods_inplace_restriction.go, pkg/updater/inplace.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from minieks.autoscale.vpa.updating import Group
from minieks.engine.clock import HOUR, MINUTE, Micros
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.podparts import check_resize, with_resources
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, with_metadata

UPDATED: Final = "vpaInPlaceUpdated"
DEFERRED_FOR: Final[Micros] = 5 * MINUTE
IN_PROGRESS_FOR: Final[Micros] = HOUR
_PENDING: Final = "PodResizePending"
_IN_PROGRESS: Final = "PodResizeInProgress"

Attempt: TypeAlias = Literal["resize", "wait", "evict"]


def attempt(pod: Obj, group: Group | None, now: Micros) -> Attempt:
    """What is to be done about a pod that wants other resources."""
    if group is None or pods.phase(pod) == "Pending":
        return "wait"
    if is_resizing(pod):
        return "evict" if group.may_lose_one() and is_stuck(pod, now) else "wait"
    return "resize" if group.may_lose_one() else "wait"


def is_resizing(pod: Obj) -> bool:
    """Whether an earlier resize has not come to its end."""
    return any(pods.condition(pod, one) is not None for one in (_PENDING, _IN_PROGRESS))


def is_stuck(pod: Obj, now: Micros) -> bool:
    """Whether a resize cannot be made, or was waited for long enough."""
    pending, running = pods.condition(pod, _PENDING), pods.condition(pod, _IN_PROGRESS)
    if pending is not None:
        deferred = pending.get("reason") == "Deferred"
        return not deferred or _age(pending, now) > DEFERRED_FOR
    if running is None:
        return False
    return bool(running.get("reason")) or _age(running, now) > IN_PROGRESS_FOR


def _age(condition: Mapping[str, str], now: Micros) -> Micros:
    return now - times.parse(condition["lastTransitionTime"])


def resize(api: Api, pod: Obj, wanted: Obj) -> None:
    """Give the pod's containers the resources of ``wanted``, and note it; raises ApiError."""
    made = with_resources({**pod, "spec": wanted["spec"]}, pod)
    resized = api.update_part(made, pod, WriteOptions(subresource="resize"), check_resize)
    api.update(with_metadata(resized, annotations={**annotations(resized), UPDATED: "true"}))
