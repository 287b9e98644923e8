"""Settings for the whole suite."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# Examples run on shared machines: a slow one is no failure, a random one no help.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--rewrite``: pinned outputs are written anew instead of compared."""
    parser.addoption("--rewrite", action="store_true", help="write pinned outputs anew")
