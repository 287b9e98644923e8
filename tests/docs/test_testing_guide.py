"""What the guide of testing shows works as it is shown."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "testing.md"
_FILE = re.compile(r'^```\w+ title="([\w.]+)"\n(.*?)^```', re.DOTALL | re.MULTILINE)
_TEST = re.compile(r"^```python\n(import kubernetes\n.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def _files(tmp_path: Path) -> None:
    text = GUIDE.read_text()
    shown = dict(_FILE.findall(text))
    assert sorted(shown) == ["crd.yaml", "greeter.py", "test_operator.py"]
    for name, content in shown.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "test_deployment.py").write_text(_TEST.findall(text)[0])


@pytest.mark.usefixtures("_files")
def test_the_tests_of_the_guide_pass(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_operators_test_has_20_lines() -> None:
    shown = dict(_FILE.findall(GUIDE.read_text()))

    assert len([line for line in shown["test_operator.py"].splitlines() if line.strip()]) <= 20
