"""Too much load, in words: requests that were lost, and pods that wanted more CPU than they may."""

from collections.abc import Iterator

from minieks.engine.clock import Micros
from minieks.load.group import LoadedGroup
from minieks.load.model import Load


def overloads(load: Load | None, now: Micros) -> list[str]:
    """One line for each workload that was asked for more than it could give."""
    if load is None:
        return []
    return [text for group in load.groups.values() for text in _of(group, now)]


def _of(group: LoadedGroup, now: Micros) -> Iterator[str]:
    group.renew(now)
    totals = group.totals
    if totals.dropped >= 1:
        part = 100 * totals.dropped / totals.offered
        digits = 1 if part >= 0.1 else 3
        yield (
            f"{group.name} dropped {totals.dropped:,.0f} of {totals.offered:,.0f} requests"
            f" ({part:.{digits}f} %); the slowest took {totals.slowest:.2f} s,"
            f" {totals.longest_queue:,.0f} waited at most: more pods, or a higher CPU limit,"
            " would serve them"
        )
    minutes = round(totals.throttled_seconds / 60)
    if totals.throttled_seconds >= 60:
        plural = "s" if minutes != 1 else ""
        yield (
            f"{group.name} was throttled at its CPU limit for {minutes:,} minute{plural} of pods'"
            " time"
        )
