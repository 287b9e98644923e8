"""The real kube-apiserver 1.34.9 gave the same answers, in every recorded case."""

from typing import Any

import pytest

from golden.known import complaint, known
from golden.programs import OF_COMMANDS, Recorded, cases, judge, program
from golden.recorded import root
from shared import needs_shared

API = program("api")
CASES = cases(root("api"), API)


def _parameter(recorded: Recorded) -> Any:
    marks = [pytest.mark.slow] if recorded.stem == OF_COMMANDS else []
    return pytest.param(recorded, id=recorded.case, marks=marks)


@pytest.mark.parametrize("recorded", [_parameter(one) for one in CASES])
def test_the_answers_are_those_of_the_real_api_server(recorded: Recorded) -> None:
    assert not complaint(judge(recorded, API), "api")


def test_each_family_was_recorded() -> None:
    families = {one.stem for one in CASES} - {OF_COMMANDS}
    assert len(families) == 12


def test_each_name_is_that_of_one_case() -> None:
    names = [one.case for one in CASES]
    assert len(names) == len(set(names))


@needs_shared
def test_each_family_agrees_in_97_of_100_cases() -> None:
    for family in sorted({one.stem for one in CASES}):
        of_family = [one.case for one in CASES if one.stem == family]
        differing = sum(name in known("api") for name in of_family)
        assert differing <= 0.03 * len(of_family), family
