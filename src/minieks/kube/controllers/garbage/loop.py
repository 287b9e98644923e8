"""The garbage collector, woken by the very changes that leave something to collect.

Source: kubernetes pkg/controller/garbagecollector/garbagecollector.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects, errors
from minieks.kube.api.server import Api
from minieks.kube.controllers.garbage import fate as fates
from minieks.kube.controllers.garbage.graph import (
    Graph,
    Place,
    keeps_owners,
    owner_uids,
    references,
)
from minieks.kube.words.objects import (
    Obj,
    metadata,
    name,
    namespace,
    uid,
    with_metadata,
)

COMPONENT: Final = "garbage-collector-controller"


class GarbageCollectorLoop:
    """Deletes what has lost its owners, and lets go of what is to be orphaned."""

    name = "garbage-collector"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._graph = Graph()
        for collection in api.store.collections():
            for value in api.store.values(collection):
                key = f"{namespace(value)}/{name(value)}" if namespace(value) else name(value)
                self._graph.follow(Change(0, collection, key, "ADDED", value))

    def watches(self) -> Mapping[str, Wakes]:
        """Everything: any kind can own any other."""
        minded = aspects.LIFE | aspects.OWNERS | aspects.LEAVING
        return {"*": Minding(self._of_anything, minded)}

    def _of_anything(self, change: Change) -> Iterable[str]:
        if not uid(change.value):
            return ()
        self._graph.follow(change)
        if change.type == "DELETED":
            return [place.text() for place in (*self._dependents(change), *self._owners(change))]
        if change.type == "ADDED":
            return self._if_ownerless(change)
        return self._of_update(change)

    def _dependents(self, change: Change) -> list[Place]:
        return self._graph.dependents(uid(change.value))

    def _owners(self, change: Change) -> list[Place]:
        """Owners may have waited for a dependent to go, if they are to go themselves."""
        places = (self._graph.place(owner) for owner in owner_uids(change.value))
        return [place for place in places if place is not None and self._waits(place)]

    def _waits(self, place: Place) -> bool:
        owner = self._api.store.get(place.collection, place.key)
        return owner is not None and fates.is_handled(owner)

    def _if_ownerless(self, change: Change) -> list[str]:
        owners = owner_uids(change.value)
        solid = all(self._graph.exists(owner) for owner in owners)
        if solid and not fates.is_handled(change.value):
            return []
        return [Place(change.collection, change.key).text()]

    def _of_update(self, change: Change) -> list[str]:
        handled, moved = fates.is_handled(change.value), not keeps_owners(change)
        if not (handled or moved):
            return []
        woken = [Place(change.collection, change.key).text()]
        if moved:
            former = (self._graph.place(owner) for owner in owner_uids(change.previous))
            woken += [place.text() for place in former if place is not None]
        return woken

    def reconcile(self, key: str) -> Result | None:
        """Deal with one object: as an owner that goes, or as a dependent."""
        place = Place.parse(key)
        obj = self._api.store.get(place.collection, place.key)
        if obj is None:
            return None
        if fates.is_orphaning(obj):
            return self._orphan(obj)
        if fates.is_in_foreground(obj):
            self._collect_dependents(obj)
        else:
            self._judge(place, obj)
        return None

    # owners

    def _orphan(self, owner: Obj) -> Result | None:
        """Take the owner's reference from its dependents; let it go when none is left."""
        dependents = self._present(self._graph.dependents(uid(owner)))
        for dependent in dependents:
            kept = [one for one in references(dependent) if one["uid"] != uid(owner)]
            self._api.update(with_metadata(dependent, ownerReferences=kept or None))
        if dependents:
            return Result(0)
        self._without_finalizer(owner, fates.ORPHAN)
        return None

    def _collect_dependents(self, owner: Obj) -> None:
        """Delete the dependents; the owner goes when none that blocks it is left."""
        for place in self._graph.dependents(uid(owner)):
            dependent = self._api.store.get(place.collection, place.key)
            if dependent is not None:
                self._judge(place, dependent)
        left = self._present(self._graph.dependents(uid(owner)))
        if not any(fates.blocks(dependent, uid(owner)) for dependent in left):
            self._without_finalizer(owner, fates.FOREGROUND)

    def _without_finalizer(self, obj: Obj, finalizer: str) -> None:
        left = [one for one in metadata(obj).get("finalizers") or () if one != finalizer]
        self._api.update(with_metadata(obj, finalizers=left or None))

    def _present(self, places: Iterable[Place]) -> list[Obj]:
        found = (self._api.store.get(place.collection, place.key) for place in places)
        return [obj for obj in found if obj is not None]

    # dependents

    def _judge(self, place: Place, obj: Obj) -> None:
        owners = [(reference, self._state(obj, reference)) for reference in references(obj)]
        dependents = self._graph.dependents(uid(obj))
        decided = fates.fate(obj, owners, has_dependents=bool(dependents))
        if decided.keep is not None:
            kept = [dict(reference) for reference in decided.keep]
            self._api.update(with_metadata(obj, ownerReferences=kept or None))
        elif decided.delete is not None:
            self._delete(place, obj, decided)

    def _delete(self, place: Place, obj: Obj, decided: fates.Fate) -> None:
        try:
            self._api.delete(
                place.collection,
                namespace(obj),
                name(obj),
                propagation=decided.delete,
                uid=uid(obj),
            )
        except errors.NotFound:
            return

    def _state(self, obj: Obj, reference: Mapping[str, Any]) -> fates.OwnerState:
        """The state of an owner; one in another namespace is none at all."""
        place = self._graph.place(str(reference["uid"]))
        owner = self._api.store.get(place.collection, place.key) if place else None
        if owner is not None and namespace(owner) and namespace(owner) != namespace(obj):
            self._tell_foreign(obj, reference)
            owner = None
        return fates.owner_state(owner)

    def _tell_foreign(self, obj: Obj, reference: Mapping[str, Any]) -> None:
        shown = (
            f"[{reference['apiVersion']}/{reference['kind']}, namespace: {namespace(obj)},"
            f" name: {reference['name']}, uid: {reference['uid']}]"
        )
        text = f'ownerRef {shown} does not exist in namespace "{namespace(obj)}"'
        self._api.record_event(
            obj, "Warning", "OwnerRefInvalidNamespace", text, component=COMPONENT
        )
