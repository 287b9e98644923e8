"""Ids made by chance."""

from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from minieks.engine import ids


@given(st.integers())
def test_a_uid_is_the_uuid_of_the_drawn_bits(seed: int) -> None:
    drawn = Random(seed).getrandbits(128)
    assert ids.uid(Random(seed)) == str(UUID(int=drawn, version=4))
