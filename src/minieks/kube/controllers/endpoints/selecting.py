"""Which pods a Service selects, and which Services a pod's change concerns.

Source: kubernetes staging k8s.io/endpointslice/util/controller_utils.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Minding, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, key, labels, metadata, namespace

SERVICES = "services"


_SHOWN: Final = (
    aspects.LIFE
    | aspects.ADDRESS
    | aspects.READY
    | aspects.PHASE
    | aspects.DELETION
    | aspects.LABELS
)


def selected(api: Api, service: Obj) -> list[Obj]:
    """The pods that the Service's selector matches; none without a selector."""
    selector = service["spec"].get("selector")
    if not selector:
        return []
    return indexes.pods_labelled(api, namespace(service), selector)


def by_pod(api: Api) -> Wakes:
    """Wakes the Services whose endpoints a pod's change can change."""

    def wakes(change: Change) -> Iterable[str]:
        known = _WOKEN.get(change)
        return _WOKEN.put(change, found(change)) if known is None else known

    def found(change: Change) -> list[str]:
        before, after = change.previous, change.value
        services = [one for one in api.list(SERVICES, namespace(after)) if _selector(one)]
        if not services:
            return []
        if change.type == "MODIFIED" and before is not None and _face(before) == _face(after):
            return []
        seen = [after] if before is None or labels(before) == labels(after) else [before, after]
        return [key(one) for one in services if any(_selects(one, pod) for pod in seen)]

    return Minding(wakes, _SHOWN)


def _selector(service: Obj) -> Mapping[str, str] | None:
    found: Mapping[str, str] | None = service["spec"].get("selector")
    return found


def _selects(service: Obj, pod: Obj) -> bool:
    wanted = _selector(service)
    return wanted.items() <= labels(pod).items() if wanted else False


# Two loops ask about each change of a pod, one after the other.
_WOKEN: Final[IdentityMemo[list[str]]] = IdentityMemo(4)


def _face(pod: Obj) -> tuple[object, ...]:
    """What of a pod shows in endpoints."""
    return (
        (pod.get("status") or {}).get("podIP"),
        pods.is_ready(pod),
        pods.is_terminal(pod),
        metadata(pod).get("deletionTimestamp"),
        labels(pod),
    )
