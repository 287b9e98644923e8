"""The real kube-scheduler 1.34.1 decided the same, pod by pod, in every recorded case."""

import pytest

from golden.programs import Recorded, cases, judge, program
from golden.recorded import root

SCHEDULER = program("scheduler")
FILES = cases(root("scheduler"), SCHEDULER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_decision_is_that_of_the_real_scheduler(path: Recorded) -> None:
    outcome = judge(path, SCHEDULER)
    assert outcome.agreeing == outcome.parts, str(outcome.first)


def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 20
