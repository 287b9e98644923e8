"""Proportional scaling: kubernetes pkg/controller/deployment/sync.go (scale)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.controllers.deployment.bounds import Bounds
from minieks.kube.controllers.deployment.proportional import Share, proportional


@pytest.mark.parametrize(
    ("limits", "shares", "expected"),
    [
        # 10 -> 15 with surge 3: 7 of 13 become 10, 6 of 13 become 8
        pytest.param(Bounds(15, 3, 2), [(6, 13), (7, 13)], {"s1": 10, "s0": 8}, id="grow"),
        pytest.param(Bounds(5, 2, 1), [(8, 13), (5, 13)], {"s0": 4, "s1": 3}, id="shrink"),
        pytest.param(Bounds(0, 2, 0), [(6, 13), (7, 13)], {"s1": 0, "s0": 0}, id="to-nothing"),
        pytest.param(Bounds(6, 1, 0), [(2, 5), (2, 5)], {"s1": 4, "s0": 3},
                     id="the-rest-to-the-newest-when-growing"),
        pytest.param(Bounds(3, 0, 1), [(3, 8), (3, 8)], {"s0": 1, "s1": 2},
                     id="the-rest-from-the-oldest-when-shrinking"),
    ],
)  # fmt: skip
def test_each_gets_its_share(
    limits: Bounds, shares: list[tuple[int, int]], expected: dict[str, int]
) -> None:
    given_shares = [Share(f"s{number}", *one) for number, one in enumerate(shares)]
    assert dict(proportional(limits, given_shares)) == expected


@given(
    replicas=st.integers(1, 60),
    surge=st.integers(0, 10),
    sizes=st.lists(st.integers(1, 30), min_size=2, max_size=5),
)
def test_the_sizes_add_up_to_what_is_allowed(replicas: int, surge: int, sizes: list[int]) -> None:
    before = sum(sizes)
    shares = [Share(f"s{number}", size, before) for number, size in enumerate(sizes)]
    found = proportional(Bounds(replicas, surge, 0), shares)
    assert sum(size for _, size in found) >= min(before, replicas + surge)
    assert all(size >= 0 for _, size in found)
