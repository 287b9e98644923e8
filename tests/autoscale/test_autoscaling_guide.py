"""The guide's examples give what the guide says."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "autoscaling.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
PROGRAMS = [one for one in BLOCKS if one.splitlines()[-1].startswith("# ")]


@pytest.mark.parametrize("program", PROGRAMS, ids=["replicas", "requests", "nodes"])
def test_each_example_prints_its_last_line(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = program.splitlines()[-1].removeprefix("# ")
    exec(compile(program, str(GUIDE), "exec"), {})
    assert capsys.readouterr().out == f"{shown}\n"
