"""What every cluster begins with, whether it is simulated or served."""

from typing import Final

from minieks.data.prices import PriceList
from minieks.engine.clock import MINUTE, Micros
from minieks.scenario.readers.inputs import Inputs

SETUP: Final[Micros] = 15 * MINUTE
"""The cluster is created this long before its run begins: node groups and system pods are up and
neither measured nor billed until then."""


def price_list(inputs: Inputs) -> PriceList:
    """The built-in prices, with the user's own in front; UserError says what is wrong in them."""
    own = inputs.texts.prices
    return PriceList.parse(own.text, own.file) if own else PriceList()
