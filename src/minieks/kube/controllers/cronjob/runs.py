"""Which run of a CronJob is due, and when to look again.

Source: kubernetes pkg/controller/cronjob/utils.go.
"""

from dataclasses import dataclass
from typing import NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.kube.words.cron import Schedule

# The controller looks a moment after each scheduled time, not a moment before.
DELTA: Micros = SECOND // 10
MANY: int = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule in its zone, counted from ``since``: the last run, or the creation.

    ``deadline`` is how many seconds late a run may start, None for any.
    """

    schedule: Schedule
    zone: str
    since: Micros
    deadline: int | None = None

    def following(self, moment: Micros) -> Micros | None:
        """The next scheduled time after a moment; None if there is none."""
        return self.schedule.next_after(moment, self.zone)


class Missed(NamedTuple):
    """The most recent scheduled time that has come, and about how many have."""

    latest: Micros | None
    times: int


def missed(plan: Plan, now: Micros, *, within_deadline: bool = True) -> Missed:
    """What has come since the last run, as far back as the deadline reaches."""
    earliest = plan.since
    if within_deadline and plan.deadline is not None:
        earliest = max(earliest, now - plan.deadline * SECOND)
    first = plan.following(earliest)
    if first is None or now < first:
        return Missed(None, 0)
    second = plan.following(first)
    if second is None or now < second:
        return Missed(first, 1)
    return _latest(plan, now, first, (second - first) // SECOND)


def _latest(plan: Plan, now: Micros, first: Micros, interval: int) -> Missed:
    """Skip ahead by the first interval, then go on one by one.

    Where intervals are uneven that may skip the latest; then it is sought from the first on.
    """
    times = (now - first) // SECOND // interval + 1
    at = plan.following(first + (times - 2) * interval * SECOND)
    if at is None or at > now:
        at = first
    latest = None
    while at is not None and at <= now:
        latest, at = at, plan.following(at)
    return Missed(latest, times)


def is_too_late(plan: Plan, scheduled: Micros, now: Micros) -> bool:
    """Whether the deadline of a run has passed."""
    return plan.deadline is not None and scheduled + plan.deadline * SECOND < now


def wait(plan: Plan, now: Micros) -> float | None:
    """Seconds until the next scheduled time, and a moment; None if there is none."""
    latest = missed(plan, now, within_deadline=False).latest
    following = plan.following(latest if latest is not None else plan.since)
    return None if following is None else max(0, following + DELTA - now) / SECOND
