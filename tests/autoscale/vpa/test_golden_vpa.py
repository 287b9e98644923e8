"""The real recommender of VPA 1.5.1 recommended the same, in every recorded case."""

import pytest

from golden.programs import Recorded, cases, judge, program
from golden.recorded import root

VPA = program("vpa")
FILES = cases(root("vpa"), VPA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_recommendation_is_that_of_the_real_recommender(path: Recorded) -> None:
    outcome = judge(path, VPA)
    assert outcome.agreeing == outcome.parts, str(outcome.first)


def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 20
