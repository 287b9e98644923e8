"""Numbers over time as a line of blocks."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

_BLOCKS = "▁▂▃▄▅▆▇█"


def squeezed(values: Sequence[float], width: int) -> Sequence[float]:
    """At most so many numbers: the means of about equally many each."""
    count = len(values)
    if count <= width:
        return values
    bounds = [count * index // width for index in range(width + 1)]
    return [fmean(values[one:other]) for one, other in pairwise(bounds)]


def sparkline(values: Sequence[float]) -> str:
    """A block for each number, the lowest for the least of them and nothing; flat if all agree."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    if high == low:
        return _BLOCKS[0] * len(values)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round((value - low) / (high - low) * top)] for value in values)
