"""The kubectls of this machine: the one on PATH, and versions of it that lie beside it."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAME = re.compile(r"kubectl(?:[-._]?v?\d+(?:\.\d+)*)?")


@dataclass(frozen=True, slots=True)
class Program:
    """One kubectl. ``version`` is as it tells it, without the v."""

    path: str
    version: str

    @property
    def minor(self) -> str:
        """Like 1.32."""
        return ".".join(self.version.split(".")[:2])

    def is_older_than(self, minor: str) -> bool:
        """Whether the minor version comes before this one."""
        return _numbers(self.minor) < _numbers(minor)


@cache
def programs() -> tuple[Program, ...]:
    """One of each minor version, the oldest first; those that run other ones do not count."""
    found: dict[str, Program] = {}
    for path in _candidates():
        one = _asked(path)
        if one is not None:
            found.setdefault(one.minor, one)
    return tuple(found[minor] for minor in sorted(found, key=_numbers))


@cache
def on_path() -> Program:
    """The one that a user gets. AssertionError if there is none."""
    path = shutil.which("kubectl")
    assert path is not None, "kubectl is not on PATH; install it, or the package kubernetes-client"
    minor = _minor_of(_client_version(path) or {})
    for one in programs():
        if one.minor == minor:
            return one
    raise AssertionError(f"{path} does not tell its version")


def _candidates() -> list[str]:
    first = shutil.which("kubectl")
    folders = [Path(one) for one in os.environ.get("PATH", "").split(os.pathsep) if one]
    if first is not None:
        folders.insert(0, Path(first).resolve().parent)
    found = [
        str(path)
        for folder in dict.fromkeys(folders)
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if _NAME.fullmatch(path.name) and path.is_file() and os.access(path, os.X_OK)
    ]
    return list(dict.fromkeys(found))


def _asked(path: str) -> Program | None:
    said = _client_version(path)
    if said is None:
        return None
    version = str(said["gitVersion"]).removeprefix("v")
    # A program that picks another one by the server's version says so behind its own.
    if version.endswith("-dispatcher"):
        return None
    return Program(path, version)


@cache
def _client_version(path: str) -> "dict[str, str] | None":
    words = [path, "version", "--client", "-o", "json"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        found: dict[str, str] = json.loads(done.stdout)["clientVersion"]
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        return None
    return found


def _minor_of(said: "dict[str, str]") -> str:
    return ".".join(str(said.get("gitVersion", "")).removeprefix("v").split(".")[:2])


def _numbers(minor: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", minor)]
