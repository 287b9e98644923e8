"""Reading a file of prices, the project's own or the user's.

The form, in JSON::

    {
      "format": "minieks-prices/1",
      "currency": "USD",
      "as_of": "2026-09-15",
      "prices": {
        "fargate_vcpu_hour": {"eu-west-3": "0.0486"},
        "instance_hour.m7i.large": {"eu-west-1": {"amount": "0.1113", "source": "price list"}},
        "spot_discount": {"*": "0.65"}
      }
    }

An item is a name of ``prices.json``, or ``instance_hour.``, ``spot_hour.`` or ``spot_discount.``
with an EC2 instance type; a region is its name or ``*`` for every commercial region; an amount is
a number or a decimal in a string, in US dollars, or the part that a discount takes off.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeAlias

from minieks.data.instance_types import find
from minieks.data.regions import find_region
from minieks.engine.errors import UserError

FORMAT = "minieks-prices/1"
_FORM = f'it begins with {{"format": "{FORMAT}", "currency": "USD", "prices": {{'
EVERYWHERE = "*"
_MOST = Decimal(1_000_000)  # no unit costs more; a slip of the pen does
TYPED_ITEMS = ("instance_hour", "spot_hour", "spot_discount")


@dataclass(frozen=True, slots=True)
class Quote:
    """An amount as somebody published it. ``derived``: computed from another one of the region."""

    amount: Decimal
    source: str
    derived: bool = False


Quotes: TypeAlias = Mapping[str, Mapping[str, Quote]]
"""Item, then region (or ``*``), then what was quoted."""


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file says, and of what day its figures are."""

    as_of: str
    quotes: Quotes


def load(path: Path, is_item: Callable[[str], bool]) -> PriceFile:
    """Read a file; UserError with file, field and remedy for whatever is wrong in it.

    ``is_item`` tells which items exist besides those of one instance type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"cannot be read: {error.strerror}", where=str(path), hint="check path and permissions"
        ) from error
    except ValueError as error:
        raise UserError(f"is not JSON: {error}", where=str(path), hint=_FORM) from error
    return loads(text, str(path), is_item)


def loads(text: str, where: str, is_item: Callable[[str], bool]) -> PriceFile:
    """The same for a text already read; ``where`` is how its errors call it."""
    try:
        document = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UserError(f"is not JSON: {error}", where=where, hint=_FORM) from error
    return parse(document, where, is_item)


def parse(document: Any, where: str, is_item: Callable[[str], bool]) -> PriceFile:
    """The same for a document already read; ``where`` is how its errors call it."""
    fields = _table(document, where)
    for name, wanted in (("format", FORMAT), ("currency", "USD")):
        if fields.get(name) != wanted:
            raise UserError(
                f"{name} is {fields.get(name)!r}", where=where, hint=f'write "{name}": "{wanted}"'
            )
    quotes = {
        item: dict(_regions(item, table, f"{where}: prices.{item}", is_item))
        for item, table in _table(fields.get("prices"), f"{where}: prices").items()
    }
    return PriceFile(str(fields.get("as_of", "")), quotes)


def _regions(
    item: str, table: Any, where: str, is_item: Callable[[str], bool]
) -> Iterator[tuple[str, Quote]]:
    _check_item(item, where, is_item)
    for region, entry in _table(table, where).items():
        place = f"{where}.{region}"
        if region != EVERYWHERE:
            _located(find_region, region, place)
        yield region, _quote(entry, item, place)


def _check_item(item: str, where: str, is_item: Callable[[str], bool]) -> None:
    kind, _, instance_type = item.partition(".")
    if kind in TYPED_ITEMS and instance_type:
        _located(find, instance_type, where)
    elif not is_item(item):
        raise UserError(f"there is no item {item!r}", where=where, hint=_ITEMS_HINT)


_ITEMS_HINT = "the items are those of the built-in price list, or instance_hour.<type> and the like"


def _located(check: Callable[[str], object], name: str, where: str) -> None:
    """Look a name up and tell the place if it is refused."""
    try:
        check(name)
    except UserError as error:
        raise UserError(error.message, where=where, hint=error.hint) from error


def _quote(entry: Any, item: str, where: str) -> Quote:
    fields = entry if isinstance(entry, dict) else {"amount": entry}
    amount = _amount(fields.get("amount"), where)
    if item.startswith("spot_discount") and amount > 1:
        raise UserError(f"{amount} is no discount", where=where, hint='write a part such as "0.60"')
    return Quote(amount, str(fields.get("source", where)))


def _amount(value: Any, where: str) -> Decimal:
    hint = 'write an amount of US dollars such as "0.04048"'
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UserError(f"{value!r} is no amount", where=where, hint=hint)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise UserError(f"{value!r} is no amount", where=where, hint=hint) from None
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        raise UserError(f"{value!r} is no amount", where=where, hint=hint)
    return amount


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError("is not a table (a JSON object)", where=where)
    return value
