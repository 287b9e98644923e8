"""What Kubernetes accepts though it can never do what it says: found before the run, not after.

A check is a function of an accepted object; a new one is a line in `_CHECKS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from minieks.kube.words import cron
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class Finding:
    """The field that is wrong, what is wrong, and what to do."""

    field: str
    message: str
    hint: str


def findings(obj: Obj) -> list[Finding]:
    """What is wrong with an object that the API has accepted."""
    return [found for check in _CHECKS.get(str(obj["kind"]), ()) for found in check(obj)]


def _never_fires(cron_job: Obj) -> Iterator[Finding]:
    schedule = cron_job["spec"]["schedule"]
    if cron.never_fires(schedule):
        yield Finding(
            "spec.schedule",
            f'spec.schedule: Invalid value: "{schedule}": the schedule never fires',
            "no date has this day in this month; choose another day, as in '0 0 28 2 *'",
        )


_CHECKS: dict[str, tuple[Callable[[Obj], Iterator[Finding]], ...]] = {
    "CronJob": (_never_fires,),
}
