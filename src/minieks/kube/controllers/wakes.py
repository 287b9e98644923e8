"""Which keys a change wakes: the object itself, its controller, whoever's selector matches it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, controller_ref, key, labels, namespace
from minieks.kube.words.selectors import compile_selector

Keys: TypeAlias = Callable[[Change], Iterable[str]]
"""Wakes all its keys at once."""


def itself(change: Change) -> Iterable[str]:
    """The key of the object that changed."""
    return (change.key,)


def controller_key(obj: Obj | None, kind: str) -> str | None:
    """The store key of the object's controller, if it is of this kind."""
    owner = controller_ref(obj) if obj is not None else None
    if obj is None or owner is None or owner["kind"] != kind:
        return None
    return f"{namespace(obj)}/{owner['name']}"


def controllers_of(change: Change, kind: str) -> Iterable[str]:
    """The controller of this kind that the object has, and the one that it had."""
    now = controller_key(change.value, kind)
    if _keeps_owners(change):
        return () if now is None else (now,)
    before = controller_key(change.previous, kind)
    if before is None or before == now:
        return () if now is None else (now,)
    return (before,) if now is None else (now, before)


def _keeps_owners(change: Change) -> bool:
    """Whether the object's owners are those that it had, or it is new."""
    before = change.previous
    if before is None:
        return True
    after = change.value["metadata"].get("ownerReferences")
    return before["metadata"].get("ownerReferences") is after


def by_controller(kind: str) -> Keys:
    """Wakes the controller of this kind, now and before."""
    return lambda change: controllers_of(change, kind)


def by_replica(api: Api, kind: str, collection: str) -> Keys:
    """Wakes the owner of a pod, or who might adopt it."""

    def wakes(change: Change) -> Iterable[str]:
        owner = controller_ref(change.value)
        if owner is not None and owner["kind"] != kind and _keeps_owners(change):
            # Most pods are of another kind of owner, and every such kind asks.
            return ()
        if owner is not None or change.type == "DELETED":
            return controllers_of(change, kind)
        former = controllers_of(change, kind)
        return dict.fromkeys((*former, *adopters(api, collection, change.value)))

    return wakes


def adopters(api: Api, collection: str, obj: Obj) -> Iterable[str]:
    """The objects of a collection whose ``spec.selector`` matches an object without controller."""
    return [
        key(owner)
        for owner in api.list(collection, namespace(obj))
        if _selects(owner.get("spec") or {}, obj)
    ]


def _selects(spec: Mapping[str, Any], obj: Obj) -> bool:
    return compile_selector(spec.get("selector")).matches(labels(obj))
