"""The walkthrough of the AWS side, from nothing to a cluster and down again, prints what it did."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "examples/aws/walkthrough.sh"
_PROGRAMS = [name for name in ("aws", "kubectl") if shutil.which(name) is None]
# What differs from run to run: addresses, ages, names made by chance, and the widths of columns.
_OTHERWISE = (
    (re.compile(r"ip-\d+-\d+-\d+-\d+"), "ip-ADDRESS"),
    (re.compile(r"(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}\b"), "xxxxx"),
    (re.compile(r"\b(?:\d+[hms])+\b"), "AGE"),
    (re.compile(r"Waiting for deployment .*\n"), ""),
    (re.compile(r"[ \t]+"), " "),
    (re.compile(r" +$", re.MULTILINE), ""),
)


def _alike(text: str) -> str:
    for pattern, instead in _OTHERWISE:
        text = pattern.sub(instead, text)
    return text


def _shown() -> str:
    readme = (ROOT / "README.md").read_text()
    (found,) = re.findall(rf"```console\n\$ {SCRIPT}\n(.*?)```", readme, re.DOTALL)
    return str(found)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.mark.skipif(bool(_PROGRAMS), reason=f"there is no {' and no '.join(_PROGRAMS)}; CI has it")
def test_the_walkthrough_prints_what_the_readme_shows(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [ROOT / SCRIPT],
        env={**environment, "AWS_PORT": str(_free_port())},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert _alike(done.stdout) == _alike(_shown())
