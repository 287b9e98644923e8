"""The search for garbage is relaxed for a while, and then as before."""

import gc

import pytest

from minieks.cli.collector import relaxed


def _fail() -> None:
    with relaxed():
        raise ValueError(gc.get_threshold()[0])


def test_the_search_for_garbage_is_as_before_even_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match=r"^2000000$"):
        _fail()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
