"""The real kube-scheduler 1.34.1 decided the same, pod by pod, in every recorded case."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from shared import GOLDEN, needs_shared

FILES = sorted((GOLDEN / "scheduler").glob("*.json"))


def _replay() -> Any:
    path = Path(__file__).with_name("golden.py")
    spec = importlib.util.spec_from_file_location("scheduler_golden", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = _replay()


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_decision_is_that_of_the_real_scheduler(path: Path) -> None:
    found = list(golden.Replay(golden.load(path)).differences())
    assert found == []
