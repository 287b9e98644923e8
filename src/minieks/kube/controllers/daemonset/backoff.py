"""How long a node waits before its failed daemon pod is replaced again.

Source: kubernetes pkg/controller/daemon (failedPodsBackoff), client-go util/flowcontrol/backoff.go.
"""

from minieks.engine.clock import MINUTE, SECOND, Micros

_FIRST = 1 * SECOND
_LONGEST = 15 * MINUTE


class FailedPodBackoff:
    """One second, doubled with each failure up to a quarter of an hour; forgotten after two."""

    def __init__(self) -> None:
        self._waits: dict[str, tuple[Micros, Micros]] = {}

    def remaining(self, key: str, now: Micros) -> Micros:
        """How long ``key`` still has to wait; 0 if it may be dealt with now."""
        since, wait = self._waits.get(key, (now, 0))
        return max(0, since + wait - now)

    def note(self, key: str, now: Micros) -> None:
        """Another failure is dealt with now."""
        since, wait = self._waits.get(key, (now, 0))
        expired = now - since > 2 * _LONGEST
        longer = _FIRST if not wait or expired else min(2 * wait, _LONGEST)
        self._waits[key] = (now, longer)
