"""What tests of programs share: a home of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home of its own, with ``minieks`` on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = programs / "minieks"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m minieks "$@"\n')
    script.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "KUBECONFIG": str(tmp_path / "config"),
    }
    yield environment
    subprocess.run([script, "down"], env=environment, capture_output=True, check=False, timeout=60)
