"""Back-off of the kubelet: 10 s doubling to 300 s, forgotten after ten good minutes.

Source: kubernetes client-go util/flowcontrol/backoff.go as pkg/kubelet uses it for restarts
(MaxContainerBackOff) and for image pulls.
"""

from dataclasses import dataclass

from minieks.engine.clock import SECOND, Micros

FIRST: Micros = 10 * SECOND
MOST: Micros = 300 * SECOND
FORGOTTEN_AFTER: Micros = 2 * MOST


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after the next failure, and when this was last decided."""

    wait: Micros = 0
    since: Micros = 0

    def retry_at(self, failed: Micros) -> Micros:
        """When to try again after a failure: at once if there is no back-off, or an old one."""
        if not self.wait or failed - self.since > FORGOTTEN_AFTER:
            return failed
        return failed + self.wait

    def tried(self, failed: Micros, at: Micros) -> "Backoff":
        """The back-off after a new try at ``at``, made because of the failure at ``failed``."""
        if not self.wait or failed - self.since > FORGOTTEN_AFTER:
            return Backoff(FIRST, at)
        return Backoff(min(2 * self.wait, MOST), at)


NO_BACKOFF = Backoff()
