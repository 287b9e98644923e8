"""Which scenario files paths name."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from minieks.engine.errors import UserError
from minieks.scenario.readers.settingsfile import FILE_NAME
from minieks.scenario.readers.sources import readable_folder, unreadable

_SUFFIX = ".toml"


def collect(paths: Iterable[str], words: Iterable[str] = ()) -> list[str]:
    """The scenario files that are named and those in named folders, each once, in order.

    With ``words`` only those in whose path one of them occurs. UserError for a path that is not
    there, for a folder without scenarios, and if nothing is left.
    """
    found = dict.fromkeys(str(file) for path in paths for file in _files(path))
    wanted = [one.lower() for one in words]
    chosen = [one for one in found if not wanted or any(word in one.lower() for word in wanted)]
    if not chosen:
        hint = f"there are {', '.join(list(found)[:8])}"
        raise UserError(f"no scenario has {' or '.join(wanted)} in its path", hint=hint)
    return chosen


def _files(path: str) -> Iterator[Path]:
    if not os.path.isdir(path):
        if not os.path.exists(path):
            raise unreadable(path, FileNotFoundError(2, "No such file or directory"))
        yield Path(path)
        return
    found = list(_below(readable_folder(path)))
    if not found:
        hint = f"scenarios are files that end in {_SUFFIX}"
        raise UserError("the folder has no scenarios", where=path, hint=hint)
    yield from found


def _below(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(entry)
        elif entry.suffix == _SUFFIX and entry.name != FILE_NAME:
            yield entry
