"""An AWS endpoint for each file of tests; each file has an account of its own, too."""

import logging
from collections.abc import Iterator

import pytest

from served_aws import Served


class Failures(logging.Handler):
    """What is logged about requests that we could not answer."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A strict one, whose time jumps; nothing may fail in it."""
    failures = Failures()
    logging.getLogger("minieks").addHandler(failures)
    found = Served()
    yield found
    found.stop()
    logging.getLogger("minieks").removeHandler(failures)
    assert failures.lines == []
