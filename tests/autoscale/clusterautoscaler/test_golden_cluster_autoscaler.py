"""The real cluster autoscaler 1.34 chose the same groups and as many nodes, in every case."""

import pytest

from golden.known import complaint
from golden.programs import Recorded, cases, judge, program
from golden.recorded import root

AUTOSCALER = program("cluster-autoscaler")
FILES = cases(root("cluster-autoscaler"), AUTOSCALER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nodes_pods_and_events_are_those_of_the_real_program(path: Recorded) -> None:
    assert not complaint(judge(path, AUTOSCALER), AUTOSCALER.folder)


def test_there_are_recorded_cases() -> None:
    assert len(FILES) > 20
