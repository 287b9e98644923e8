"""Ids made by chance."""

from itertools import pairwise
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from minieks.engine import ids


@given(st.integers())
def test_a_uid_is_the_uuid_of_the_drawn_bits(seed: int) -> None:
    drawn = Random(seed).getrandbits(128)
    assert ids.uid(Random(seed)) == str(UUID(int=drawn, version=4))


@given(st.integers())
def test_ids_of_requests_are_uuids_each_another(seed: int) -> None:
    make = ids.RequestIds(Random(seed))
    found = [make() for _ in range(300)]

    assert len(set(found)) == 300
    assert all(str(UUID(one)) == one and UUID(one).version == 4 for one in found)
    last = [int(one[-12:], 16) for one in found]
    assert all(abs(left - right) > 1 << 32 for left, right in pairwise(last))
