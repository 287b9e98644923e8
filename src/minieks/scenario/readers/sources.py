"""Reading what the command line names: files, folders and standard input."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from minieks.engine.errors import UserError
from minieks.scenario.readers.yamltext import LARGEST, decode, too_large

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Written:
    """A text and the file it stands in, as the user named it; ``-`` for standard input."""

    file: str
    text: str


def read_written(path: Path) -> Written:
    """A file's text with its name; UserError as of `read_text`."""
    return Written(str(path), read_text(path))


def readable_folder(path: str) -> Path:
    """The folder, if what is in it can be looked at; UserError if not."""
    try:
        os.scandir(path).close()
    except OSError as error:
        raise unreadable(path, error) from None
    return Path(path)


def read_text(path: Path, shown: str = "") -> str:
    """A file's text; UserError if it is missing, unreadable, too large or no UTF-8."""
    file = shown or str(path)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise too_large(file, size)
        with path.open("rb") as opened:
            return decode(opened.read(LARGEST + 1), file)
    except OSError as error:
        raise unreadable(file, error) from None
    except ValueError:
        raise UserError("a path cannot contain a NUL character", where=repr(file)) from None


def read_standard_input(stdin: BinaryIO | None) -> str:
    """What is piped in; UserError if nothing can be."""
    if stdin is None:
        raise UserError(
            "nothing is piped in", where=STANDARD_INPUT, hint="pipe manifests, or name files"
        )
    return decode(stdin.read(LARGEST + 1), STANDARD_INPUT)


def unreadable(file: str, error: OSError) -> UserError:
    """The refusal of a path that the system does not let us read."""
    reason = (error.strerror or "cannot be read").lower()
    return UserError(reason, where=file, hint=_nearby(file) or "check the path and its permissions")


def _nearby(file: str) -> str:
    """What is in the folder where the file was sought, if it is not there."""
    folder = Path(file).parent
    if os.path.lexists(file) or not os.path.isdir(folder):
        return ""
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return ""
    return f"{folder} has {', '.join(names[:8])}" if names else f"{folder} is empty"
