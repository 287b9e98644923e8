"""Serving in the background: a process of its own that outlives the command that began it."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from minieks.engine.errors import UserError
from minieks.serve import running
from minieks.serve.announcing import LOG_VARIABLE
from minieks.serve.running import Running

_PATIENCE = 120.0
"""Seconds in which the largest manifests are applied."""
_PAUSE = 0.02
_LINES = 20


def is_there(environment: Mapping[str, str]) -> bool:
    """Whether this process is the one in the background."""
    return LOG_VARIABLE in environment


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> Running:
    """Run the same command in the background; returns once it serves.

    What it says meanwhile goes to stderr. UserError if it ends instead, with its last words.
    """
    where = running.folder(environment)
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = where / f"log-{os.getpid()}.txt"
    process = _spawned(arguments, environment, log)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise _ended(log, process.returncode)
        for one in running.find(where):
            if one.pid == process.pid:
                process.returncode = 0  # it is on its own now: nobody waits for its end
                sys.stderr.write(log.read_text(encoding="utf-8", errors="replace"))
                return one
        _pause()
    process.terminate()
    raise UserError("the cluster did not become ready", hint=f"look at {log}")


def _spawned(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> "subprocess.Popen[bytes]":
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "minieks", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=file,
            env={**environment, LOG_VARIABLE: str(log)},
            start_new_session=True,
        )


def _ended(log: Path, code: int) -> UserError:
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LINES:]
    log.unlink(missing_ok=True)
    message = "\n".join(said).removeprefix("error: ") or f"it ended with exit code {code}"
    message, _, hint = message.partition("\n hint: ")
    return UserError(message, hint=hint)


def _pause() -> None:
    time.sleep(_PAUSE)  # noqa: TID251 - another process is waited for, in real time
