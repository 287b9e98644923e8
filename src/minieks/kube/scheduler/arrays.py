"""The kinds of numpy columns that nodes are kept in; a node is a row, its number a slot."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = slice | Ints
"""The rows that are asked about: all, as a slice, or some, as slots."""


def distinct(numbers: Ints) -> list[int]:
    """The numbers that occur, each once, in order."""
    return sorted(set(numbers.tolist()))


def grown(column: Ints, size: int, fill: int = 0) -> Ints:
    """The column, made longer if need be; new rows hold ``fill``."""
    if len(column) >= size:
        return column
    longer = np.full(max(size, 2 * len(column)), fill, dtype=np.int64)
    longer[: len(column)] = column
    return longer
