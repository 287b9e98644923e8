"""How much of a use falls into a billing period, by the rounding rules of AWS."""

from dataclasses import dataclass

from minieks.engine.clock import SECOND, Micros

MINIMUM_SECONDS = 60
"""The least that AWS bills of an EC2 instance, an EBS volume or a Fargate pod."""


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` to ``end``, the time that a bill is about; ``end`` is not before ``start``."""

    start: Micros
    end: Micros

    def clip(self, start: Micros, end: Micros | None) -> tuple[Micros, Micros]:
        """The part of a use inside the period; both ends are equal if there is none."""
        begun = min(max(start, self.start), self.end)
        ended = self.end if end is None else min(end, self.end)
        return begun, max(begun, ended)


def whole_seconds(start: Micros, end: Micros | None, period: Period) -> int:
    """Seconds billed in the period: rounded up, at least a minute for each use.

    Sources: AWS Fargate pricing page; Amazon EC2 On-Demand pricing page (per second, 60 s at
    least); Amazon EBS pricing page. A use that crosses periods is rounded once, not once in each:
    what all periods bill together is what one long period would. The minimum falls into the
    period in which the use begins.
    """
    return _seconds_until(period.end, start, end) - _seconds_until(period.start, start, end)


def _seconds_until(moment: Micros, start: Micros, end: Micros | None) -> int:
    if moment <= start:
        return 0
    # Counted from the start of the use, so that the difference between two moments never rounds
    # twice: a bill a day adds up to the bill of the week.
    used = (moment if end is None else min(moment, max(start, end))) - start
    return max(MINIMUM_SECONDS, -(-used // SECOND))
