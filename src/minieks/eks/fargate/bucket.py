"""The token bucket that limits how fast Fargate launches pods.

Source: Amazon ECS developer guide, "AWS Fargate throttling quotas".
"""

from minieks.engine.clock import SECOND, Micros


class TokenBucket:
    """``burst`` launches at once, then ``per_second`` of them."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._interval = SECOND / per_second
        self._burst = burst
        self._free_at = -burst * self._interval

    def take(self, now: Micros) -> Micros:
        """Take one token; returns when it is there, which may be later than now."""
        self._free_at = max(self._free_at, now - self._burst * self._interval)
        self._free_at += self._interval
        return max(now, round(self._free_at))
