"""The real kube-scheduler 1.34.1 decided the same, pod by pod, in every recorded case."""

from pathlib import Path

import pytest

from scheduler_golden import Replay, load
from shared import GOLDEN, needs_shared

FILES = sorted((GOLDEN / "scheduler").glob("*.json"))


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_decision_is_that_of_the_real_scheduler(path: Path) -> None:
    assert list(Replay(load(path)).differences()) == []


@needs_shared
def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 100
