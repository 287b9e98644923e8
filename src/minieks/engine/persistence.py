"""Keeps stores in a SQLite file, so that another process goes on where one has ended.

Changes are gathered as they happen and kept by `commit`, together or not at all. After that they
survive the end of the process, however it comes, and a loss of power as far as the disk tells the
truth (SQLite documentation, "Write-Ahead Logging" and "PRAGMA synchronous": FULL).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson

from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.engine.store import Change, Record, Store

_FORMAT = 1
_SCHEMA = """
CREATE TABLE records (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    store TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL,
    revision INTEGER NOT NULL, value BLOB NOT NULL,
    UNIQUE (store, collection, key)
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""
_KEEP = """
INSERT INTO records (store, collection, key, revision, value) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (store, collection, key) DO UPDATE SET revision = excluded.revision,
    value = excluded.value
"""
_FORGET = "DELETE FROM records WHERE store = ? AND collection = ? AND key = ?"
_FACT = "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)"
_HINT = "name another folder with --data-dir, or remove the file to begin anew"


class _Pending(NamedTuple):
    """The latest change of a record; ``anew`` if a record of its key was made since the commit."""

    change: Change
    anew: bool


class Journal:
    """A file in which stores are kept; ``now`` says the moment that a commit is of."""

    def __init__(self, path: Path, now: Callable[[], Micros] = lambda: 0) -> None:
        self.path = path
        self.now = now
        self._stores: dict[str, Store] = {}
        self._pending: dict[tuple[str, str, str], _Pending] = {}
        self._facts: dict[str, bytes] = {}
        try:
            self._file = self._opened()
        except (sqlite3.Error, OSError) as error:
            raise UserError(str(error), where=str(path), hint=_HINT) from None

    def _opened(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        file = sqlite3.connect(self.path, isolation_level=None, timeout=0.2)
        # One process at a time: it is the only one that knows what is in memory.
        file.execute("PRAGMA locking_mode = EXCLUSIVE")
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        (found,) = file.execute("PRAGMA user_version").fetchone()
        if found not in (0, _FORMAT):
            raise sqlite3.DatabaseError("another version of minieks has written this file")
        if found == 0:
            file.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_FORMAT}; COMMIT;")
        return file

    # what was kept

    def fact(self, name: str) -> bytes | None:
        """What `note` kept under a name; None if there is nothing."""
        if name in self._facts:
            return self._facts[name]
        with self._readable():
            row = self._file.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            return bytes(row[0]) if row else None

    def moment(self) -> Micros | None:
        """The moment of the last commit; None in a new file."""
        found = self.fact("now")
        with self._readable():
            return None if found is None else int(found)

    def restore(self, name: str, store: Store) -> None:
        """Give an empty store all that was kept of it: whoever watches it hears of each record."""
        with self._readable():
            revision = int(self.fact(f"revision of {name}") or 0)
            records = list(self._records(name))
        store.restore(records, revision)

    def _records(self, name: str) -> Iterator[Record]:
        rows = self._file.execute(
            "SELECT collection, key, revision, value FROM records WHERE store = ? ORDER BY ordinal",
            (name,),
        )
        for collection, key, revision, value in rows:
            yield Record(collection, key, revision, orjson.loads(value))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Raises UserError for a file in which something is not as it was written."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise UserError(f"is damaged: {error}", where=str(self.path), hint=_HINT) from None

    # keeping

    def follow(self, name: str, store: Store) -> None:
        """Keep all later changes of a store."""
        self._stores[name] = store

        def note(change: Change) -> None:
            place = (name, change.collection, change.key)
            before = self._pending.get(place)
            if change.type == "MODIFIED" and before is not None:
                self._pending[place] = _Pending(change, before.anew)
                return
            # A new record comes after those that were there before it.
            self._pending.pop(place, None)
            self._pending[place] = _Pending(change, change.type == "ADDED")

        store.subscribe(None, note)

    def note(self, name: str, value: bytes) -> None:
        """Keep a value under a name with the next commit."""
        self._facts[name] = value

    def unsaved(self) -> bool:
        """Whether there are changes that a commit would keep."""
        return bool(self._pending or self._facts)

    def commit(self) -> None:
        """Keep all changes so far; UserError if the file takes no more."""
        pending, self._pending = self._pending, {}
        facts, self._facts = self._facts, {}
        facts["now"] = str(self.now()).encode()
        for name, store in self._stores.items():
            facts[f"revision of {name}"] = str(store.revision).encode()
        try:
            self._write(pending, facts)
        except sqlite3.Error as error:
            self._pending, self._facts = pending, facts
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise UserError(str(error), where=str(self.path), hint="look at its disk") from None

    def _write(
        self, pending: dict[tuple[str, str, str], _Pending], facts: dict[str, bytes]
    ) -> None:
        run = self._file.execute
        run("BEGIN IMMEDIATE")
        for place, (change, anew) in pending.items():
            if anew or change.type == "DELETED":
                run(_FORGET, place)
            if change.type != "DELETED":
                run(_KEEP, (*place, change.revision, orjson.dumps(change.value)))
        self._file.executemany(_FACT, facts.items())
        run("COMMIT")

    def close(self) -> None:
        """Commit, and leave the file to others."""
        if self.unsaved():
            self.commit()
        self._file.close()

    def remove(self) -> None:
        """Take away what was kept, after `close`."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
