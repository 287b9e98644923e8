"""One process that serves the AWS side for all these tests; each file has an account of its own."""

from collections.abc import Iterator

import pytest

from served_aws import Served


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A strict one, whose time jumps."""
    process = Served(tmp_path_factory.mktemp("served"))
    yield process
    log = process.stop()
    assert "Traceback" not in log, log
