"""The guide's example gives what the guide says."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "autoscaling.md"


def test_the_recommendation_is_that_of_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    [program] = re.findall(r"```python\n(.*?)# (\{.*?\})\n```", GUIDE.read_text(), re.DOTALL)
    source, shown = program
    exec(compile(source, str(GUIDE), "exec"), {})
    assert capsys.readouterr().out == f"{shown}\n"
