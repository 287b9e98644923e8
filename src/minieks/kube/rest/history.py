"""The past of each collection: what a watch can go back to, and how a list was at a revision.

Nothing is copied: each change names the value before it, so an older state is the present one
with the changes since undone. Source of the semantics: kubernetes apiserver pkg/storage/cacher.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from minieks.engine.store import Change, Store
from minieks.kube.words.objects import Obj, key

_KEPT: Final = 10_000
"""Changes of one collection that are kept."""
_NOTHING: Final[deque[Change]] = deque()


class Histories:
    """The latest changes of every collection of a store, since ``begin``."""

    def __init__(self, store: Store, kept: int = _KEPT) -> None:
        self._store = store
        self._kept = kept
        self._changes: dict[str, deque[Change]] = {}
        self._forgotten: dict[str, int] = {}
        # The present objects of a collection by their scope, in order, until one of them changes.
        self._present: dict[str, dict[str, list[Obj]]] = {}
        self._last_deleted: tuple[Obj, Obj] | None = None
        self._awaited: list[tuple[int, Callable[[], None]]] = []
        self.begin = store.revision
        store.subscribe(None, self._note)

    @property
    def revision(self) -> int:
        """The revision of the latest write."""
        return self._store.revision

    def when(self, revision: int, action: Callable[[], None]) -> Callable[[], None]:
        """Call ``action`` once the revision, which is still to come, is there; returns how not to.

        It is called before the writer of that revision goes on.
        """
        entry = (revision, action)
        self._awaited.append(entry)

        def forget() -> None:
            if entry in self._awaited:
                self._awaited.remove(entry)

        return forget

    def oldest(self, collection: str) -> int:
        """The oldest revision from which all changes of the collection are known."""
        return self._forgotten.get(collection, self.begin)

    def since(self, collection: str, revision: int) -> Iterator[Change]:
        """The changes after a revision that is known, oldest first."""
        changes = self._changes.get(collection, _NOTHING)
        return (change for change in tuple(changes) if change.revision > revision)

    def deleted(self, change: Change) -> Obj:
        """The last state of a deleted object, under the revision of the deletion.

        All watches are given the same one, so that it is encoded once.
        """
        if self._last_deleted is None or self._last_deleted[0] is not change.value:
            self._last_deleted = (change.value, with_revision(change.value, change.revision))
        return self._last_deleted[1]

    def at(self, collection: str, scope: str, revision: int) -> list[Obj]:
        """The objects as they were at a known revision, by key; of all scopes if it is empty.

        The list is shared: it is not to be changed.
        """
        present = self._in_order(collection, scope)
        if revision >= self.revision:
            return present
        found = {key(obj): obj for obj in present}
        self._undo(found, collection, revision)
        prefix = f"{scope}/" if scope else ""
        return [found[one] for one in sorted(found) if one.startswith(prefix)]

    def _in_order(self, collection: str, scope: str) -> list[Obj]:
        scopes = self._present.setdefault(collection, {})
        found = scopes.get(scope)
        if found is None:
            found = sorted(self._store.values(collection, scope or None), key=key)
            scopes[scope] = found
        return found

    def _undo(self, found: dict[str, Obj], collection: str, revision: int) -> None:
        for change in reversed(self._changes.get(collection, _NOTHING)):
            if change.revision <= revision:
                return
            before = change.previous
            if change.type == "ADDED" or before is None:
                found.pop(change.key, None)
            else:
                found[change.key] = before

    def _note(self, change: Change) -> None:
        self._present.pop(change.collection, None)
        changes = self._changes.get(change.collection)
        if changes is None:
            changes = self._changes[change.collection] = deque()
        changes.append(change)
        if len(changes) > self._kept:
            self._forgotten[change.collection] = changes.popleft().revision
        if self._awaited:
            self._tell_of(change.revision)

    def _tell_of(self, revision: int) -> None:
        come = [action for awaited, action in self._awaited if awaited <= revision]
        self._awaited = [one for one in self._awaited if one[0] > revision]
        for action in come:
            action()


def with_revision(obj: Obj, revision: int) -> Obj:
    """The object as it was deleted: its last state under the revision of the deletion."""
    return {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(revision)}}
