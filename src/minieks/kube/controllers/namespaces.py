"""Namespace deletion: empties a namespace that is being deleted, pods first, then lets it go.

Source: kubernetes pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import errors
from minieks.kube.api.server import Api
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, is_deleting, metadata, name

COLLECTION: Final = "namespaces"
# Content is deleted so long after the namespace, so that caches have seen the deletion.
GRACE: Final[Micros] = 5 * SECOND
_FINALIZER_ESTIMATE: Final = 15
_DISCOVERED: Final = (
    (
        "NamespaceDeletionDiscoveryFailure",
        "ResourcesDiscovered",
        "All resources successfully discovered",
    ),
    (
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
)


def estimate(left: Iterable[tuple[str, Obj]]) -> int:
    """About how many seconds what is left takes: the longest grace of a pod, else 15."""
    longest = 0
    for collection, obj in left:
        if collection == "pods":
            grace = (obj.get("spec") or {}).get("terminationGracePeriodSeconds")
            longest = max(longest, int(grace or 0))
        elif metadata(obj).get("finalizers"):
            longest = max(longest, _FINALIZER_ESTIMATE)
    return longest


def conditions(status: Obj, left: Sequence[tuple[str, Obj]], now: str) -> Obj:
    """The status with the conditions of a deletion that has ``left`` still to go."""
    for type_, reason, message in _DISCOVERED:
        entry = {"type": type_, "status": "False", "reason": reason, "message": message}
        status = with_condition(status, entry, now)
    for entry in (_content(left), _finalizers(left)):
        status = with_condition(status, entry, now)
    return status


def _content(left: Sequence[tuple[str, Obj]]) -> Obj:
    counts = Counter(collection for collection, _ in left)
    type_ = "NamespaceContentRemaining"
    if not counts:
        message = "All content successfully removed"
        return {"type": type_, "status": "False", "reason": "ContentRemoved", "message": message}
    listed = ", ".join(
        f"{_dotted(collection)} has {counts[collection]} resource instances"
        for collection in sorted(counts)
    )
    message = f"Some resources are remaining: {listed}"
    return {"type": type_, "status": "True", "reason": "SomeResourcesRemain", "message": message}


def _dotted(collection: str) -> str:
    """Resource and group with a dot between them, also where the group is empty."""
    return collection if "." in collection else f"{collection}."


def _finalizers(left: Sequence[tuple[str, Obj]]) -> Obj:
    counts = Counter(
        finalizer for _, obj in left for finalizer in metadata(obj).get("finalizers") or ()
    )
    type_ = "NamespaceFinalizersRemaining"
    if not counts:
        message = "All content-preserving finalizers finished"
        reason = "ContentHasNoFinalizers"
        return {"type": type_, "status": "False", "reason": reason, "message": message}
    listed = ", ".join(
        f"{finalizer} in {counts[finalizer]} resource instances" for finalizer in sorted(counts)
    )
    message = f"Some content in the namespace has finalizers remaining: {listed}"
    return {"type": type_, "status": "True", "reason": "SomeFinalizersRemain", "message": message}


class NamespaceLoop:
    """Empties namespaces that are being deleted."""

    name = "namespace"

    def __init__(self, api: Api) -> None:
        self._api = api
        # When the deletion of a namespace was seen; its timestamp has whole seconds only.
        self._seen: dict[str, Micros] = {}

    def watches(self) -> Mapping[str, Wakes]:
        """Namespaces whose deletion has begun."""
        return {COLLECTION: self._of_namespace}

    @staticmethod
    def _of_namespace(change: Change) -> Iterable[str]:
        before = change.previous
        begun = is_deleting(change.value) and (before is None or not is_deleting(before))
        return (change.key,) if begun and change.type != "DELETED" else ()

    def reconcile(self, key: str) -> Result | None:
        """Delete what may be deleted now; come back while something is left."""
        space = self._api.get(COLLECTION, "", key)
        if space is None or not is_deleting(space):
            self._seen.pop(key, None)
            return None
        now = self._api.engine.now()
        begun = self._seen.setdefault(key, now)
        if now < begun + GRACE:
            return Result((begun + GRACE - now) / SECOND)
        return self._empty(space)

    def _empty(self, space: Obj) -> Result | None:
        pods_left = self._deleted(name(space), ["pods"])
        # While pods remain nothing else is touched, and the conditions do not speak of them.
        others = [] if pods_left else self._deleted(name(space), self._collections())
        now = times.rfc3339(self._api.engine.now())
        status = conditions(dict(space.get("status") or {}), others, now)
        told = self._api.update_status({**space, "status": status})
        left = [*pods_left, *others]
        if not left:
            self._let_go(told)
            return None
        # Each change of the namespace itself brings it back after the grace, too.
        return Result(GRACE / SECOND if told is not space else estimate(left) // 2 + 1)

    def _collections(self) -> list[str]:
        """All namespaced kinds that hold objects; Events last, as they are about the others."""
        kinds = {kind.collection for kind in self._api.kinds if kind.namespaced}
        present = [one for one in self._api.store.collections() if one in kinds]
        return sorted(present, key=lambda one: (one == "events", one))

    def _deleted(self, space: str, collections: Iterable[str]) -> list[tuple[str, Obj]]:
        """Delete all objects of these collections; what is left of them after that."""
        left = []
        for collection in collections:
            for obj in self._api.store.values(collection, space):
                self._delete(collection, space, obj)
            left += [(collection, obj) for obj in self._api.store.values(collection, space)]
        return left

    def _delete(self, collection: str, space: str, obj: Obj) -> None:
        if is_deleting(obj):
            return
        try:
            self._api.delete(collection, space, name(obj), propagation="Background")
        except errors.NotFound:
            return

    def _let_go(self, space: Obj) -> None:
        """Take the finalizer ``kubernetes`` from the spec, as the subresource finalize does."""
        spec = dict(space.get("spec") or {})
        kept = [one for one in spec.get("finalizers") or () if one != "kubernetes"]
        self._api.update({**space, "spec": {**spec, "finalizers": kept}})
