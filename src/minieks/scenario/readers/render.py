"""Folders that a program must render first: kustomizations and Helm charts."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Timer

from minieks.engine.errors import UserError
from minieks.scenario.readers.yamltext import LARGEST, decode

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"
_PATIENCE = 60  # seconds; a render that takes longer hangs on the network
_COMPLAINT = 2000  # characters of what a program that failed had to say; the last ones tell most


def needs_rendering(folder: Path) -> bool:
    """Whether the folder is a kustomization or a Helm chart."""
    return _is_kustomization(folder) or os.path.isfile(folder / CHART)


def render(folder: Path) -> str:
    """The manifests that the folder stands for; UserError if that cannot be found out."""
    commands: tuple[list[str], ...]
    if _is_kustomization(folder):
        commands = (["kubectl", "kustomize", str(folder)], ["kustomize", "build", str(folder)])
        what = "a kustomization"
    else:
        name = folder.resolve().name.lower().replace("_", "-").replace(".", "-") or "release"
        commands = (["helm", "template", name, str(folder)],)
        what = "a Helm chart"
    for command in commands:
        program = shutil.which(command[0])
        if program:
            return _run([program, *command[1:]], command, folder)
    shown = " ".join(commands[0])
    raise UserError(
        f"is {what}, and {commands[0][0]} is not installed to render it",
        where=str(folder),
        hint=f"render it elsewhere and pipe it: {shown} | minieks simulate CONFIG -",
    )


def _is_kustomization(folder: Path) -> bool:
    return any(os.path.isfile(folder / name) for name in KUSTOMIZATIONS)


def _run(command: Sequence[str], shown: Sequence[str], folder: Path) -> str:
    """What the program prints."""
    words, where = " ".join(shown), str(folder)
    try:
        printed = _output(command)
    except OSError as error:
        raise UserError(
            f"{words} cannot be run: {error.strerror}", where=where, hint="run it by hand"
        ) from None
    if printed.timed_out:
        raise UserError(
            f"{words} did not end within {_PATIENCE} s",
            where=where,
            hint="run it by hand and pipe what it prints",
        )
    if len(printed.text) > LARGEST:
        raise UserError(
            f"{words} printed more than {LARGEST // 1024 // 1024} MB",
            where=where,
            hint="render it in parts, by hand",
        )
    if printed.code:
        raise UserError(
            f"{words} failed: {printed.complaint or f'exit code {printed.code}'}",
            where=where,
            hint="mend what it names, then run it by hand to see",
        )
    if not printed.text.strip():
        raise UserError(
            f"{words} printed no manifests", where=where, hint="run it by hand to see why"
        )
    return decode(printed.text, f"{where} (rendered)")


@dataclass(frozen=True, slots=True)
class _Printed:
    """What a program said before it ended or was ended."""

    text: bytes
    complaint: str
    code: int
    timed_out: bool


def _output(command: Sequence[str]) -> _Printed:
    """Run a program that reads nothing; it is ended when it takes or says too much.

    Raises OSError if it cannot be started.
    """
    late = Event()
    with (
        TemporaryFile() as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as program,
    ):
        watch = Timer(_PATIENCE, _end, (program, late))
        watch.start()
        assert program.stdout is not None, "it is a pipe"
        try:
            text = program.stdout.read(LARGEST + 1)
            if len(text) <= LARGEST:
                program.wait()
        finally:
            watch.cancel()
            _end(program, Event())
        code = program.wait()
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - _COMPLAINT))
        complaint = errors.read().decode("utf-8", "replace").strip()
    return _Printed(text, complaint, code, late.is_set())


def _end(program: subprocess.Popen[bytes], ended: Event) -> None:
    """Kill the program and whatever it has started, which may hold the pipe open."""
    ended.set()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program.pid, signal.SIGKILL)
