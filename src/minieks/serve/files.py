"""Files that are written whole or not at all, by one at a time."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minieks.engine.errors import UserError

_PATIENCE = 2.0
_PAUSE = 0.02
_STALE = 60.0
"""Seconds after which a lock has been left behind by something that died."""


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace the file by one with this content, readable as ``mode`` says; raises OSError.

    Whoever reads meanwhile sees the old file or the new one. Permissions that an existing file
    has are kept if they are stricter.
    """
    if path.exists():
        mode &= path.stat().st_mode & 0o777
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode | 0o400)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold ``path``.lock, as kubectl does while it writes (client-go tools/clientcmd loader.go).

    Waits for two seconds; UserError if another program keeps it for longer. A lock that is older
    than a minute is taken over.
    """
    lock = path.with_name(path.name + ".lock")
    deadline = time.monotonic() + _PATIENCE
    while not _taken(lock):
        if time.monotonic() >= deadline:
            raise UserError(
                "another program is writing this file",
                where=str(path),
                hint=f"try again; if nothing does, remove {lock}",
            )
        _pause()
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _pause() -> None:
    time.sleep(_PAUSE)  # noqa: TID251 - another program's lock is waited for, in real time


def _taken(lock: Path) -> bool:
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        _forget_stale(lock)
        return False
    return True


def _forget_stale(lock: Path) -> None:
    try:
        age = time.time() - lock.stat().st_mtime  # noqa: TID251 - compared with the file system's
    except FileNotFoundError:
        return
    if age > _STALE:
        lock.unlink(missing_ok=True)
