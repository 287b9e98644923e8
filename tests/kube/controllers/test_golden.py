"""The real kube-controller-manager 1.34.9 did the same, step by step, in every recorded case."""

import json
from pathlib import Path

import pytest

from controllers_golden.replay import Replay, load
from shared import GOLDEN, needs_shared

FILES = sorted((GOLDEN / "controllers").glob("*.json"))
# Cases that do not agree yet, each with what differs first. One that agrees must be taken out.
KNOWN: dict[str, str] = json.loads(
    (Path(__file__).parent / "golden_differences.json").read_text(encoding="utf-8")
)


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_controllers_do_what_the_real_ones_did(path: Path) -> None:
    differences = list(Replay(load(path)).differences())
    if path.stem in KNOWN:
        assert differences, f"{path.stem} agrees: take it out of golden_differences.json"
        return
    assert differences == []


@needs_shared
def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 100
    assert set(KNOWN) <= {path.stem for path in FILES}
