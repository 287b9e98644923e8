"""How long a Job waits before it replaces a failed pod.

Source: kubernetes pkg/controller/job/backoff_utils.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from minieks.engine.clock import MINUTE, SECOND, Micros

FIRST: Micros = 10 * SECOND
LONGEST: Micros = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Record:
    """The failures in a row since the last success, and when the last one was."""

    failures: int = 0
    last_failure: Micros = 0

    def after(self, succeeded: Iterable[Micros], failed: Iterable[Micros]) -> "Record":
        """The record after more pods ended at these moments."""
        successes, failures = sorted(succeeded), sorted(failed)
        if successes:
            later = [moment for moment in failures if moment > successes[-1]]
            return Record(len(later), later[-1] if later else 0)
        if not failures:
            return self
        return Record(self.failures + len(failures), max(self.last_failure, failures[-1]))

    def remaining(self, now: Micros) -> Micros:
        """How long no pod is to be created yet; 0 if one may be."""
        return remaining(self.failures, self.last_failure, now)


def remaining(failures: int, last_failure: Micros, now: Micros) -> Micros:
    """The rest of 10 s doubled with each failure after the first, at most 10 minutes."""
    if failures <= 0:
        return 0
    wait = min(LONGEST, FIRST << min(failures - 1, 10))
    return max(0, last_failure + wait - now)
