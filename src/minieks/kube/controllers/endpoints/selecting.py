"""Which pods a Service selects, and which Services a pod's change concerns.

Source: kubernetes staging k8s.io/endpointslice/util/controller_utils.go.
"""

from collections.abc import ItemsView, Mapping, Sequence
from typing import Final, NamedTuple

from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.endpoints.addresses import is_included
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, key, labels, namespace

SERVICES = "services"
SHOWN: Final = (
    aspects.LIFE
    | aspects.ADDRESS
    | aspects.READY
    | aspects.PHASE
    | aspects.DELETION
    | aspects.LABELS
)
"""What of a pod can show in endpoints."""


def included(api: Api, service: Obj) -> list[Obj]:
    """The pods in the endpoints of a Service that has a selector."""
    found = indexes.pods_labelled(api, namespace(service), service["spec"]["selector"])
    return [pod for pod in found if is_included(pod)]


def services_of(api: Api, change: Change) -> list[str]:
    """The Services whose endpoints a pod's change can change."""
    known = _WOKEN.get(change)
    return _WOKEN.put(change, _found(api, change)) if known is None else known


def _found(api: Api, change: Change) -> list[str]:
    before = _face(change.previous)
    after = None if change.type == "DELETED" else _face(change.value)
    if before == after:
        return []
    worn = [face.labels.items() for face in (before, after) if face is not None]
    services = api.store.values(SERVICES, namespace(change.value))
    return [key(one) for one in services if _selects_any(one, worn)]


def _selects_any(service: Obj, worn: Sequence[ItemsView[str, str]]) -> bool:
    selector = service["spec"].get("selector")
    if not selector:
        return False
    wanted = selector.items()
    return any(wanted <= labels for labels in worn)


# Two loops ask about each change of a pod, one after the other.
_WOKEN: Final[IdentityMemo[list[str]]] = IdentityMemo(4)


class _Face(NamedTuple):
    """What of a pod shows in endpoints."""

    address: str
    ready: bool
    leaving: bool
    labels: Mapping[str, str]


def _face(pod: Obj | None) -> _Face | None:
    """None of a pod that is in no endpoints: it has no address yet, or has ended."""
    if pod is None or not is_included(pod):
        return None
    address = str(pod["status"]["podIP"])
    return _Face(address, pods.is_ready(pod), is_deleting(pod), labels(pod))
