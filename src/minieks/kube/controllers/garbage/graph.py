"""Which objects there are, by uid, and which name which as their owner."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from minieks.engine.store import Change
from minieks.kube.words.objects import Obj, metadata


class Place(NamedTuple):
    """Where an object is stored."""

    collection: str
    key: str

    def text(self) -> str:
        """The place as one key."""
        return f"{self.collection}|{self.key}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that a key says."""
        collection, _, key = text.partition("|")
        return cls(collection, key)


class Graph:
    """Follows changes; it knows uids and references, nothing else of the objects."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._dependents: dict[str, dict[Place, None]] = {}

    def exists(self, uid: str) -> bool:
        """Whether an object with this uid is stored."""
        return uid in self._places

    def place(self, uid: str) -> Place | None:
        """Where the object with this uid is stored."""
        return self._places.get(uid)

    def dependents(self, uid: str) -> list[Place]:
        """The objects that name this uid as an owner, in the order they came to."""
        return list(self._dependents.get(uid, ()))

    def follow(self, change: Change) -> None:
        """Take note of one change."""
        if change.type == "MODIFIED" and keeps_owners(change):
            return
        place = Place(change.collection, change.key)
        uid = str(metadata(change.value)["uid"])
        before = owner_uids(change.previous)
        after = owner_uids(None if change.type == "DELETED" else change.value)
        if change.type == "DELETED":
            self._places.pop(uid, None)
        else:
            self._places[uid] = place
        for gone in before:
            if gone not in after:
                self._forget(gone, place)
        for came in after:
            self._dependents.setdefault(came, {})[place] = None

    def _forget(self, owner: str, place: Place) -> None:
        found = self._dependents.get(owner)
        if found is not None:
            found.pop(place, None)
            if not found:
                del self._dependents[owner]


def references(obj: Obj | None) -> list[Mapping[str, Any]]:
    """The object's owner references; none of no object."""
    return [] if obj is None else list(metadata(obj).get("ownerReferences") or ())


def owner_uids(obj: Obj | None) -> list[str]:
    """The uids of the object's owners."""
    found = obj["metadata"].get("ownerReferences") if obj is not None else None
    return [str(reference["uid"]) for reference in found] if found else []


def keeps_owners(change: Change) -> bool:
    """Whether a modified object has the owners that it had."""
    before, after = change.previous, change.value
    if before is None:
        return False
    old = before["metadata"].get("ownerReferences")
    new = after["metadata"].get("ownerReferences")
    return old is new or owner_uids(before) == owner_uids(after)
