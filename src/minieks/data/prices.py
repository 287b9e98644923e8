"""Prices by item and region, with source; where a region has none, us-east-1's, marked estimated.

A month is 730 hours. All amounts are US dollars on demand, before tax.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path

from minieks.data import price_file
from minieks.data.files import folder, read_rows
from minieks.data.instance_types import find
from minieks.data.nearest import did_you_mean
from minieks.data.price_file import EVERYWHERE, PriceFile, Quote, Quotes
from minieks.data.regions import find_region
from minieks.engine.errors import UserError

HOURS_PER_MONTH = Decimal(730)
"""AWS's own month in its price examples: 365 * 24 / 12."""

REFERENCE_REGION = "us-east-1"
"""Whose price stands in where a region's own is not known."""

REFRESH = (
    "put current prices of the AWS Price List (https://pricing.us-east-1.amazonaws.com/offers/v1.0/"
    "aws/<service>/current/<region>/index.json, or `aws pricing get-products`) into a price file "
    'and name it in minieks.toml: prices = "prices.json"'
)
"""How a user mends an estimated or missing price."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs in US dollars. ``estimated``: not this region's own published price."""

    amount: Decimal
    estimated: bool
    source: str


class PriceList:
    """Every price the project knows, with the user's own in front; read when the first is asked.

    Its methods raise UserError for an unknown region, item or type: no price is silently zero.
    """

    def __init__(self, own: PriceFile | None = None) -> None:
        self._own = own

    @cached_property
    def as_of(self) -> str:
        """The day of which the newest of the prices are, as YYYY-MM-DD."""
        return max(_built_in().as_of, self._own.as_of if self._own else "")

    @cached_property
    def _quotes(self) -> Quotes:
        built_in = _built_in().quotes
        return _over(self._own.quotes, built_in) if self._own else built_in

    @classmethod
    def load(cls, path: Path) -> "PriceList":
        """The built-in prices with those of a file in front; UserError says what is wrong in it."""
        return cls(price_file.load(path, _built_in().quotes.__contains__))

    @classmethod
    def parse(cls, text: str, where: str) -> "PriceList":
        """The same for a file's text; ``where`` is how errors call it."""
        return cls(price_file.loads(text, where, _built_in().quotes.__contains__))

    def of(self, item: str, region: str) -> Price:
        """The price of one unit of an item of ``prices.json``, such as ``alb_hour``."""
        find_region(region)
        quotes = self._quotes.get(item)
        if not quotes:
            hint = did_you_mean(item, self._quotes, REFRESH)
            raise UserError(f"no price is known for {item!r} in any region", hint=hint)
        own = _in_region(quotes, region)
        if own is not None:
            return Price(own.amount, own.derived, own.source)
        stand_in, other = _stand_in(quotes)
        return Price(other.amount, True, f"{other.source}; of {stand_in}, for want of {region}")

    def instance_hour(self, region: str, instance_type: str) -> Price:
        """One hour of an EC2 instance on demand, Linux."""
        item = f"instance_hour.{find(instance_type).name}"
        if item not in self._quotes:
            raise UserError(f"no price of {instance_type} is known in any region", hint=REFRESH)
        return self.of(item, region)

    def windows_license_vcpu_hour(self, region: str) -> Price:
        """What Windows Server adds to one vCPU's hour of an EC2 instance."""
        return self.of("windows_license_vcpu_hour", region)

    def spot_hour(self, region: str, instance_type: str) -> Price:
        """One hour on Spot: the user's price if given, else on demand less a discount (estimated).

        The discount is the type's own in that region, else the general one; Spot never costs more
        than on demand (Amazon EC2 user guide, Spot Instances).
        """
        find_region(region)
        given = self._quoted(f"spot_hour.{instance_type}", region)
        if given is not None:
            return Price(given.amount, given.derived, given.source)
        on_demand = self.instance_hour(region, instance_type)
        discount = self._quoted(f"spot_discount.{instance_type}", region) or self._general_discount
        source = f"{on_demand.source}; less {discount.amount} ({discount.source})"
        return Price(on_demand.amount * (1 - discount.amount), True, source)

    @property
    def _general_discount(self) -> Quote:
        return self._quotes["spot_discount"][EVERYWHERE]

    def _quoted(self, item: str, region: str) -> Quote | None:
        """The region's own quote, without a stand-in."""
        return _in_region(self._quotes.get(item, {}), region)


def _in_region(quotes: Mapping[str, Quote], region: str) -> Quote | None:
    if region in quotes:
        return quotes[region]
    is_commercial = find_region(region).partition == "aws"
    return quotes.get(EVERYWHERE) if is_commercial else None


def _stand_in(quotes: Mapping[str, Quote]) -> tuple[str, Quote]:
    """The reference region's quote, else the first by name of those there are."""
    for region in (REFERENCE_REGION, EVERYWHERE):
        if region in quotes:
            return REFERENCE_REGION, quotes[region]
    first = min(quotes)
    return first, quotes[first]


def _over(own: Quotes, built_in: Quotes) -> Quotes:
    items = {**built_in, **own}
    return {item: {**built_in.get(item, {}), **own.get(item, {})} for item in items}


@cache
def _built_in() -> PriceFile:
    path = folder() / "prices.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    read = price_file.parse(document, path.name, lambda _: True)
    return PriceFile(read.as_of, {**read.quotes, **_instance_quotes()})


def _instance_quotes() -> Quotes:
    quotes: dict[str, dict[str, Quote]] = {}
    for row in read_rows("instance_prices.csv"):
        source = row["source"]
        quote = Quote(Decimal(row["usd_per_hour"]), source, derived=source.startswith("derived"))
        quotes.setdefault(f"instance_hour.{row['type']}", {})[row["region"]] = quote
    return quotes
