"""Bounds that a number keeps over time."""

from typing import TypeAlias

from minieks.engine.clock import Micros
from minieks.scenario.observe.series import Series, Span

Bounds: TypeAlias = tuple[int | None, int | None]


def outside(series: Series, window: tuple[Micros, Micros], bounds: Bounds) -> Span | None:
    """The first piece of the window in which the number is out of bounds; None if it never is."""
    least, most = bounds
    for piece in series.between(*window):
        if (least is not None and piece.value < least) or (most is not None and piece.value > most):
            return piece
    return None


def worded(least: int | None, most: int | None) -> str:
    """The bounds in words."""
    if least is None or most is None:
        return f"at least {least}" if most is None else f"at most {most}"
    return f"{least}" if least == most else f"between {least} and {most}"
