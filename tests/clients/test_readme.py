"""The README's second screen: its commands are run, and what they print is what it shows."""

import re
import shlex
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

_LOOKS = 40
ROOT = Path(__file__).resolve().parents[2]
# What differs from run to run: ports, ages, chance in names, files, and how often one had to wait.
_OTHERWISE = (
    (re.compile(r"(?<=log is)\s+\S+"), " LOG"),
    (re.compile(r"Waiting for deployment .*\n"), ""),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}\b"), "xxxxx"),
    (re.compile(r"\b(?:\d+[hms])+\b"), "AGE"),
    # A long path is a line of its own.
    (re.compile(r"(?<=context of)\s+\S+\s+"), " KUBECONFIG "),
    (re.compile(r" +"), " "),
    # kubectl's columns are as wide as what is in them.
    (re.compile(r" +$", re.MULTILINE), ""),
)


def _shown() -> str:
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (found,) = [block for block in blocks if block.startswith("$ minieks up")]
    return str(found)


def _alike(text: str) -> str:
    for pattern, instead in _OTHERWISE:
        text = pattern.sub(instead, text)
    return text


def _commands() -> list[tuple[str, str]]:
    """Each command of the README with what it shows for it."""
    parts = re.split(r"^\$ (.*)\n", _shown(), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def _prints(command: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        shlex.split(command),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return _alike(done.stdout)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl; CI has one")
def test_the_commands_of_the_readme_print_what_it_shows(environment: dict[str, str]) -> None:
    for command, shown in _commands():
        printed = _prints(command, environment)
        # On a busy machine pods come up later than for the README.
        for _ in range(_LOOKS if " get " in command else 0):
            if printed == _alike(shown):
                break
            threading.Event().wait(0.5)
            printed = _prints(command, environment)
        assert printed.splitlines() == _alike(shown).splitlines(), command
