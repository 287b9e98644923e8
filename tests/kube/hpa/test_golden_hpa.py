"""The real HorizontalPodAutoscaler of 1.34.9 did the same in every recorded tick."""

import pytest

from golden.programs import Recorded, cases, judge, program
from golden.recorded import SAMPLE

HPA = program("hpa")
FILES = cases(SAMPLE, HPA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_tick_is_that_of_the_real_autoscaler(path: Recorded) -> None:
    outcome = judge(path, HPA)
    assert outcome.agreeing == outcome.parts, str(outcome.first)


def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 20
