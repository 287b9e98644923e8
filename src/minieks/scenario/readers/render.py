"""Folders that a program must render first: kustomizations and Helm charts."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from minieks.engine.errors import UserError

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"
_PATIENCE = 120  # seconds; a render that takes longer hangs on the network


def needs_rendering(folder: Path) -> bool:
    """Whether the folder is a kustomization or a Helm chart."""
    return _is_kustomization(folder) or (folder / CHART).is_file()


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
    return any((folder / name).is_file() for name in KUSTOMIZATIONS)


def _run(command: Sequence[str], shown: Sequence[str], folder: Path) -> str:
    """What the program prints."""
    words = " ".join(shown)
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{words} did not end within {_PATIENCE} s", where=str(folder), hint="run it by hand"
        ) from None
    except OSError as error:
        raise UserError(
            f"{words} cannot be run: {error.strerror}", where=str(folder), hint="run it by hand"
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-2000:]
        raise UserError(
            f"{words} failed: {said or f'exit code {done.returncode}'}",
            where=str(folder),
            hint="mend what it names, then run it by hand to see",
        )
    return done.stdout.decode("utf-8", "replace")
