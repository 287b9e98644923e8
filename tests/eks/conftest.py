"""The bench that tests of EKS loops work on."""

import pytest

from eks_bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
