"""The indexes that controllers share: an owner's objects, a node's pods, objects without owner."""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, controller_ref, labels, metadata, namespace, uid

_OWNER: Final = "controller-uid"
_ORPHANS: Final = "without-controller"
_NODE: Final = "node-name"
_LABEL: Final = "label"


def _controller_uid(obj: Obj) -> Iterable[str]:
    owner = controller_ref(obj)
    return (str(owner["uid"]),) if owner is not None else ()


def _orphan_scope(obj: Obj) -> Iterable[str]:
    return () if controller_ref(obj) is not None else (str(metadata(obj).get("namespace") or ""),)


def _node_of(pod: Obj) -> Iterable[str]:
    node = pods.node_name(pod)
    return (node,) if node else ()


def _labelled_as(pod: Obj) -> Iterable[str]:
    space = namespace(pod)
    return [f"{space}/{label}={value}" for label, value in labels(pod).items()]


def add_owner_indexes(api: Api, collection: str) -> None:
    """Let `controlled` and `orphans` answer for a collection."""
    api.store.add_index(collection, _OWNER, _controller_uid, aspects.OWNERS)
    api.store.add_index(collection, _ORPHANS, _orphan_scope, aspects.OWNERS)


def add_node_index(api: Api) -> None:
    """Let `pods_on` answer."""
    api.store.add_index("pods", _NODE, _node_of, aspects.SPEC)


def add_label_index(api: Api) -> None:
    """Let `pods_labelled` answer."""
    api.store.add_index("pods", _LABEL, _labelled_as, aspects.LABELS)


def controlled(api: Api, collection: str, owner: Obj) -> list[Obj]:
    """The objects whose controller is ``owner``, by uid, oldest first."""
    return api.store.lookup(collection, _OWNER, uid(owner))


def controlled_by_uid(api: Api, collection: str, owner_uid: str) -> list[Obj]:
    """The objects whose controller has this uid, oldest first."""
    return api.store.lookup(collection, _OWNER, owner_uid)


def orphans(api: Api, collection: str, owner: Obj) -> list[Obj]:
    """The objects in the owner's namespace that have no controller."""
    return api.store.lookup(collection, _ORPHANS, namespace(owner))


def pods_on(api: Api, node_name: str) -> list[Obj]:
    """The pods bound to a node, in the order they came."""
    return api.store.lookup("pods", _NODE, node_name)


def pods_labelled(api: Api, space: str, wanted: Mapping[str, str]) -> list[Obj]:
    """The pods of a namespace that have all these labels, of which there is at least one."""
    label, value = next(iter(wanted.items()))
    found = api.store.lookup("pods", _LABEL, f"{space}/{label}={value}")
    if len(wanted) == 1:
        return found
    pairs = wanted.items()
    return [pod for pod in found if pairs <= labels(pod).items()]
