"""Every event and object change of a run, as JSON lines, after what was there when it began."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from minieks.engine.engine import Engine
from minieks.engine.errors import UserError
from minieks.engine.store import Change, Store
from minieks.kube.words import times

# One line: when, in which revision, what happened to which object, and the object.
_NEWLINE = orjson.OPT_APPEND_NEWLINE


class EventLog:
    """Writes a line per change; `close` says that it is whole. UserError if the disk refuses."""

    def __init__(self, path: Path, engine: Engine) -> None:
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise _unwritable(path, error) from error
        self._path = path
        self._engine = engine
        self._stops: list[Callable[[], None]] = []

    def attach(self, store: Store) -> None:
        """Log what a store holds, as a watch tells it (ADDED), and its changes from now on."""
        for collection in store.collections():
            for value in store.values(collection):
                self._write(Change(store.revision, collection, "", "ADDED", value, None))
        self._stops.append(store.subscribe(None, self._write))

    def close(self) -> None:
        """Stop logging and close the file."""
        for stop in self._stops:
            stop()
        try:
            self._file.close()
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _write(self, change: Change) -> None:
        try:
            self._file.write(orjson.dumps(self._line(change), option=_NEWLINE))
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _line(self, change: Change) -> dict[str, Any]:
        return {
            "time": times.rfc3339_micro(self._engine.now()),
            "revision": change.revision,
            "type": change.type,
            "collection": change.collection,
            "object": change.value,
        }


def _unwritable(path: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write the events: {error.strerror}",
        where=str(path),
        hint="name a file in a folder that exists, that you may write to and that has room",
    )
