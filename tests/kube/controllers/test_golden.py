"""The real kube-controller-manager 1.34.9 did the same, step by step, in every recorded case."""

import json
from pathlib import Path

import pytest

from golden.programs import cases, judge, program
from golden.recorded import root

CONTROLLERS = program("controllers")
FILES = cases(root("controllers"), CONTROLLERS)
# Cases that do not agree, each with why it is right so. One that agrees must be taken out.
KNOWN: dict[str, str] = json.loads(
    (Path(__file__).parent / "golden_differences.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_controllers_do_what_the_real_ones_did(path: Path) -> None:
    outcome = judge(path, CONTROLLERS)
    if path.stem in KNOWN:
        assert not outcome.agrees, f"{path.stem} agrees: take it out of golden_differences.json"
        return
    assert outcome.agrees, str(outcome.first)


def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 20
