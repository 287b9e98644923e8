"""Which processes of minieks serve clusters now: a note for each, locked while it lives.

The lock tells a living process from one that was killed; a pid alone would not, for it may be
another program's by now.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson

from minieks.engine.errors import UserError
from minieks.serve.files import write_whole

_PAUSE = 0.02
_PATIENCE = 15.0
"""Seconds that a process gets to stop; it needs less than one."""


@dataclass(frozen=True, slots=True)
class ServedCluster:
    """A cluster that is served: what to call it, and where it is."""

    name: str
    context: str
    server: str
    kubernetes_version: str
    authority: str


@dataclass(frozen=True, slots=True)
class Running:
    """A process that serves clusters. ``previous`` is the context that was current before it.

    ``aws_endpoint`` is the URL for all of AWS; ``speed`` a number or ``max``.
    """

    pid: int
    started: str
    speed: float | Literal["max"]
    kubeconfig: str
    previous: str
    log: str
    data_dir: str
    aws_endpoint: str
    clusters: tuple[ServedCluster, ...]


def folder(environment: Mapping[str, str]) -> Path:
    """Where the notes are (XDG Base Directory Specification; relative paths do not count)."""
    state = Path(environment.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        state = Path(environment.get("HOME") or "~").expanduser() / ".local" / "state"
    return state / "minieks" / "up"


class Note:
    """The note of this process: held from `write` until `remove`."""

    def __init__(self, where: Path) -> None:
        self._path = where / f"{os.getpid()}.json"
        self._lock: int | None = None

    def write(self, running: Running) -> None:
        """Say what is served; UserError if that cannot be written."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(_lock_of(self._path), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            write_whole(self._path, orjson.dumps(asdict(running), option=orjson.OPT_INDENT_2))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "set XDG_STATE_HOME to a folder that can be written"
            raise UserError(reason, where=str(self._path), hint=hint) from None

    def remove(self) -> None:
        """Nothing is served any more."""
        _forget(self._path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def find(where: Path) -> list[Running]:
    """The processes that serve now, the oldest first; notes of dead ones are removed."""
    found = list(_living(where))
    return sorted(found, key=lambda one: (one.started, one.pid))


def _living(where: Path) -> Iterator[Running]:
    for path in sorted(where.glob("*.json")):
        if _is_held(path):
            note = _read(path)
            if note is not None:
                yield note
        else:
            _forget(path)


def serving(where: Path, names: Sequence[str]) -> list[Running]:
    """The processes that serve one of these clusters."""
    return [one for one in find(where) if any(each.name in names for each in one.clusters)]


def stop(running: Running, where: Path) -> None:
    """End a process and wait until it has; UserError if it does not."""
    path = where / f"{running.pid}.json"
    try:
        os.kill(running.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError:
        raise UserError(
            f"process {running.pid} belongs to another user", hint="stop it as that user"
        ) from None
    until = time.monotonic() + _PATIENCE
    while path.exists() and _is_held(path):
        if time.monotonic() > until:
            hint = f"look at {running.log or 'its output'}, or kill it: kill -9 {running.pid}"
            raise UserError(f"process {running.pid} does not stop", hint=hint)
        time.sleep(_PAUSE)  # noqa: TID251 - another process is waited for, in real time


def _read(path: Path) -> Running | None:
    try:
        raw = orjson.loads(path.read_bytes())
        clusters = tuple(ServedCluster(**one) for one in raw.pop("clusters"))
        return Running(**raw, clusters=clusters)
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _is_held(path: Path) -> bool:
    try:
        handle = os.open(_lock_of(path), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    _lock_of(path).unlink(missing_ok=True)
