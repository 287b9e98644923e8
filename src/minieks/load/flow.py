"""What comes of requests that meet a number of pods: a function from values to values.

The model: each pod serves up to its CPU limit; what is more waits in one queue for all, and what
finds the queue full is dropped, as is everything while no pod is ready and the queue is full.
Service slows down as pods fill up, as in a queue with one server (M/M/1): an idle pod's latency
divided by the part that is idle. Requests in flight follow from rate and latency (Little's law).
"""

from dataclasses import dataclass
from math import inf
from typing import Final

_FULLEST: Final = 0.95
"""A pod that is fuller than that gets no slower in service; its requests wait in the queue."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What meets what: requests per second, pods, one pod's capacity (per second), waiting."""

    rate: float
    pods: int
    capacity: float
    waiting: float
    queue: float


@dataclass(frozen=True, slots=True)
class Flow:
    """What comes of an offer: per second, served and dropped in all, and how the queue grows.

    ``busy`` is the part of its capacity that a pod uses, ``latency`` as a multiple of an idle
    pod's, ``wait`` the seconds in the queue. ``lasts`` are the seconds until the queue is full or
    empty and things are otherwise; infinite if they stay.
    """

    served: float
    dropped: float
    growth: float
    busy: float
    latency: float
    wait: float
    lasts: float


def flow(offer: Offer) -> Flow:
    """What comes of an offer, as long as it stays."""
    capacity = offer.pods * offer.capacity if offer.pods else 0.0
    waits = offer.waiting > 0 and capacity < inf
    served = capacity if waits else min(offer.rate, capacity)
    growth = offer.rate - served
    dropped = 0.0
    if growth > 0 and offer.waiting >= offer.queue:
        growth, dropped = 0.0, growth
    busy = served / capacity if capacity else 0.0
    wait = offer.waiting / capacity if capacity else 0.0
    return Flow(served, dropped, growth, busy, _slower(busy), wait, _lasts(offer, growth))


def _slower(busy: float) -> float:
    return 1 / (1 - min(busy, _FULLEST))


def _lasts(offer: Offer, growth: float) -> float:
    if growth > 0:
        return (offer.queue - offer.waiting) / growth
    if growth < 0:
        return offer.waiting / -growth
    return inf
