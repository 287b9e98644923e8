"""What is spent at each moment of a period: every charge spread evenly over its use. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from minieks.cost.billed_time import Period
from minieks.cost.charges import charges
from minieks.cost.rates import HOUR_SECONDS, Rates
from minieks.cost.usage import Usage
from minieks.data.prices import PriceList
from minieks.engine.clock import SECOND, Micros


def spending(
    usages: Iterable[Usage], prices: PriceList, region: str, period: Period
) -> list[tuple[Micros, float]]:
    """US dollars per hour from each moment on at which they change, the period's start first.

    Over the period it adds up to the bill, but for what AWS charges at least for a short use: that
    is spread over the use. UserError as of `minieks.cost.bill.price`.
    """
    rates, changes = Rates(prices, region), defaultdict[Micros, float](float)
    for usage in usages:
        begins, ends = period.clip(usage.start, usage.end)
        amount = sum((one.amount for one in charges(usage, rates, period)), start=0)
        if amount and ends > begins:
            per_hour = float(amount) / ((ends - begins) / SECOND / HOUR_SECONDS)
            changes[begins] += per_hour
            changes[ends] -= per_hour
    changes.setdefault(period.start, 0.0)
    total, found = 0.0, []
    for moment in sorted(changes):
        total += changes[moment]
        if moment < period.end:
            found.append((moment, round(total, 9)))
    return found
