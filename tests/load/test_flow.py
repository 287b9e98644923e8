"""Requests that meet pods: what is served, what waits, what is lost."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.load.flow import Flow, Offer, flow


@pytest.mark.parametrize(
    ("offer", "served", "dropped", "growth", "lasts"),
    [
        (Offer(100, 2, 100, 0, 0), 100, 0, 0, inf),
        (Offer(300, 2, 100, 0, 0), 200, 100, 0, inf),
        (Offer(300, 2, 100, 0, 50), 200, 0, 100, 0.5),
        (Offer(300, 2, 100, 50, 50), 200, 100, 0, inf),
        (Offer(100, 2, 100, 50, 50), 200, 0, -100, 0.5),
        (Offer(100, 0, 100, 0, 0), 0, 100, 0, inf),
        (Offer(100, 0, 100, 0, 50), 0, 0, 100, 0.5),
        (Offer(1000, 1, inf, 0, 0), 1000, 0, 0, inf),
    ],
    ids=[
        "enough",
        "too few",
        "the queue fills",
        "the queue is full",
        "the queue empties",
        "no pods",
        "no pods and a queue",
        "no limit",
    ],
)
def test_what_comes_of_an_offer(
    offer: Offer, served: float, dropped: float, growth: float, lasts: float
) -> None:
    found = flow(offer)
    assert (found.served, found.dropped, found.growth, found.lasts) == (
        served,
        dropped,
        growth,
        lasts,
    )


def test_pods_that_fill_up_get_slower() -> None:
    found = [flow(Offer(rate, 1, 100, 0, 0)) for rate in (0, 50, 90, 99, 200)]
    assert [round(one.latency, 6) for one in found] == [1, 2, 10, 20, 20]


_AMOUNTS = st.floats(0, 1e6)


@given(
    rate=_AMOUNTS,
    pods=st.integers(0, 100),
    capacity=st.floats(0.1, 1e5),
    queue=_AMOUNTS,
    part=st.floats(0, 1),
)
def test_no_request_is_lost_or_made(
    rate: float, pods: int, capacity: float, queue: float, part: float
) -> None:
    found: Flow = flow(Offer(rate, pods, capacity, queue * part, queue))
    least = 1e-9 * (1 + pods * capacity)
    total = found.served + found.dropped + found.growth
    assert total == pytest.approx(rate, abs=least)
    assert found.served <= pods * capacity * (1 + 1e-9)
    assert found.dropped >= 0
    assert found.lasts >= 0
