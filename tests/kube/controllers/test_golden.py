"""The real kube-controller-manager 1.34.9 did the same, step by step, in every recorded case."""

import pytest

from golden.known import complaint
from golden.programs import Recorded, cases, judge, program
from golden.recorded import root

CONTROLLERS = program("controllers")
FILES = cases(root("controllers"), CONTROLLERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_controllers_do_what_the_real_ones_did(path: Recorded) -> None:
    assert not complaint(judge(path, CONTROLLERS), "controllers")


def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 20
