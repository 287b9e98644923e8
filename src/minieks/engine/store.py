"""A store of JSON-shaped values with revisions, optimistic concurrency, watches and indexes.

Values live in collections under keys ``scope/name`` (or ``name``); every write makes a new
revision. A stored value is never changed again: readers share it, writers make a new one.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from minieks.engine.errors import AlreadyExists, Compacted, Conflict, NotFound
from minieks.engine.index import Index, Indexed, KeysOf, Value

ChangeType: TypeAlias = Literal["ADDED", "MODIFIED", "DELETED"]
Handler: TypeAlias = Callable[["Change"], None]
Aspects: TypeAlias = int
"""A set of bits: which parts of a value a change touched, or which of them somebody minds."""

EVERYTHING: Aspects = -1


class Change(NamedTuple):
    """One revision: what happened to which record.

    ``value`` is the new value, or the last one of a deleted record; ``previous`` is what a
    modified record was before.
    """

    revision: int
    collection: str
    key: str
    type: ChangeType
    value: Value
    previous: Value | None = None


class Record(NamedTuple):
    """A record as it was kept outside of memory."""

    collection: str
    key: str
    revision: int
    value: Value


class _Subscriber(NamedTuple):
    """Who is called for the changes of a collection, and for which of them."""

    handler: Handler
    minded: Aspects
    only_with: str | Indexed
    of: Aspects


class _Collection:
    """The records of one collection, its scopes, its indexes, its subscribers.

    ``minding`` are the subscribers to call for a change that touched certain aspects, ``decided``
    the indexes in which a record's place may be another then: there are few combinations of
    aspects, and each is met thousands of times.
    """

    __slots__ = ("decided", "handlers", "indexes", "minding", "records", "revisions", "scopes")

    def __init__(self) -> None:
        self.records: dict[str, Value] = {}
        self.revisions: dict[str, int] = {}
        self.scopes: dict[str, dict[str, None]] = {}
        self.indexes: dict[str, Index] = {}
        self.handlers: list[_Subscriber] = []
        self.minding: dict[Aspects, tuple[Handler, ...]] = {}
        self.decided: dict[Aspects, tuple[Index, ...]] = {}

    def decided_by(self, touched: Aspects) -> tuple[Index, ...]:
        """The indexes whose keys of a record may be others once this is touched."""
        found = self.decided.get(touched)
        if found is None:
            indexes = self.indexes.values()
            found = tuple(index for index in indexes if touched & index.decided_by)
            self.decided[touched] = found
        return found


def _scope(key: str) -> str:
    return key.rpartition("/")[0]


class Store:
    """All records of one world, or one cluster, in memory.

    ``stamp`` is called with each value and its revision just before it is stored, so that a value
    can carry its own revision; the value then still belongs to the writer. ``keep`` is how many
    changes a watch can go back. ``aspects`` says of each change what it touched, never nothing;
    it is asked once, so that those who do not mind need not be asked at all.
    """

    def __init__(
        self,
        stamp: Callable[[Value, int], None] | None = None,
        *,
        keep: int = 1000,
        aspects: Callable[[Change], Aspects] | None = None,
    ) -> None:
        self.revision = 0
        self._stamp = stamp
        self._aspects = aspects
        self._collections: dict[str, _Collection] = {}
        self._everything: list[_Subscriber] = []
        # Collections without whose records some subscribers are not called.
        self._conditions: set[str] = set()
        self._history: deque[Change] = deque(maxlen=keep)
        self._notifying = False

    # reading

    def get(self, collection: str, key: str) -> Value | None:
        """The record, or None."""
        try:
            return self._collections[collection].records.get(key)
        except KeyError:
            return None

    def revision_of(self, collection: str, key: str) -> int:
        """The revision of the record's last write; raises NotFound."""
        found = self._collections.get(collection)
        if found is None or key not in found.revisions:
            raise NotFound(f'{collection} "{key}" not found')
        return found.revisions[key]

    def values(self, collection: str, scope: str | None = None) -> list[Value]:
        """The records of a collection, or of one scope of it, oldest first."""
        found = self._collections.get(collection)
        if found is None:
            return []
        if scope is None:
            return list(found.records.values())
        return [found.records[key] for key in found.scopes.get(scope, ())]

    def keys(self, collection: str) -> list[str]:
        """The keys of a collection's records, oldest first."""
        found = self._collections.get(collection)
        return list(found.records) if found else []

    def count(self, collection: str) -> int:
        """How many records a collection has."""
        found = self._collections.get(collection)
        return len(found.records) if found else 0

    def collections(self) -> list[str]:
        """The collections that hold records, sorted."""
        return sorted(name for name, found in self._collections.items() if found.records)

    # writing

    def create(self, collection: str, key: str, value: Value) -> Value:
        """Store a new record; raises AlreadyExists."""
        place = self._collection(collection)
        if key in place.records:
            raise AlreadyExists(f'{collection} "{key}" already exists')
        scope = _scope(key)
        members = place.scopes.get(scope)
        if members is None:
            members = place.scopes[scope] = {}
        members[key] = None
        self._commit(place, collection, key, "ADDED", value)
        return value

    def replace(
        self, collection: str, key: str, value: Value, *, expected: int | None = None
    ) -> Value:
        """Store a new value; raises NotFound, or Conflict if the record is not at ``expected``."""
        place = self._collections.get(collection)
        if expected is not None or place is None or key not in place.records:
            place = self._existing(collection, key, expected)
        self._commit(place, collection, key, "MODIFIED", value)
        return value

    def remove(
        self,
        collection: str,
        key: str,
        *,
        last: Value | None = None,
        expected: int | None = None,
    ) -> Value:
        """Delete a record, optionally with a ``last`` value for watchers; raises as `replace`."""
        place = self._existing(collection, key, expected)
        value = last if last is not None else place.records[key]
        self._commit(place, collection, key, "DELETED", value)
        return value

    def _existing(self, collection: str, key: str, expected: int | None) -> _Collection:
        place = self._collections.get(collection)
        if place is None or key not in place.records:
            raise NotFound(f'{collection} "{key}" not found')
        if expected is not None and place.revisions[key] != expected:
            raise Conflict(f'{collection} "{key}" is at revision {place.revisions[key]}')
        return place

    def _commit(
        self, place: _Collection, collection: str, key: str, type_: ChangeType, value: Value
    ) -> None:
        # A handler that wrote would let others see changes in another order than they happened.
        assert not self._notifying, "handlers of changes may not write; wake a loop instead"
        before = place.records.get(key)
        self.revision = revision = self.revision + 1
        if type_ == "DELETED":
            self._forget(place, key)
        else:
            if self._stamp is not None:
                self._stamp(value, revision)
            place.records[key] = value
            place.revisions[key] = revision
        change = Change(revision, collection, key, type_, value, before)
        touched = EVERYTHING if self._aspects is None else self._aspects(change)
        self._index(place, change, touched)
        if type_ != "MODIFIED" and collection in self._conditions:
            self._forget_who_minds()
        self._notify(place, change, touched)

    @staticmethod
    def _index(place: _Collection, change: Change, touched: Aspects) -> None:
        key, value, before = change.key, change.value, change.previous
        if before is None:
            for index in place.indexes.values():
                index.add(key, value)
        elif change.type == "DELETED":
            for index in place.indexes.values():
                index.discard(key, before)
        else:
            for index in place.decided_by(touched):
                index.update(key, before, value)

    def restore(self, records: Iterable[Record], revision: int) -> None:
        """Fill an empty store with what was kept of it, and go on at ``revision``.

        To whoever watches, each record is added now; the history before is not known.
        """
        assert self.revision == 0, "only an empty store is restored"
        for collection, key, at, value in records:
            place = self._collection(collection)
            place.scopes.setdefault(_scope(key), {})[key] = None
            place.records[key] = value
            place.revisions[key] = at
            for index in place.indexes.values():
                index.add(key, value)
            if collection in self._conditions:
                self._forget_who_minds()
            self._notify(place, Change(at, collection, key, "ADDED", value), EVERYTHING)
        self.revision = revision
        self._history.clear()

    @staticmethod
    def _forget(place: _Collection, key: str) -> None:
        del place.records[key]
        del place.revisions[key]
        members = place.scopes[_scope(key)]
        del members[key]
        if not members:
            del place.scopes[_scope(key)]

    def _notify(self, place: _Collection, change: Change, touched: Aspects) -> None:
        self._history.append(change)
        handlers = place.minding.get(touched)
        if handlers is None:
            handlers = place.minding[touched] = self._who_minds(place, touched)
        if not handlers:
            return
        self._notifying = True
        try:
            for handler in handlers:
                handler(change)
        finally:
            self._notifying = False

    def _who_minds(self, place: _Collection, touched: Aspects) -> tuple[Handler, ...]:
        """The subscribers to a change that touched this, in the order in which they came."""
        return tuple(
            one.handler
            for one in (*place.handlers, *self._everything)
            if touched & one.minded and touched & one.of and self._holds(one.only_with)
        )

    def _holds(self, needed: str | Indexed) -> bool:
        if isinstance(needed, str):
            return not needed or self.count(needed) > 0
        index = self._collection(needed.collection).indexes.get(needed.name)
        return index is not None and index.holds_any(needed.keys)

    # watching

    def subscribe(
        self,
        collection: str | None,
        handler: Handler,
        minded: Aspects = EVERYTHING,
        only_with: str | Indexed = "",
        of: Aspects = EVERYTHING,
    ) -> Callable[[], None]:
        """Call ``handler`` at each later change, of all collections if None; returns how to stop.

        It is not called for changes that touch none of what is ``minded``, or are ``of`` none of
        the kinds of values that aspects tell apart; nor while the collection ``only_with``, if one
        is named, has no records, or that index of one has none. Handlers are called before the
        writer goes on. They keep notes or wake loops; they do not write.
        """
        handlers = self._everything if collection is None else self._collection(collection).handlers
        entry = _Subscriber(handler, minded, only_with, of)
        self._watch_condition(only_with)
        handlers.append(entry)
        self._forget_who_minds()

        def stop() -> None:
            handlers.remove(entry)
            self._forget_who_minds()

        return stop

    def _watch_condition(self, needed: str | Indexed) -> None:
        """Let who minds be found out anew when the condition comes to hold, or holds no more."""
        if isinstance(needed, Indexed):
            # A store without that index has nothing under it, whoever subscribes there.
            index = self._collection(needed.collection).indexes.get(needed.name)
            if index is not None:
                index.tell(needed.keys, self._forget_who_minds)
        elif needed:
            self._conditions.add(needed)

    def _forget_who_minds(self) -> None:
        for place in self._collections.values():
            place.minding.clear()

    def changes(self, since: int, collection: str | None = None) -> Iterator[Change]:
        """The changes after revision ``since``, oldest first; raises Compacted if some are gone."""
        oldest = self._history[0].revision if self._history else self.revision + 1
        if since + 1 < oldest:
            raise Compacted(f"revision {since} is compacted; the oldest kept is {oldest}")
        return (
            change
            for change in tuple(self._history)
            if change.revision > since and collection in (None, change.collection)
        )

    # indexes

    def add_index(
        self, collection: str, name: str, keys_of: KeysOf, decided_by: Aspects = EVERYTHING
    ) -> None:
        """Keep a secondary index; ``keys_of`` says under which keys a value is found.

        A modified value that was touched in nothing that the keys are ``decided_by`` keeps them.
        """
        place = self._collection(collection)
        if name in place.indexes:
            return
        index = place.indexes[name] = Index(keys_of, decided_by)
        place.decided.clear()
        for key, value in place.records.items():
            index.add(key, value)

    def lookup(self, collection: str, name: str, index_key: str) -> list[Value]:
        """The records that an index has under a key, in the order they got it."""
        place = self._collections[collection]
        found = place.indexes[name].members.get(index_key, ())
        return [*map(place.records.__getitem__, found)]

    def _collection(self, name: str) -> _Collection:
        found = self._collections.get(name)
        if found is None:
            found = self._collections[name] = _Collection()
        return found
